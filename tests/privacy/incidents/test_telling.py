"""Telling accounts of incidents: whom, once, what, and what becomes of the mails."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from steward.events.models import Event
from steward.lib.clock import now
from steward.notifications.of_account import unread_of_account
from steward.outbox.installation import BOUNCED
from steward.outbox.models import InstallationMail
from steward.people.access import actor_of
from steward.privacy.cards.offering import Asked
from steward.privacy.incidents import own
from steward.privacy.incidents.disclosures import change_secrecy
from steward.privacy.incidents.models import Affected, Disclosure, Incident, Letter, Notice, State, Step
from steward.privacy.incidents.privacy_card import card
from steward.privacy.incidents.queries import alarms, late_notices
from steward.privacy.incidents.register import Count, NotYet, affect, move_on, order_notices, spare, write_facts
from steward.privacy.incidents.watching import settle_letters, watch
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.incident_samples import FACTS, demanded_of, known_incident


def told(incident, run_jobs):
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")


def notices_of(account):
    with upkeep_scope(account.pk):
        return own.notices()


def texts():
    return [
        decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")).decode()
        for mail in InstallationMail.objects.filter(purpose="incident").order_by("id")
    ]


def left(state="sent", reason=""):
    """The mails were tried."""
    InstallationMail.objects.filter(purpose="incident").update(state=state, reason=reason, finished_at=now())


def test_an_account_hears_its_own_part_and_no_other(northwind, contoso, ada, zoe, run_jobs):
    incident = known_incident([northwind], count=Count(12, 40), **FACTS)
    affect(incident, [contoso.pk], Count(7, None), operator_id=None)
    told(incident, run_jobs)
    [mine], [theirs] = notices_of(northwind), notices_of(contoso)
    assert (mine.persons, mine.records, mine.unknown) == (12, 40, [])
    assert (theirs.persons, theirs.unknown) == (7, ["records"])
    assert len(texts()) == 2
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="incident.told").count() == 1
        assert [one.kind for one in unread_of_account(ada, is_exact=True)] == ["incident.told"]


def test_the_mail_says_the_law_s_four_things_and_the_hours(northwind, ada, run_jobs):
    told(known_incident([northwind], nature="A backup lay open."), run_jobs)
    [text] = texts()
    assert "A backup lay open." in text
    assert text.count("Not yet known") == 7
    assert "72 hours" in text
    assert "more within 24 hours" in text


def test_the_officer_is_told_and_an_owner_who_is_one_gets_one_mail(northwind, ada, run_jobs):
    with account_scope(northwind.id):
        own.name_dpo("Dora", "dora@example.org", "", actor=actor_of(ada))
    incident = known_incident([northwind])
    told(incident, run_jobs)
    assert Letter.objects.count() == 2
    with account_scope(northwind.id):
        own.name_dpo("Ada", ada.user.email.upper(), "", actor=actor_of(ada))
    told(incident, run_jobs)
    assert Letter.objects.count() == 3


@pytest.mark.parametrize("state", ["suspended", "terminated"])
def test_a_shut_account_is_told(northwind, ada, run_jobs, state):
    for step in ("suspended", "terminated")[: 1 + (state == "terminated")]:
        Account.objects.filter(pk=northwind.pk).update(state=step)
    told(known_incident([northwind]), run_jobs)
    assert len(notices_of(northwind)) == len(texts()) == 1


def test_ordered_twice_is_told_once_and_a_lost_job_is_found(northwind, ada, run_jobs):
    incident = known_incident([northwind])
    order_notices(incident, operator_id=None)
    order_notices(incident, operator_id=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'incidents.tell_account'")
    for _minute in range(3):
        watch()
    assert run_jobs("incidents.tell_account") == 1, "it waits for its turn, and is not asked for again"
    assert [one.phase for one in notices_of(northwind)] == [1]


def test_more_is_another_phase_and_the_hours_run_from_the_first(northwind, ada, run_jobs, clock):
    clock()
    incident = known_incident([northwind])
    told(incident, run_jobs)
    clock(60)
    write_facts(incident, FACTS, operator_id=None)
    told(incident, run_jobs)
    new, old = notices_of(northwind)
    assert (old.about, new.about, new.phase) == ("told", "updated", 2)
    assert new.first_at == old.at < new.at


def test_what_is_only_suspected_is_told_nobody(northwind):
    incident = known_incident([northwind])
    Incident.objects.filter(pk=incident.pk).update(state=State.SUSPECTED)
    with pytest.raises(NotYet, match="unconfirmed"):
        order_notices(incident, operator_id=None)


def test_an_incident_is_closed_when_everything_is_told_and_decided(northwind, ada, run_jobs):
    incident = known_incident([northwind], **FACTS)
    move_on(incident, State.CONTAINED, operator_id=None)
    with pytest.raises(NotYet, match="untold"):
        move_on(incident, State.NOTIFIED, operator_id=None)
    told(incident, run_jobs)
    move_on(incident, State.NOTIFIED, operator_id=None)
    with pytest.raises(NotYet) as refused:
        move_on(incident, State.CLOSED, operator_id=None)
    assert set(refused.value.why) == {"risk", "authority", "behind"}
    affect(incident, [northwind.pk], Count(1, 1), operator_id=None)
    write_facts(incident, {"risk": "none", "authority_why_not": "No risk."}, operator_id=None)
    told(incident, run_jobs)
    move_on(incident, State.CLOSED, operator_id=None)
    run_jobs("incidents.tell_account")
    assert [one.about for one in notices_of(northwind)] == ["closed", "updated", "told"]
    with pytest.raises(ValueError, match="follow"):
        move_on(incident, State.CONFIRMED, operator_id=None)


def test_who_was_named_by_mistake_is_taken_off_until_told(northwind, contoso, ada, zoe, run_jobs):
    incident = known_incident([northwind, contoso])
    assert spare(incident, contoso.pk, operator_id=None)
    told(incident, run_jobs)
    assert not spare(incident, northwind.pk, operator_id=None)
    assert list(Affected.objects.values_list("account_id", flat=True)) == [northwind.pk]


def test_a_mail_that_comes_back_is_seen_and_all_of_them_are_an_alarm(
    northwind, ada, olga, run_jobs, django_assert_num_queries
):
    incident = known_incident([northwind], count=Count(1, 1), **FACTS)
    told(incident, run_jobs)
    left()
    assert settle_letters() == 1
    with django_assert_num_queries(1):
        assert settle_letters() == 0, "nothing is new, and no mail is read"
    assert alarms() == []
    left("failed", BOUNCED)
    settle_letters()
    assert Letter.objects.get().state == "bounced"
    [alarm] = alarms()
    assert (alarm.unreached, alarm.is_bad, late_notices()) == (1, True, 0)
    watch()
    watch()
    assert incident.steps.filter(what="unreached").count() == 1, "operators hear of it once"
    assert InstallationMail.objects.filter(purpose="incident", is_watched=False).count() == 1


def test_the_history_cannot_be_changed(northwind):
    known_incident([northwind])
    with pytest.raises(ProgrammingError), transaction.atomic():
        Step.objects.update(words="")
    with pytest.raises(ProgrammingError), transaction.atomic():
        Step.objects.all().delete()


def test_what_the_law_keeps_secret_is_told_when_it_may_be(northwind, ada, run_jobs, clock):
    clock()
    demanded_of(northwind, is_secret=True, secret_until=now() + timedelta(hours=1))
    clock(59, seconds=59)
    watch()
    assert run_jobs("incidents.tell_account") == 0
    clock(60)
    watch()
    run_jobs("incidents.tell_account")
    with account_scope(northwind.id):
        [notice] = own.disclosure_notices()
        assert Event.objects.filter(kind="disclosure.told").count() == 1
    assert notice.number == Disclosure.objects.get().number
    assert "District Court" in texts()[0]


def test_what_is_deleted_is_told_nothing(northwind, ada, run_jobs):
    demanded_of(northwind, is_secret=True)
    for state in ("suspended", "terminated", "deleted"):
        Account.objects.filter(pk=northwind.pk).update(state=state)
    change_secrecy(Disclosure.objects.get(), is_secret=False, until=None, operator_id=None)
    run_jobs("incidents.tell_account")
    with upkeep_scope(northwind.id):
        assert own.disclosure_notices() == [], "it was certified that nothing is left"


def test_an_incident_is_taken_on_once(northwind, ada, run_jobs):
    told(known_incident([northwind], count=Count(3, 4), **FACTS), run_jobs)
    with account_scope(northwind.id):
        notice = own.notices()[0]
        one = own.take_on(notice, language="en", actor=actor_of(ada))
        assert own.take_on(notice, language="en", actor=actor_of(ada)) == one
        assert (one.aware_at, one.persons, one.nature) == (notice.first_at, 3, FACTS["nature"])
        assert Notice.objects.count() == 1


@pytest.mark.parametrize(("risk", "state"), [("", "ACT"), ("risk", "ACT"), ("none", "LOOK")])
def test_the_privacy_centre_asks_for_the_authority_where_a_risk_is_likely(northwind, ada, risk, state):
    said = {"title": "A lost laptop", "kinds": ["availability"], "detected_at": now(), "aware_at": now(), "risk": risk}
    with account_scope(northwind.id):
        own.note_own(said, actor=actor_of(ada))
        assert card(Asked(northwind.id, "northwind", "UTC", now())).state.name == state
