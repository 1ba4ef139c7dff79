"""What Steward does not have, and so cannot get wrong: the table of security requirements refers to it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from steward.files.actions import NewFile, store_files
from steward.people.models import User
from steward.privacy.egress.s3.answers import read_list
from steward.privacy.egress.s3.errors import StoreFault
from steward.project.middleware import POLICY
from steward.tenancy.scope import account_scope

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "steward"
SCRIPTS = sorted((SOURCE / "ui/static/steward/js").glob("*.js"))
TREES = {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}
NOT_SERVING = ("testing/", "bench/", "demo/")
# Waits and beats are spread in time, which nobody gains by guessing.
GUESSABLE = {"channels/email/fetching.py", "live/hub.py"}


def imported(tree):
    """The outermost names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def importing(*names):
    return {path for path, tree in TREES.items() if not path.startswith(NOT_SERVING) and {*names} & {*imported(tree)}}


def installed():
    """What is installed with Steward: its dependencies and theirs, by the lock file. Not the tools of developers."""
    packages = {each["name"]: each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    found, left = set(), ["steward-desk"]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        left += [each["name"] for each in packages[name].get("dependencies", ())]
    return found


@pytest.mark.parametrize(
    "words",
    ["ldap", "xpath|lxml|elementpath|defusedxml|xmltodict", "latex|tex$", "jnd|jpype|py4j", "memcache|pylibmc",
     "graphql|graphene|strawberry|ariadne", "twilio|vonage|sms|phonenumber", "saml|oidc|openid|authlib|oauthlib",
     "requests|aiohttp|urllib3"],
)  # fmt: skip
def test_no_library_is_there_for(words):
    assert len(installed()) > 30
    assert [name for name in installed() if re.search(words, name)] == []


def test_nothing_parses_xml_but_what_object_stores_say():
    """A feed is written with the standard library's trees, which are not asked to read anything there."""
    assert importing("lxml", "defusedxml", "html5lib") == set()
    assert importing("xml") == {"front/subprocessors/feeds.py", "privacy/egress/s3/answers.py"}
    called = {
        node.func.attr
        for node in ast.walk(TREES["front/subprocessors/feeds.py"])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "ElementTree"
    }
    assert called == {"Element", "SubElement", "register_namespace", "tostring"}


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a">',
        b'<!DOCTYPE a [<!ENTITY b "c">]>',
        b"<!ENTITY b SYSTEM 'file:///etc/passwd'>",
    ],
)
def test_what_object_stores_say_declares_nothing(declaration):
    with pytest.raises(StoreFault):
        read_list(declaration + b"<ListBucketResult></ListBucketResult>")


def test_only_the_gate_calls_a_web_service():
    """`urllib.parse` takes addresses apart; what would open them is `urllib.request`."""
    assert importing("requests", "aiohttp", "http2") == set()
    assert importing("httpx", "httpcore") == {"privacy/egress/http.py", "privacy/egress/conversing.py"}
    opening = {"urllib.request", "http.client", "xmlrpc.client"}
    named = {
        path
        for path, tree in TREES.items()
        if not path.startswith(NOT_SERVING)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and {each.name for each in node.names} & opening)
        or (isinstance(node, ast.ImportFrom) and (node.module in opening))
    }
    assert {path for path in named if not path.startswith("privacy/egress/")} == set()


def test_what_must_not_be_guessed_is_drawn_by_no_other_generator_than_the_systems():
    assert importing("random") <= GUESSABLE


def test_nothing_that_was_written_is_run():
    """No text becomes code: neither in Python nor in a browser, where the policy forbids it, too."""
    called = {
        (path, node.func.id)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    }
    assert called == set()
    for script in SCRIPTS:
        assert not re.search(
            r"\beval\(|\bnew Function\b|\bsetTimeout\(\s*[\"'`]|document\.write", script.read_text()
        ), script
    assert "unsafe-eval" not in POLICY
    assert "unsafe-inline" not in POLICY


def test_pages_have_no_plugins():
    allowed = dict(each.strip().split(" ", 1) for each in POLICY.split(";"))
    assert allowed["default-src"] == "'none'"
    assert {"object-src", "plugin-types"}.isdisjoint(allowed)


def test_no_script_listens_to_other_windows():
    """Messages come by channels and ports, which reach pages of one's own origin only."""
    for script in SCRIPTS:
        source = script.read_text()
        assert not re.search(
            r"(?<![\w.])(?:window\.|self\.|globalThis\.)?addEventListener\(\s*[\"']message[\"']", source
        ), script
        assert not re.search(r"\b(?:window|self|globalThis|parent|opener|top)\.(?:onmessage|postMessage)\b", source), (
            script
        )


def test_no_script_merges_what_came_into_an_object_by_names_that_came_with_it():
    """`Object.assign` and spreads of what was read would take `__proto__` and names nobody expects."""
    for script in SCRIPTS:
        assert not re.search(
            r"(?:Object\.assign\([^)]*|\.\.\.)\s*(?:await )?(?:JSON\.parse|\w+\.json\()", script.read_text()
        ), script


def test_an_identity_is_an_address_and_a_password():
    """No hint, no question, no telephone number, no date after which a password would have to be changed."""
    assert {field.name for field in User._meta.concrete_fields} == {"id", "email", "is_active", "password"}


def test_caches_and_logs_are_where_no_other_machine_reads_them():
    assert {each["BACKEND"] for each in settings.CACHES.values()} <= {
        "django.core.cache.backends.db.DatabaseCache",
        "django.core.cache.backends.locmem.LocMemCache",
    }
    assert {each["class"] for each in settings.LOGGING["handlers"].values()} == {"logging.StreamHandler"}


def test_what_a_sender_calls_a_file_is_no_part_of_where_it_lies(northwind):
    with account_scope(northwind.id):
        [file] = store_files([NewFile(b"x", "../../etc/passwd")])
    assert re.fullmatch(rf"{northwind.id}/[0-9a-f]{{2}}/[0-9a-f]{{32}}", file.storage_key)
    assert {*NewFile.__dataclass_fields__} == {"content", "content_type", "is_kept_elsewhere"}
