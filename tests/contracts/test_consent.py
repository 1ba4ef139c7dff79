"""What needs consent asks for it before it is done, and says what stops when it is taken back."""

import ast
import re
from pathlib import Path

import pytest

import steward
from steward.privacy.consent.processing import Processing, all_processing
from steward.privacy.egress.purposes import PURPOSES

ROOT = Path(steward.__file__).parent
ASKING = {"may", "require", "consenting_among", "lacks_consent"}
# Packages that will do something only with consent; as soon as one is there it declares what.
BY_CONSENT = ("channels/chat", "channels/forms", "channels/voice", "assist")


def asks(module):
    """Whether the module calls one of those functions of `consent.asking`."""
    path = ROOT / (module.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text())
    brought = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("steward.privacy.consent.")
        for each in node.names
    }
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return bool(ASKING & brought & called)


def faults(found):
    """What is wrong with declarations: a module that asks nothing, a purpose of the gate that does not exist."""
    for one in found:
        if not asks(one.asks):
            yield f"{one.name}: {one.asks} does not ask"
        yield from (f"{one.name}: no purpose {purpose}" for purpose in sorted(one.egress - PURPOSES.keys()))
        if not re.fullmatch(r"[a-z0-9-]+", one.purpose):
            yield f"{one.name}: {one.purpose} is no code"


def test_whatever_needs_consent_asks():
    assert list(faults(all_processing())) == []


def test_who_does_not_ask_is_found():
    def wrong(module, *egress):
        return Processing("x.y", "news", module, print, egress=frozenset(egress))

    assert list(faults([wrong("privacy.consent.queries", "mail.deliver")])) == []
    assert list(faults([wrong("privacy.consent.links", "mail.teleport")])) == [
        "x.y: privacy.consent.links does not ask", "x.y: no purpose mail.teleport",
    ]  # fmt: skip


@pytest.mark.parametrize("package", BY_CONSENT)
def test_a_package_that_needs_consent_declares_what_for(package):
    files = list((ROOT / package).rglob("*.py"))
    declared = {one.asks for one in all_processing()}
    inside = package.replace("/", ".") + "."
    assert not files or any(module.startswith(inside) for module in declared), f"{package} declares no processing"
