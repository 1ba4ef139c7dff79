"""One person may ask as fast as anybody works, and not as fast as a script can."""

from uuid import UUID, uuid4

import pytest

from steward.people import pace
from steward.people.pace import HELD, Paces


@pytest.fixture
def clock(monkeypatch):
    """`clock(seconds)` lets time pass."""
    at = [1000.0]
    monkeypatch.setattr(pace, "monotonic", lambda: at[0])
    return lambda seconds: at.__setitem__(0, at[0] + seconds)


@pytest.fixture(autouse=True)
def _rate(settings):
    settings.STEWARD_PACE = 2


def test_a_minutes_worth_at_once_and_then_by_the_second(clock):
    paces, somebody = Paces(), uuid4()
    assert not any(paces.seconds_to_wait(somebody) for _ in range(2 * HELD))
    assert paces.seconds_to_wait(somebody) == pytest.approx(0.5)
    clock(0.5)
    assert not paces.seconds_to_wait(somebody)
    assert paces.seconds_to_wait(somebody)


def test_being_refused_takes_nothing(clock):
    paces, somebody = Paces(), uuid4()
    paces.seconds_to_wait(somebody, cost=2 * HELD)
    for _ in range(100):
        assert paces.seconds_to_wait(somebody) == pytest.approx(0.5)


def test_nobody_saves_up_more_than_a_minute(clock):
    paces, somebody = Paces(), uuid4()
    paces.seconds_to_wait(somebody)
    clock(3600)
    assert not paces.seconds_to_wait(somebody, cost=2 * HELD)
    assert paces.seconds_to_wait(somebody)


def test_each_person_has_their_own(clock):
    paces = Paces()
    one, other = uuid4(), uuid4()
    paces.seconds_to_wait(one, cost=2 * HELD)
    assert paces.seconds_to_wait(one)
    assert not paces.seconds_to_wait(other)


def test_not_everybody_is_remembered_for_ever(clock, monkeypatch):
    monkeypatch.setattr(pace, "_MOST_PEOPLE", 3)
    paces = Paces()
    for number in range(10):
        paces.seconds_to_wait(UUID(int=number))
    assert len(paces._buckets) == 3


def test_it_can_be_turned_off(settings):
    settings.STEWARD_PACE = 0
    assert not Paces().seconds_to_wait(uuid4(), cost=10**9)
