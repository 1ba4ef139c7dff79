"""Recording events, and who hears of them."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from steward.events import subscriptions
from steward.events.actions import Happening, record, record_many
from steward.events.chain import digest_of
from steward.events.models import Event
from steward.events.queries import timeline_of
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.ids import new_id
from steward.tenancy.scope import NoAccount, account_scope

pytestmark = pytest.mark.usefixtures("any_keys")


@pytest.fixture
def scope(northwind):
    with account_scope(northwind.id):
        yield


@pytest.fixture
def heard(monkeypatch):
    """What subscribers of this test hear; those of the application are left out."""
    monkeypatch.setattr(subscriptions, "_subscribers", type(subscriptions._subscribers)(list))
    heard = []

    @subscriptions.subscribe("thing.made", "thing.lost")
    def _hear(events):
        heard.append([event.kind for event in events])

    return heard


def test_an_event_says_who_did_what_to_what_and_when(scope, support, ben, monkeypatch, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("2026-03-01T12:00:00.000001Z")
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
    made = record("department.renamed", support, actor=Actor(ActorKind.AGENT, ben.id), changes={"n": 1})
    event = Event.objects.get(pk=made.pk)
    assert (event.kind, event.object_type, event.object_id) == ("department.renamed", "people.department", support.id)
    assert (event.actor_kind, event.actor_id) == ("agent", ben.id)
    assert event.at == datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
    assert (event.changes, event.position, event.chain) == ({"n": 1}, None, None)


def test_the_digest_is_that_of_the_salted_canonical_changes(scope, support):
    some_id = new_id()
    event = record("thing.made", support, actor=SYSTEM, changes={"b": some_id, "a": ["ł", None, True]})
    event.refresh_from_db()
    canonical = f'{{"a":["ł",null,true],"b":"{some_id}"}}'
    assert bytes(event.digest) == hashlib.sha256(bytes(event.salt) + canonical.encode()).digest()
    assert digest_of(bytes(event.salt), event.changes) == bytes(event.digest)


def test_two_events_with_the_same_changes_have_different_digests(scope, support):
    one, other = (record("thing.made", support, actor=SYSTEM, changes={"a": 1}) for _ in range(2))
    assert (one.digest, len(one.salt)) != (other.digest, 0)


@pytest.mark.parametrize("value", [b"bytes", Decimal(1), datetime(2026, 1, 1, tzinfo=UTC), {1, 2}, object()])
def test_what_is_no_json_has_no_place_in_an_event(value, scope, support):
    with pytest.raises(TypeError, match="no place in an event"):
        record("thing.made", support, actor=SYSTEM, changes={"a": value})


def test_outside_a_scope_nothing_is_recorded(support):
    with pytest.raises(NoAccount):
        record("thing.made", support, actor=SYSTEM)


def test_what_is_rolled_back_did_not_happen(scope, support):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("thing.made", support, actor=SYSTEM)
        raise ZeroDivisionError
    assert not Event.objects.filter(kind="thing.made").exists()


def test_many_are_one_statement(scope, support, django_assert_num_queries):
    with django_assert_num_queries(1):
        record_many([Happening("thing.made", support, {"n": n}) for n in range(50)], actor=SYSTEM)


def test_the_timeline_is_of_one_object_oldest_first(scope, support, billing):
    for n in range(3):
        record("thing.made", support, actor=SYSTEM, changes={"n": n})
        record("thing.made", billing, actor=SYSTEM)
    mine = [event.changes["n"] for event in timeline_of(support.id) if event.kind == "thing.made"]
    assert mine == [0, 1, 2]


def test_subscribers_hear_each_batch_once_and_only_what_they_asked_for(scope, support, heard):
    kinds = ["thing.made", "thing.kept", "thing.lost", "thing.made"]
    record_many([Happening(kind, support) for kind in kinds], actor=SYSTEM)
    record("thing.kept", support, actor=SYSTEM)
    record("thing.lost", support, actor=SYSTEM)
    assert heard == [["thing.made", "thing.lost", "thing.made"], ["thing.lost"]]


def test_a_subscriber_that_fails_undoes_what_it_heard_of(scope, support, heard):
    @subscriptions.subscribe("thing.made")
    def _fail(_events):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("thing.made", support, actor=SYSTEM)
    assert not Event.objects.filter(kind="thing.made").exists()
