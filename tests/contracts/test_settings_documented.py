"""Every environment variable that is read is described for operators, and nothing else is."""

import re
from pathlib import Path

from steward.operator.settings_shown import shown_settings

ROOT = Path(__file__).parents[2]
READ = re.compile(r"""["'](STEWARD_[A-Z_]+|DATABASE_(?:[A-Z]+_)?URL)["']""")
NAMED = re.compile(r"`((?:STEWARD|DATABASE)_[A-Z_]+)`")
# Read by the tests, the demo and the bench only.
NOT_SHOWN = {"STEWARD_DEMO_REGISTRY", "STEWARD_TEST_CLOCK", "STEWARD_CHROMIUM"}
# For processes of ours only, set by the one that starts them.
INTERNAL = {"STEWARD_DB_ROLE", "STEWARD_TESTING"}


def variables_read():
    sources = [path for path in (ROOT / "src").rglob("*.py") if "testing" not in path.parts]
    return {name for path in sources for name in READ.findall(path.read_text())} - INTERNAL


def variables_documented():
    page = (ROOT / "docs" / "operate" / "settings.md").read_text()
    return {name for line in page.splitlines() if line.startswith("|") for name in NAMED.findall(line.split("|")[1])}


def test_the_search_finds_what_is_read():
    assert {
        "STEWARD_DATA",
        "STEWARD_PORT",
        "STEWARD_EGRESS_ALLOW",
        "DATABASE_URL",
        "STEWARD_TEST_CLOCK",
    } <= variables_read()


def test_what_is_read_is_documented():
    assert variables_read() - variables_documented() == set()


def test_what_is_documented_is_read():
    assert variables_documented() - variables_read() == set()


def test_what_is_documented_is_shown_to_operators_or_told_to_be_set():
    shown = {each.name for each in shown_settings()}
    assert variables_documented() - shown == NOT_SHOWN
    assert shown <= variables_documented()
