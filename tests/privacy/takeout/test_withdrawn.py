"""A copy that has something still that was deleted since is withdrawn, and owners read why."""

from datetime import timedelta
from email import message_from_string
from email.policy import default

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import InstallationMail
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.retention.actions import apply_rules, change_rule, make_rule
from steward.privacy.retention.models import Kind, RetentionRun, Since
from steward.privacy.takeout.actions import note_copy
from steward.privacy.takeout.models import AccountCopy
from steward.privacy.takeout.running import run_copy
from steward.privacy.takeout.snapshot import Snapshot
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

pytestmark = pytest.mark.django_db(transaction=True)

State = AccountCopy.State


@pytest.fixture
def ticket(eli, stop_clock):
    stop_clock(NOON)
    return make_ticket(eli, attachments=[NewAttachment("bill.txt", b"four lamps", "text/plain")])


def reasons():
    for mail in InstallationMail.objects.filter(purpose="copy of everything").order_by("created_at", "pk"):
        text = decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")).decode()
        found = message_from_string(text, policy=default)
        body = found.get_body(("plain",)).get_content()
        if "withdrawn" in found["Subject"]:
            yield next(line for line in body.splitlines() if "withdrawn and deleted." in line)


@pytest.mark.parametrize("kind", [Kind.TICKETS, Kind.FILES])
def test_what_a_rule_of_retention_takes_is_in_no_copy(northwind, stop_clock, ticket, kind):
    with account_scope(northwind.id):
        change_rule(make_rule(kind, days=1, since=Since.ACTIVITY, actor=SYSTEM), {"is_on": True}, actor=SYSTEM)
        copy = note_copy(actor=SYSTEM)
    assert run_copy(northwind.id, copy.pk)
    stop_clock(NOON + timedelta(days=1, seconds=1))
    apply_rules(northwind.id)
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert (copy.state, copy.file, bool(copy.withdrawn_at)) == (State.EXPIRED, None, True)
        event = Event.objects.get(kind="account_copy.withdrawn")
        assert event.changes == {"reason": "purged"}
    assert ["rule of retention" in each for each in reasons()] == [True]


def test_what_a_rule_takes_while_it_is_made_is_in_none(northwind, ticket, monkeypatch):
    """The two looked past each other, as with erasures."""
    real = Snapshot.files

    def files(self):
        with account_scope(northwind.id):
            RetentionRun.objects.create(kind=Kind.FILES, days=1, number=1, size=1, at=now(), ordered_at=now())
        return real(self)

    monkeypatch.setattr(Snapshot, "files", files)
    with account_scope(northwind.id):
        copy = note_copy(actor=SYSTEM)
    assert run_copy(northwind.id, copy.pk) is None
