"""Whatever is recorded is said in words, in the audit of the account it happened in."""

import ast
import re
from pathlib import Path

import steward
from steward.console.settings.privacy.audit_words import GROUPS, KINDS
from steward.lifecycle.orders import _KINDS as OF_ORDERS
from steward.outbox.models import State as Delivery
from steward.privacy.agreements.actions import reviewing
from steward.privacy.agreements.telling import _KINDS as OF_TEXTS
from steward.privacy.egress.models import Authorisation
from steward.privacy.incidents.models import Notice
from steward.privacy.requests.actions.carrying_out import _EVENTS as OF_REQUESTS
from steward.tickets.actions.statuses import VERBS

GIVEN = {"record", "Happening", "note_read"}
KIND = re.compile(r"[a-z_]+\.[a-z_]+")
# Kinds that are put together where they are recorded.
MADE = {
    *VERBS.values(),
    *OF_ORDERS.values(),
    *OF_REQUESTS.values(),
    *OF_TEXTS.values(),
    *(f"incident.{about}" for about in Notice.About.values),
    *(f"mail.{state}" for state in Delivery.values),
    *(f"subprocessor.{state}" for state in Authorisation.State.values),
    *(
        f"agreement.{state.value}"
        for state in (reviewing.S.IN_REVIEW, reviewing.S.CHANGES_REQUESTED, reviewing.S.REJECTED)
    ),
}


def recorded():
    """The literals given to these in our sources."""
    for path in Path(steward.__file__).parent.rglob("*.py"):
        if path.parent.name in {"testing", "bench"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GIVEN and node.args:
                yield from (
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and KIND.fullmatch(part.value)
                )


def test_each_kind_of_event_is_said_in_words():
    found = {*recorded(), *MADE}
    assert len(found) > 100
    assert sorted(found - KINDS.keys()) == []


def test_each_kind_stands_under_one_heading():
    nouns = [noun for heading in GROUPS for noun in heading.split()]
    assert len(nouns) == len({*nouns})
    assert {kind.partition(".")[0] for kind in KINDS} == {*nouns}
