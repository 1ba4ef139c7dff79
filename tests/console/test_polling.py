"""The light poll of a ticket: answered from two cheap queries while nothing changed, and never wrongly."""

from datetime import UTC, datetime, timedelta

import pytest

from steward.lib.actor import SYSTEM
from steward.outbox.models import OutgoingMail, State
from steward.people.models import Membership
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of
from steward.testing.queries import queries_of
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.actions import change_status
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """The time stands still; `clock(seconds)` lets some pass."""
    moment, place = datetime(2026, 3, 3, 9, tzinfo=UTC), tmp_path / "clock"
    place.write_text(moment.isoformat())
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(place))
    return lambda seconds: place.write_text((moment + timedelta(seconds=seconds)).isoformat())


@pytest.fixture
def ticket(clock, eli):
    return make_ticket(eli)


@pytest.fixture
def poll(client_of, ben, ticket):
    bens, path = client_of(ben), f"/console/tickets/{ticket.code}/changes"
    return lambda mark="": bens.get(path, headers={"If-None-Match": mark})


def test_nothing_is_read_or_rendered_to_say_that_nothing_changed(poll, ticket):
    for number in range(5):
        make_message(ticket, body=f"Message {number}")
    mark = poll()["ETag"]
    queries = queries_of(lambda: poll(mark))
    assert poll(mark).status_code == 304
    assert not [query for query in queries if "body_html" in query]
    assert len(queries) <= len(queries_of(poll)) - 8


def test_each_change_is_told(poll, ticket, ben, northwind, clock):
    def deliver(**columns):
        with account_scope(northwind.id):
            OutgoingMail.objects.update(**columns)

    def resolve():
        with account_scope(northwind.id):
            change_status(Ticket.objects.get(pk=ticket.pk), Status.RESOLVED, actor=SYSTEM)

    changes = [
        lambda: make_message(ticket),
        lambda: make_note(ticket, ben),
        lambda: mail_of(make_reply(ticket, ben)),
        lambda: deliver(state=State.DEFERRED, reason="later", next_attempt_at=datetime(2026, 3, 3, 10, tzinfo=UTC)),
        lambda: deliver(next_attempt_at=datetime(2026, 3, 3, 11, tzinfo=UTC)),
        lambda: deliver(state=State.SENT, finished_at=datetime(2026, 3, 3, 11, tzinfo=UTC)),
        resolve,
        lambda: clock(60),
    ]
    mark = poll()["ETag"]
    for number, change in enumerate(changes):
        assert poll(mark).status_code == 304, number
        change()
        told = poll(mark)
        assert told.status_code == 200, number
        mark = told["ETag"]


def test_who_gets_other_rights_or_another_language_gets_the_page_anew(poll, ben, northwind):
    mark = poll()["ETag"]
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ben.pk).update(language="de")
    assert poll(mark).status_code == 200


def test_two_people_do_not_share_a_mark(poll, client_of, dana, ticket):
    mark = poll()["ETag"]
    path = f"/console/tickets/{ticket.code}/changes"
    assert client_of(dana).get(path, headers={"If-None-Match": mark}).status_code == 200
