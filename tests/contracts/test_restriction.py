"""Whatever mails by itself asks whether the person is restricted (GDPR article 18), or is about no customer."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src" / "steward"
# Everything that puts mail into the outbox: how restriction reaches it, or why it concerns no customer.
ASKS, AGENT, MEMBERS, TOLD = (
    "asks before it is made",
    "an agent's answer: asked where it is written",
    "to people of the account",
    "to recipients of data: of a restriction, too, they are to be told (article 19)",
)
MAILERS = {
    "channels/email/answering.py": ASKS,
    "channels/email/sending.py": AGENT,
    "channels/email/inviting.py": MEMBERS,
    "channels/email/to_members.py": MEMBERS,
    "notifications/mailing.py": ASKS,
    "notifications/went_wrong.py": MEMBERS,  # it names nobody
    "privacy/exports/telling.py": MEMBERS,
    "privacy/recipients/actions.py": TOLD,
    "privacy/subprocessors/actions/objections.py": MEMBERS,
    "privacy/subprocessors/announcing.py": MEMBERS,
    "privacy/requests/telling.py": MEMBERS,  # it names nobody
    "privacy/requests/letters.py": AGENT,
    "console/settings/mail_samples.py": MEMBERS,
    "console/settings/mail_templates.py": MEMBERS,
}
NAMES = {"put_in_outbox", "NewMail"}


def called_in(path):
    tree = ast.parse(path.read_text())
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def mailers():
    found = (path for path in ROOT.rglob("*.py") if called_in(path) & NAMES)
    return {str(path.relative_to(ROOT)) for path in found}


def test_whatever_mails_is_known():
    assert mailers() == set(MAILERS), "say in MAILERS how restriction reaches what mails"


@pytest.mark.parametrize("path", [path for path, how in MAILERS.items() if how is ASKS])
def test_what_mails_about_customers_by_itself_asks(path):
    assert "restricted_tickets" in called_in(ROOT / path)


@pytest.mark.parametrize("path", ["tickets/actions/replying.py"])
def test_what_agents_write_is_asked_for(path):
    assert "refuse_writing" in called_in(ROOT / path)


# Packages that will do something with tickets or people by themselves; as soon as one is there it asks.
BY_ITSELF = ("rules", "ratings", "rewards", "assist", "webhooks", "routing", "sla")


@pytest.mark.parametrize("package", BY_ITSELF)
def test_what_acts_by_itself_asks(package):
    files = list((ROOT / package).rglob("*.py"))
    asking = [path for path in files if {"restricted_tickets", "restricted_among"} & called_in(path)]
    assert asking or not files, f"{package} touches tickets of people whose data are only kept"


def test_the_outbox_tells_the_gate_at_each_try():
    text = (ROOT / "outbox" / "delivery.py").read_text()
    assert text.count("_is_restricted(mail)") == 2, "for servers, and for the demo"
