"""What does not go on by itself is told to whoever runs the installation."""

from datetime import timedelta

import pytest

from steward.lib.clock import now
from steward.lifecycle.alarms import LATE, LONG, late_accounts, stuck_departures
from steward.lifecycle.departed_models import Departure
from steward.lifecycle.models import Standing
from steward.lifecycle.plans import begin_life
from steward.operator import health
from steward.operator.gauges import measure
from steward.privacy.audit import anchors, queries
from steward.privacy.audit.anchors import Anchor, parsed
from steward.privacy.audit.queries import NOT_LATER_THAN, anchored_at, is_anchoring_late
from steward.privacy.audit.upkeep import anchor_everywhere
from steward.project.commands.check import _audits, _lives
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def gauge(name):
    return next(dict(gauge.values)[""] for gauge in measure() if gauge.name == name)


def test_a_step_that_nobody_takes(northwind, clock, stop_clock):
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="trial")
    due = Standing.objects.get(account=northwind).look_at
    stop_clock(due + LATE - SECOND)
    assert (late_accounts(), list(_lives())) == (0, [])
    stop_clock(due + LATE)
    assert (late_accounts(), gauge("steward_late_accounts")) == (1, 1)
    assert ["One account has a step or a warning due" in each.words for each in _lives()] == [True]
    assert (health._lives().tone, "1 account has had a step" in health._lives().words) == ("bad", True)


def test_a_deletion_that_does_not_end(northwind, contoso, clock, stop_clock):
    begun = now()
    Departure.objects.create(account=northwind, begun_at=begun)
    with upkeep_scope(contoso.id):
        begin_life(contoso, plan="trial")
    Departure.objects.create(account=contoso, begun_at=begun)
    Standing.objects.filter(account=contoso).update(next_at=None, clock_left=timedelta(days=3), look_at=None)
    stop_clock(begun + LONG - SECOND)
    assert stuck_departures() == {}
    stop_clock(begun + LONG)
    assert stuck_departures() == {"northwind": ""}, "the other one is held"
    assert gauge("steward_stuck_deletions") == 1
    assert (health._lives().tone, health._lives().items) == ("bad", ("northwind",))
    Departure.objects.filter(account=northwind).update(fault="files")
    assert "northwind" in next(_lives()).words
    assert "(files)" in next(_lives()).words
    Departure.objects.update(deleted_at=now())
    assert stuck_departures() == {}


def test_chains_that_are_not_anchored(northwind, contoso, clock, stop_clock, monkeypatch):
    Account.objects.update(created_at=NOON)
    stop_clock(NOON + NOT_LATER_THAN)
    assert not is_anchoring_late(), "the database was made after that, and anchors nothing from before"
    monkeypatch.setattr(queries, "_asked_for_since", lambda: NOON)
    stop_clock(NOON + NOT_LATER_THAN - SECOND)
    assert not is_anchoring_late(), "they are young"
    stop_clock(NOON + NOT_LATER_THAN)
    assert gauge("steward_anchoring_late") == 1
    assert any("was not noted" in each.words for each in _audits())
    assert health._audits().tone == "bad"
    anchor_everywhere()
    assert (gauge("steward_anchoring_late"), _audits()) == (0, [])
    assert (health._audits().tone, health._lives().tone) == ("ok", "ok")
    stop_clock(NOON + 2 * NOT_LATER_THAN - SECOND)
    assert not is_anchoring_late()
    stop_clock(NOON + 2 * NOT_LATER_THAN)
    assert is_anchoring_late()


def test_when_something_was_anchored_last_is_read_from_the_end(northwind, clock, monkeypatch):
    """Whoever collects figures asks each few seconds, and a day of many accounts is a long file."""
    anchor = Anchor(str(northwind.pk), 1, "00" * 32, now().isoformat())
    anchors.write_anchors([anchor] * 2_000, at=now())
    with anchors.files_of_days()[-1].open("a") as file:
        file.write('{"account": "begun when the power went')
    read = []
    monkeypatch.setattr(anchors, "parsed", lambda line: read.append(line) or parsed(line))
    assert anchored_at() == now()
    assert len(read) == 2
