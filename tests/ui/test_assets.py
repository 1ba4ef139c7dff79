"""What pages are made of: the sprite has what templates name, vendored code is what it says, styles keep the rules."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import steward
from steward.ui.storage import PARTS, SHEETS
from steward.ui.templatetags.ui import STATE_LABELS

ROOT = Path(steward.__file__).parent
STATIC = ROOT / "ui/static/steward"
TEMPLATES = sorted(ROOT.glob("**/templates/**/*.html"))
SPRITE = (ROOT / "ui/templates/ui/_sprite.svg").read_text()
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLES = sorted(STATIC.glob("**/*.css"))


# Pages that are read as files, far from us: they bring their style along.
TAKEN_AWAY = {"privacy/exports/templates/exports/page.html"}


def test_there_are_templates_scripts_and_styles_to_check():
    assert len(TEMPLATES) > 30
    assert len(OWN_SCRIPTS) > 5
    assert len(STYLES) > 20


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_names_only_icons_of_the_sprite_and_keeps_to_the_policy(template):
    source = template.read_text()
    named = {f"i-{name}" for name in re.findall(r'{% icon "([^"]+)"', source)} | set(
        re.findall(r'href="#([is]-\w+)"', source)
    )
    assert named <= SYMBOLS
    if template.relative_to(ROOT).as_posix() in TAKEN_AWAY:
        source = source.replace("<style>", "", 1)
    assert not re.search(r"\sstyle=|\son\w+=\"|<style|<script(?![^>]*\bsrc=)|javascript:", source)


def test_the_sprite_has_a_glyph_for_each_state_and_no_symbol_twice():
    assert {f"s-{status}" for status in STATE_LABELS} <= SYMBOLS
    assert SPRITE.count("<symbol ") == len(SYMBOLS)


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_styles_use_logical_properties_only(style):
    source = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    edges = "top|right|bottom|left"
    physical = rf"(?:margin|padding|border)-(?:{edges})|(?:min-|max-)?(?:width|height)|{edges}"
    assert not re.findall(rf"(?<![\w-])(?:{physical})\s*:", source)
    assert not re.findall(r"(?:text-align|float|clear):\s*(?:left|right)", source)


def test_sheets_import_every_component():
    imported = {
        name for sheet in SHEETS for name in re.findall(r'@import url\("([^"]+)"\)', (STATIC / sheet).read_text())
    }
    assert imported == {path.relative_to(STATIC).as_posix() for path in STYLES} - {*SHEETS}


def test_templates_name_sheets_and_scripts_that_there_are():
    named = {"sheets": set(), "scripts": set()}
    for template in TEMPLATES:
        for kind, names in re.findall(r"{% (sheets|scripts)(?:_later)? ([^%]*) %}", template.read_text()):
            named[kind] |= set(re.findall(r'"([^"]+)"', names))
    assert {f"{name}.css" for name in named["sheets"]} | {"steward.css", "mail.css"} == {*SHEETS}
    ours = {f"{name}.js" for name in named["scripts"] if "/" not in name}
    assert ours <= {*PARTS}
    assert all((STATIC / f"{name}.js").is_file() for name in named["scripts"] if "/" in name)


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_import_what_is_there(script):
    source = script.read_text()
    assert len(source.splitlines()) <= 150
    for target in re.findall(r'from "([^"]+)"|^import "([^"]+)"|import\("([^"]+)"\)', source, flags=re.MULTILINE):
        assert (script.parent / "".join(target)).is_file()
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", source)


def test_vendored_code_is_what_the_list_says():
    listed = tomllib.loads((ROOT / "ui/vendor.toml").read_text())["vendored"]
    folder = STATIC / "vendor"
    assert {entry["file"] for entry in listed} == {path.name for path in folder.glob("*.js")}
    for entry in listed:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).read_text().strip()
        assert b"sourceMappingURL" not in (folder / entry["file"]).read_bytes()
