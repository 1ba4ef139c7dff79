"""Ids, codes, the clock and the actor."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from steward.lib import clock, ids
from steward.lib.actor import SYSTEM, Actor, ActorKind


def test_ids_are_version_7_and_grow():
    drawn = [ids.new_id() for _ in range(2000)]
    assert all(type(each) is UUID and each.version == 7 and each.variant == "specified in RFC 4122" for each in drawn)
    assert len(set(drawn)) == 2000
    assert [each.int >> 80 for each in drawn] == sorted(each.int >> 80 for each in drawn)


def test_an_id_tells_when_it_was_made():
    made = datetime.fromtimestamp((ids.new_id().int >> 80) / 1000, UTC)
    assert abs(made - clock.now()) < timedelta(seconds=5)


def test_codes_can_be_said_on_the_phone():
    codes = {ids.new_code() for _ in range(2000)}
    assert all(re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{3}-\d{5}", code) for code in codes)
    assert len(codes) > 1990
    assert len({code[:3] for code in codes}) > 1000, "drawn, not counted"


def test_the_time_has_a_zone():
    assert clock.now().tzinfo is UTC
    assert clock.now() <= clock.now()


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00.000001Z\n", datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00+01:00\n", datetime(2026, 3, 1, 11, tzinfo=UTC)),
    ],
)
def test_a_test_clock_stands_still(line, moment, tmp_path, monkeypatch):
    file = tmp_path / "clock"
    file.write_text(line)
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))
    assert clock.now() == clock.now() == moment


def test_a_test_clock_is_read_at_each_call(tmp_path, monkeypatch):
    file = tmp_path / "clock"
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))
    for year in (2026, 2030, 2020):
        file.write_text(f"{year}-01-01T00:00:00Z")
        assert clock.now().year == year


def test_a_test_clock_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        clock.now()


def test_an_actor_cannot_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SYSTEM.sees_all = False


def test_actors_are_values():
    one = ids.new_id()
    assert Actor(ActorKind.AGENT, one) == Actor(ActorKind.AGENT, one)
    assert Actor(ActorKind.AGENT, one) != Actor(ActorKind.CONTACT, one)
    assert len({Actor(ActorKind.AGENT, one), Actor(ActorKind.AGENT, one)}) == 1


def test_nobody_sees_all_unless_said_so():
    assert not Actor(ActorKind.AGENT, ids.new_id()).sees_all
    assert SYSTEM.sees_all
    assert [kind.value for kind in ActorKind] == ["agent", "contact", "rule", "api", "staff", "system"]
