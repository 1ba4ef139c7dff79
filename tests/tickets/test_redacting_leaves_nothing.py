"""A word stands in every place where people leave words; after its redaction a search of everything finds none."""

import pytest

from steward.channels.email.models import Arrival, RawMail
from steward.events.chain import faults
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.consent.models import ConsentRecord
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.markers import NAMED, SAID, found, plant
from steward.tickets.actions import Reason, redact_words
from steward.tickets.models import Draft, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planted(northwind, child_processes):
    """What a redaction does not reach is taken away: a draft of no ticket, a mail not read yet, proofs of consents."""
    plant()
    with account_scope(northwind.id):
        Draft.objects.filter(ticket=None).delete()
        ConsentRecord.objects.all().delete()
        waiting = RawMail.objects.filter(state=RawMail.State.WAITING)
        Arrival.objects.filter(raw_id__in=list(waiting.values_list("pk", flat=True))).delete()
        waiting.delete()
        return list(Ticket.objects.order_by("id"))


def redact_in(tickets, account, words):
    for ticket in tickets:
        with account_scope(account.id):
            holding = [m for m in Message.objects.filter(ticket=ticket) if words in m.body_text]
            if holding:
                redact_words(holding[0], [words], reason=Reason.OTHER, actor=SYSTEM)
    run_jobs()


def test_nothing_is_left_of_the_word(northwind, planted, caplog):
    before = found(SAID)
    assert len(before) > 8, before.keys()
    redact_in(planted, northwind, SAID)
    assert found(SAID) == {}
    assert SAID not in caplog.text.lower()
    assert "dump of tickets_message" in found(NAMED), "the rest stays"
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="message.redacted").count() == len({*planted})
        assert list(faults()) == []


def test_another_ticket_keeps_its_own(northwind, planted):
    redact_in(planted[:1], northwind, SAID)
    places = found(SAID)
    assert {"dump of tickets_message", "dump of tickets_searchentry", "content of email_rawmail"} <= places.keys()
