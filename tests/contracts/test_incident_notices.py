"""Contract 18 of privacy: each affected account has a notice within 24 hours or there is an alarm; it sees 72 hours."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from steward.operator.gauges import measure
from steward.operator.health import findings
from steward.outbox.models import InstallationMail
from steward.privacy.incidents.models import Incident, State
from steward.privacy.incidents.queries import Late, alarms, late_notices
from steward.privacy.incidents.register import order_notices
from steward.privacy.incidents.watching import watch
from steward.project.commands.check import _late_notices
from steward.testing.cast import NOON
from steward.testing.incident_samples import known_incident


@pytest.fixture
def incident(northwind, contoso, ada, zoe, olga, clock):
    return known_incident([northwind, contoso])


def mails_to_operators():
    return InstallationMail.objects.filter(purpose="incident", is_watched=False).count()


def gauge():
    return next(one.values[0][1] for one in measure() if one.name == "steward_incident_notices_late")


def tone():
    return next(one.tone for one in findings() if one.what == "Incidents")


def test_operators_hear_of_it_before_and_after_exactly(incident, clock):
    seen = []
    for hours, second in ((20, -1), (20, 0), (24, -1), (24, 0), (24, 1)):
        clock(60 * hours, seconds=second)
        watch()
        watch()  # once is enough
        seen.append((hours, second, tone(), late_notices(), mails_to_operators()))
    assert seen == [
        (20, -1, "ok", 0, 0),
        (20, 0, "warn", 0, 1),
        (24, -1, "warn", 0, 1),
        (24, 0, "bad", 2, 2),
        (24, 1, "bad", 2, 2),
    ]
    assert gauge() == 2.0
    assert [str(one) for one in _late_notices()]
    assert list(incident.steps.order_by("id").values_list("what", flat=True))[-2:] == ["warned", "alarmed"]


def test_one_account_that_was_not_reached_is_enough(incident, northwind, clock, run_jobs):
    order_notices(incident, operator_id=None, only=[northwind.pk])
    run_jobs("incidents.tell_account")
    InstallationMail.objects.filter(is_watched=True).update(state="sent", finished_at=NOON)
    clock(60 * 24)
    watch()
    assert late_notices() == 1
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")
    assert late_notices() == 1, "a mail that waits has told nobody"
    InstallationMail.objects.filter(is_watched=True).update(state="sent", finished_at=NOON)
    watch()
    assert late_notices() == 0
    assert alarms() == []


def test_who_does_not_know_everything_is_owed_more_within_a_day(incident, clock, run_jobs):
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")
    InstallationMail.objects.filter(is_watched=True).update(state="sent", finished_at=NOON)
    watch()
    for second, late in ((-1, []), (0, [Late.UPDATE])):
        clock(60 * 24, seconds=second)
        assert [one.late for one in alarms()] == late
    Incident.objects.update(state=State.CLOSED)
    assert alarms() == []


def test_the_account_sees_its_72_hours(incident, northwind, ada, client_of, clock, run_jobs):
    clock(60)
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")
    browser = client_of(ada)
    page = f"/console/settings/privacy/incidents/told/{incident.pk}"
    for minutes, second, shown in ((0, 0, "72 h 0 min"), (72 * 60, -1, "0 h 0 min"), (72 * 60, 0, "over")):
        clock(60 + minutes, seconds=second)
        cache.clear()
        text = client_of(ada).get(page).content.decode() if minutes else browser.get(page).content.decode()
        found = re.search(r'data-clock="(\w+)">\s*(.*?)\s*<', text, re.DOTALL)
        assert found, (minutes, second)
        assert shown in found[0]
    assert NOON + timedelta(hours=1) == incident.affected.order_by("id").first().told_at
