"""A restored database is redacted again before it serves, though the ledger has no words."""

import pytest

from steward.backups.errors import BackupFault
from steward.backups.redactions import redact_again, unfollowed_redactions
from steward.backups.standing import unservable
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.ledger import ledger_path, write_redaction
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_message, make_ticket
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


def test_what_was_rolled_back_and_done_again_is_followed_once(restored, northwind, settings):
    with account_scope(northwind.id):
        write_redaction(northwind.id, new_id(), restored.pk, [CARD], Reason.CARD.value)
    assert redact_again() == 1
    assert not stands(northwind, restored)
    assert unservable(settings.STEWARD_DATA) == []


def test_who_is_erased_later_leaves_nothing_to_redact(northwind, eli, farah, settings):
    shared = make_ticket(farah)
    with account_scope(northwind.id):
        theirs = make_message(shared, sender=eli)
        Message.objects.filter(pk=theirs.pk).update(body_text=TEXT, body_html=HTML)
        theirs.refresh_from_db()
        redact_words(theirs, [CARD], reason=Reason.CARD, actor=SYSTEM)
        erasure = plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
    assert run_erasure(northwind.id, erasure.id).state == "done"
    with account_scope(northwind.id):
        assert Message.objects.filter(pk=theirs.pk, body_text="").exists(), "its place stays"
    assert unservable(settings.STEWARD_DATA) == []
    assert redact_again() == 0


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
