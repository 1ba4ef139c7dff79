"""Who looks at a ticket, and who writes in it: beats in, ids out, nothing kept."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from steward.events.models import Event
from steward.live.models import Presence
from steward.live.presence import others_at
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.tickets import make_ticket
from steward.tickets import actions

TAB = "0" * 31 + "1"


def beat(client, ticket, doing="looking", tab=TAB):
    return client.post(f"/console/tickets/{ticket.code}/presence", {"tab": tab, "doing": doing})


def presences(account):
    with account_scope(account.id):
        return {(row.membership_id, row.is_writing) for row in Presence.objects.all()}


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """The time stands still; `clock(seconds)` lets some pass."""
    moment, place = datetime.now(UTC), tmp_path / "clock"
    place.write_text(moment.isoformat())
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(place))
    return lambda seconds: place.write_text((moment + timedelta(seconds=seconds)).isoformat())


def test_a_beat_is_kept_until_the_tab_leaves(client_of, ben, eli, northwind):
    ticket, bens = make_ticket(eli), client_of(ben)
    assert beat(bens, ticket).status_code == 204
    assert presences(northwind) == {(ben.id, False)}
    beat(bens, ticket, "writing")
    assert presences(northwind) == {(ben.id, True)}
    beat(bens, ticket, "left")
    assert presences(northwind) == set()


def test_a_tab_shows_one_ticket(client_of, ben, ada, eli, northwind):
    first, second, bens = make_ticket(eli), make_ticket(eli), client_of(ben)
    beat(bens, first)
    beat(bens, second)
    with account_scope(northwind.id):
        assert [row.object_id for row in others_at([first.id, second.id], than=ada)] == [second.id]


def test_it_is_void_half_a_minute_after_the_last_beat(client_of, ben, ada, eli, northwind, clock):
    ticket, bens = make_ticket(eli), client_of(ben)
    beat(bens, ticket)
    clock(20)
    beat(bens, ticket)
    for seconds, is_there in ((49, True), (51, False)):
        clock(seconds)
        with account_scope(northwind.id):
            assert bool(others_at([ticket.id], than=ada)) == is_there
    clock(52)
    beat(client_of(ada), ticket)  # the next one sweeps
    assert presences(northwind) == {(ada.id, False)}


def test_beats_are_no_events(client_of, ben, eli, northwind):
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        before = Event.objects.count()
    for doing in ("looking", "writing", "looking", "left"):
        beat(client_of(ben), ticket, doing)
    with account_scope(northwind.id):
        assert Event.objects.count() == before


def test_own_tabs_do_not_count(client_of, ben, eli, northwind):
    ticket = make_ticket(eli)
    for tab in (TAB, uuid4().hex):
        beat(client_of(ben), ticket, "writing", tab)
    with account_scope(northwind.id):
        assert others_at([ticket.id], than=ben) == []


def test_a_reader_never_writes(client_of, dana, eli, northwind):
    ticket = make_ticket(eli)
    assert beat(client_of(dana), ticket, "writing").status_code == 204
    assert presences(northwind) == {(dana.id, False)}


def test_nobody_looks_at_what_they_may_not_see(client_of, cleo, zoe, eli):
    ticket = make_ticket(eli)
    assert beat(client_of(cleo), ticket).status_code == 404
    assert beat(client_of(zoe), ticket).status_code == 404


def test_a_tab_has_a_proper_name(client_of, ben, eli):
    assert beat(client_of(ben), make_ticket(eli), tab="x").status_code == 400


def test_names_are_asked_for_by_id(client_of, ben, cleo, zoe):
    path = f"/console/colleagues?id={cleo.id}&id={zoe.id}&id=nonsense"
    page = client_of(ben).get(path).content.decode()
    assert f'data-member="{cleo.id}"' in page
    assert 'data-name="Cleo"' in page
    assert str(zoe.id) not in page


@pytest.mark.system
class TestOverStreams:
    """What others hear of it."""

    def places(self, listener):
        there = {}
        for message in listener.of("presence"):
            there = message["data"]["at"] if message["data"]["all"] else there | message["data"]["at"]
        return {code: at for code, at in there.items() if at["looking"]}

    def test_coming_writing_and_leaving_are_told(self, serving, client_of, ada, ben, eli):
        ticket, bens = make_ticket(eli), client_of(ben)
        listener = serving.listen(client_of(ada)).opened()
        beat(bens, ticket)
        there = {ticket.code: {"looking": [str(ben.id)], "writing": []}}
        listener.wait(lambda one: self.places(one) == there)
        beat(bens, ticket, "writing")
        there[ticket.code]["writing"] = [str(ben.id)]
        listener.wait(lambda one: self.places(one) == there)
        late = serving.listen(client_of(ada)).opened()
        assert self.places(late) == there
        beat(bens, ticket, "left")
        for each in (listener, late):
            each.wait(lambda one: self.places(one) == {})
        assert "Ben" not in str(listener.messages)

    def test_the_first_listener_hears_who_is_there_already(self, serving, client_of, ada, ben, eli):
        ticket = make_ticket(eli)
        beat(client_of(ben), ticket)
        listener = serving.listen(client_of(ada)).opened()
        listener.wait(lambda one: set(self.places(one)) == {ticket.code})

    def test_only_those_hear_who_may_see_the_ticket(self, serving, client_of, ada, ben, cleo, zoe, eli):
        listeners = {person: serving.listen(client_of(person)).opened() for person in (ada, ben, cleo, zoe)}
        beat(client_of(ada), make_ticket(eli))
        listeners[ben].wait(lambda one: self.places(one))
        listeners[ada].wait(lambda one: self.places(one))
        time.sleep(0.1)
        assert self.places(listeners[cleo]) == self.places(listeners[zoe]) == {}

    def test_whoever_goes_silent_is_gone(self, serving, client_of, ada, ben, eli, monkeypatch):
        for module in ("live.reading", "live.hub", "live.presence"):
            monkeypatch.setattr(f"steward.{module}.EXPIRY", timedelta(seconds=1))
        listener = serving.listen(client_of(ada)).opened()
        beat(client_of(ben), make_ticket(eli))
        listener.wait(lambda one: self.places(one))
        listener.wait(lambda one: not self.places(one), seconds=6)

    def test_a_ticket_that_is_moved_takes_its_lookers_with_it(self, serving, client_of, ada, cleo, eli, billing):
        ticket = make_ticket(eli)
        cleos = serving.listen(client_of(cleo)).opened()
        beat(client_of(ada), ticket)
        time.sleep(0.2)
        assert self.places(cleos) == {}
        with account_scope(ticket.account_id):
            actions.transfer_ticket(ticket, billing, actor=cast.acting(ada))
        beat(client_of(ada), ticket, "writing")
        cleos.wait(lambda one: set(self.places(one)) == {ticket.code})
