"""A restored database is redacted again before it serves, though the ledger has no words."""

import pytest

from steward.backups.errors import BackupFault
from steward.backups.redactions import redact_again, unfollowed_redactions
from steward.backups.standing import unservable
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.ledger import ledger_path
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.actions.redacting import Reason, redact_words
from steward.tickets.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "4111 1111 1111 1111"
TEXT = f"My card is {CARD}, please hurry."
HTML = f"<p>My card is <b>{CARD}</b>, please hurry.</p>"


@pytest.fixture
def restored(northwind, eli):
    """A card's number was redacted; this database, restored, has it still."""
    with account_scope(northwind.id):
        message = make_ticket(eli).messages.get()
        Message.objects.filter(pk=message.pk).update(body_text=TEXT, body_html=HTML)
        message.refresh_from_db()
        before = {"body_text": TEXT, "body_html": HTML, "findings": message.findings}
        redact_words(message, [CARD], reason=Reason.CARD, actor=SYSTEM)
        Message.objects.filter(pk=message.pk).update(**before)
    return message


def stands(account, message):
    with account_scope(account.id):
        message.refresh_from_db()
        return "4111" in message.body_text + message.body_html


def test_it_serves_only_after_the_words_are_gone_again(restored, northwind, settings):
    lines = ledger_path().read_bytes()
    [trouble] = unservable(settings.STEWARD_DATA)
    assert trouble.is_unservable
    assert redact_again() == 1
    assert not stands(northwind, restored)
    assert unservable(settings.STEWARD_DATA) == []
    assert (redact_again(), ledger_path().read_bytes()) == (0, lines)


def test_a_message_that_is_not_here_any_more_is_none_to_redact(restored, northwind):
    with account_scope(northwind.id):
        Message.objects.filter(pk=restored.pk).delete()
    assert unfollowed_redactions() == []


def test_what_a_hold_of_that_time_keeps_waits_for_it(restored, northwind, settings):
    with account_scope(northwind.id):
        hold = place_hold(LegalHold.On.TICKET, restored.ticket_id, basis=LegalHold.Basis.values[0], actor=SYSTEM)
    assert unservable(settings.STEWARD_DATA) == []
    assert redact_again() == 0
    with account_scope(northwind.id):
        lift_hold(hold, actor=SYSTEM)
    assert redact_again() == 1
    assert not stands(northwind, restored)


def test_a_message_that_reads_otherwise_is_for_somebody_to_look_at(restored, northwind):
    with account_scope(northwind.id):
        Message.objects.filter(pk=restored.pk).update(body_text="something else", body_html="")
    with pytest.raises(BackupFault, match="by hand"):
        redact_again()
