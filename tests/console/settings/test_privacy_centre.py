"""The privacy centre: each matter in each of its states, told to owners and admins, at the same cost for more rows."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from steward.backups.drills import NOTE, Counted, last_restored, note_read, note_restored
from steward.console.privacy_centre import asked_of
from steward.console.privacy_report import report_of
from steward.console.settings.pages import page_named
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.models import STANDARD, Standing
from steward.lifecycle.plans import begin_life
from steward.people.models import Membership, Role
from steward.people.second_factors import store_totp
from steward.privacy.audit.models import Verification
from steward.privacy.cards.offering import State, cards, chapters
from steward.privacy.consent.models import Purpose
from steward.privacy.egress.models import Authorisation, EgressEvent
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.incidents.account_models import Notice, OwnIncident
from steward.privacy.incidents.own import name_dpo
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.retention.models import Kind, RetentionRule, Since
from steward.privacy.support_access.models import SupportGrant
from steward.tenancy.directory import account_at, forget
from steward.tenancy.models import DataCentre, Region, RegionMoveOrder
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry, words_in
from steward.testing.queries import assert_same_queries_for_more_rows
from steward.testing.request_samples import closed_request, request_about

ADDRESS = "/console/settings/privacy"


@pytest.fixture
def hosted(northwind, settings):
    """An account of a provider, in a region."""
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE", host="company")
    publish(registry(engagement()))
    return northwind


@pytest.fixture
def told(northwind):
    """How a card stands now: `told("holds")`."""

    def read(key, *, later=timedelta()):
        asked = asked_of(account_at("northwind.localhost"))
        with account_scope(northwind.id):
            return cards[key].read(replace(asked, at=asked.at + later))

    return read


def facts(card):
    return {str(one.label): one.value for one in card.facts}


def test_every_matter_leads_to_a_page_that_an_owner_may_open(ada):
    for offered in (*cards.values(), *chapters.values()):
        page = page_named(offered.matter.page)
        assert page.allowed(ada), offered.matter.key
        assert reverse(f"console:settings-{page.key}")


def test_owners_and_admins_read_it_agents_do_not(client_of, ada, ben):
    with account_scope(ada.account_id):
        Membership.objects.filter(pk=ada.pk).update(role=Role.ADMIN)
    page = words_in(client_of(ada).get(ADDRESS).content.decode())
    assert "Where the data lie" in page
    assert "Nobody waits for an answer about their data." in page
    assert client_of(ben).get(ADDRESS).status_code == 403


def test_what_wants_somebody_is_told_first(client_of, ada, eli, clock):
    request_about(eli)
    late = "The time to answer somebody is over."
    assert late not in words_in(client_of(ada).get(ADDRESS).content.decode())
    clock(40 * 24 * 60)
    first = words_in(client_of(ada).get(ADDRESS).content.decode()).split("As of")[0]
    assert f"Act now Privacy requests {late}" in first


class TestRequests:
    def test_at_each_boundary(self, told, eli, clock):
        assert told("requests").state is State.FINE
        with account_scope(eli.account_id):
            due = PrivacyRequest.objects.get(pk=request_about(eli)).due_at
        second = timedelta(seconds=1)
        states = [told("requests", later=due - now() + off).state for off in (-timedelta(days=10) - second,)]
        states += [told("requests", later=due - now() + off).state for off in (-timedelta(days=10) + second, -second)]
        states += [told("requests", later=due - now()).state]
        assert states == [State.FINE, State.LOOK, State.LOOK, State.ACT]

    def test_what_is_answered_is_not_waited_for(self, told, eli):
        with account_scope(eli.account_id):
            closed_request(eli)
        assert told("requests").facts == ()


class TestErasures:
    @pytest.mark.parametrize(
        ("state", "begun", "expected"),
        [
            ("done", timedelta(hours=1), State.FINE),
            ("running", timedelta(hours=72, seconds=-1), State.FINE),
            ("running", timedelta(hours=72), State.ACT),
            ("failed", timedelta(hours=1), State.ACT),
        ],
    )
    def test_each(self, told, northwind, clock, state, begun, expected):
        with account_scope(northwind.id):
            Erasure.objects.create(
                state=state, asked_by_kind="system", planned_at=now() - begun, started_at=now() - begun
            )
        assert told("erasures").state is expected


def test_a_hold_on_the_whole_account_is_pointed_out(told, northwind, eli):
    assert told("holds").state is State.FINE
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        assert facts(told("holds")) == {"In force": 1}
        place_hold(LegalHold.On.ACCOUNT, northwind.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert told("holds").state is State.LOOK


def test_retention_says_what_goes_next(told, northwind, eli):
    assert told("retention").state is State.LOOK
    with account_scope(northwind.id):
        closed = closed_request(eli)
        PrivacyRequest.objects.filter(pk=closed.pk).update(closed_at=now() - timedelta(days=31))
        RetentionRule.objects.create(kind=Kind.REQUESTS, since=Since.CLOSING, days=30, is_on=True, changed_at=now())
    card = told("retention")
    assert (card.state, facts(card)) == (State.FINE, {"Rules that are on": 1, "Go in the night to come": 1})


class TestAudit:
    def test_unchecked_checked_late_and_broken(self, told, northwind, clock):
        assert told("audit").state is State.FINE
        with account_scope(northwind.id):
            row = Verification.objects.create(position=7, checked_at=now())
            assert (told("audit").state, told("audit").as_of) == (State.FINE, now())
            assert told("audit", later=timedelta(days=1, seconds=1)).state is State.LOOK
            Verification.objects.filter(pk=row.pk).update(broken_at=now(), fault_at=5)
            assert (told("audit").state, facts(told("audit"))["First bad entry"]) == (State.ACT, 5)


class TestBackups:
    @pytest.fixture
    def place(self, settings, tmp_path):
        settings.STEWARD_DATA = tmp_path
        settings.STEWARD_BACKUPS = str(tmp_path / "backups")
        return tmp_path / "backups"

    def test_none_an_old_one_and_one_that_was_read_back(self, told, place, clock):
        assert told("backups").state is State.ACT
        name = f"{now():%Y%m%dT%H%M%SZ}-00000000"
        (place / name).mkdir(parents=True)
        note_read(name, is_good=True)
        assert told("backups").state is State.LOOK, "never brought back"
        note_restored(name, is_good=True, counted=Counted(rows=12, files=3, opened=3, seconds=7))
        assert told("backups").state is State.FINE
        assert facts(told("backups")) == {
            "Last backup": now(), "Brought back as a whole": now(), "Read back whole": now(),
        }  # fmt: skip
        assert told("backups", later=timedelta(days=2)).state is State.ACT, "two nights without one"
        counted = facts(chapters["backups"].read(asked_of(account_at("northwind.localhost"))))
        assert (counted["Of these, files that were decrypted"], counted["Seconds that it took"]) == (3, 7)
        note_restored(name, is_good=True, counted=Counted(rows=12, files=3))
        counted = facts(chapters["backups"].read(asked_of(account_at("northwind.localhost"))))
        assert counted["Files that were counted in it"] == 3
        assert not {"Of these, files that were decrypted", "Seconds that it took"} & {*counted}, "nobody measured it"
        note_restored(name, is_good=False)
        assert told("backups").state is State.ACT
        note_restored(name, is_good=True)
        note_read(name, is_good=False)
        assert told("backups").state is State.ACT

    def test_a_note_that_cannot_be_read_is_none(self, place):
        (place.parent / NOTE).write_text(json.dumps({"at": "yesterday"}))
        assert last_restored() is None


class TestCompanies:
    def test_only_where_somebody_else_hosts(self, told, northwind):
        assert [told(key) for key in ("companies", "changes", "agreement")] == [None, None, None]

    def test_who_works_on_the_data(self, told, hosted):
        assert facts(told("companies")) == {"Companies": 1, "Uses you said no to": 0}
        assert told("changes").state is State.FINE
        with account_scope(hosted.id):
            Authorisation.objects.create(engagement="relay", state="objected", version=1, by_kind="agent", at=now())
        assert facts(told("companies"))["Uses you said no to"] == 1

    def test_without_an_agreement_one_is_to_be_signed(self, told, hosted):
        assert told("agreement").state is State.ACT

    def test_a_change_is_pointed_out_until_it_is_answered(self, told, hosted):
        with account_scope(hosted.id):
            bring_into_force(uuid.uuid4(), actor=SYSTEM)
        publish(registry(engagement(), engagement("other")))
        assert told("changes").state is State.LOOK
        with account_scope(hosted.id):
            Authorisation.objects.create(engagement="other", state="authorised", version=2, by_kind="agent", at=now())
        assert told("changes").state is State.FINE


class TestTheAccount:
    def test_a_date_is_told_and_then_pressed(self, told, northwind, clock):
        assert told("life").state is State.FINE
        with account_scope(northwind.id):
            begin_life(northwind, plan="trial")
        assert told("life").state is State.ACT, "fourteen days"
        assert told("life", later=-timedelta(seconds=1)).state is State.FINE
        Standing.objects.filter(account=northwind).update(leaves_at=now() + timedelta(days=30))
        card = told("life", later=-timedelta(seconds=1))
        assert (card.state, "everything is deleted" in str(card.words)) == (State.ACT, True)

    def test_an_overdue_invoice(self, told, northwind, clock):
        with account_scope(northwind.id):
            issue_invoice(Bill("2026-7", Decimal("49.00"), "EUR", now() + timedelta(days=1)), actor=SYSTEM)
        states = [told("life", later=timedelta(days=1, seconds=off)).state for off in (-1, 0)]
        assert states == [State.FINE, State.ACT]
        assert "suspended" not in str(told("life", later=timedelta(days=1)).words), "its plan has no clock"
        Standing.objects.update_or_create(account=northwind, defaults={"plan_id": STANDARD, "stage_due_at": now()})
        assert "suspended" in str(told("life", later=timedelta(days=1)).words)


def test_where_data_lie_and_that_they_are_to_move(told, hosted, ada):
    assert facts(told("places"))["Country"] == "Germany"
    with account_scope(hosted.id):
        RegionMoveOrder.objects.create(
            from_region="eu", to_region="us", ordered_by=ada.pk, factor="totp", document="{}", sha256="0" * 64,
            ordered_at=now(),
        )  # fmt: skip
    assert told("places").state is State.LOOK


def test_everybody_who_sees_all_has_a_second_factor(told, ada):
    assert told("people").state is State.LOOK
    store_totp(ada.user, "A" * 32)
    assert (told("people").state, facts(told("people"))) == (State.FINE, {"Owners": 1, "Admins": 0, "Agents": 3})


def leave(**changes):
    usual = {
        "traffic": "S", "engagement": "relay", "purpose": "mail.deliver", "categories": ["user.content"],
        "host": "relay.example", "port": 587, "from_region": "eu", "to_country": "DE", "bytes": 1000,
        "is_allowed": True, "reason_code": "allowed", "at": now(),
    }  # fmt: skip
    return EgressEvent.objects.create(**(usual | changes))


def test_what_left_today_and_what_was_refused(told, hosted, clock):
    assert told("left").facts == ()
    with account_scope(hosted.id):
        leave(at=now() - timedelta(days=1))
        leave()
        leave()
        assert list(facts(told("left")).values()) == [2]
        leave(is_allowed=False, reason_code="tenant_objected")
    card = told("left")
    assert (card.state, facts(card)["Refused"]) == (State.LOOK, 1)


def test_it_costs_the_same_whatever_there_is(client_of, ada, eli, farah, hosted, clock):
    browser = client_of(ada)

    def more():
        for person in (eli, farah):
            request_about(person)
        with account_scope(hosted.id):
            for _ in range(3):
                leave()
                Erasure.objects.create(state="done", asked_by_kind="system", planned_at=now(), finished_at=now())
                place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)

    def page():
        forget()  # the directory believes itself for some seconds: a slow machine would count a query more
        browser.get(ADDRESS)

    more()
    assert_same_queries_for_more_rows(page, more)


class TestTheReport:
    def test_it_says_all_chapters_in_the_language_that_is_asked_for(self, client_of, ada, eli, hosted):
        request_about(eli)
        browser = client_of(ada)
        page = words_in(browser.get(f"{ADDRESS}/report").content.decode())
        for offered in chapters.values():
            assert str(offered.matter.title) in page, offered.matter.key
        assert "12(3), 15" in page
        assert "Eli" not in page, "figures and times, and no customer"
        arabic = browser.get(f"{ADDRESS}/report?language=ar").content.decode()
        assert 'lang="ar" dir="rtl"' in " ".join(arabic.split())
        assert "تقرير عن حماية البيانات" in arabic

    def test_a_pdf_is_noted_with_the_digest_of_its_figures(self, client_of, ada, clock):
        answer = client_of(ada).post(f"{ADDRESS}/report", {"language": "pl"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert b"/EmbeddedFile" in answer.content
        with account_scope(ada.account_id):
            made = Event.objects.get(kind="account.report_made")
            same = report_of(asked_of(account_at("northwind.localhost")), name="Northwind", language="pl")
        assert (made.actor_id, made.changes["sha256"]) == (ada.pk, same.sha256)

    def test_agents_make_none(self, client_of, ben):
        assert client_of(ben).get(f"{ADDRESS}/report").status_code == 403
        assert client_of(ben).post(f"{ADDRESS}/report").status_code == 403


class TestSupport:
    def test_what_runs_and_what_is_asked_for(self, told, hosted, clock):
        assert told("support").state is State.FINE
        with account_scope(hosted.id):
            grant = SupportGrant.objects.create(
                reason="x", areas=["tickets"], state="requested", asked_by=uuid.uuid4(), asked_at=now()
            )
            assert facts(told("support")) == {"Asked for, not answered": 1}
            SupportGrant.objects.filter(pk=grant.pk).update(
                state="granted", granted_at=now(), starts_at=now(), expires_at=now() + timedelta(hours=1)
            )
        assert (told("support").state, facts(told("support"))["Grants that run"]) == (State.LOOK, 1)
        clock(60)
        assert told("support").state is State.FINE


class TestIncidents:
    def test_an_open_breach_presses_until_the_authority_is_settled(self, told, northwind, clock):
        assert told("incidents").state is State.FINE
        with account_scope(northwind.id):
            one = OwnIncident.objects.create(title="x", detected_at=now(), aware_at=now(), noted_at=now())
            card = told("incidents")
            assert (card.state, facts(card)["Tell the authority before"]) == (State.ACT, now() + timedelta(hours=72))
            OwnIncident.objects.filter(pk=one.pk).update(authority_told_at=now())
            assert told("incidents").state is State.LOOK
            OwnIncident.objects.filter(pk=one.pk).update(closed_at=now())
        assert told("incidents").state is State.FINE

    def test_what_one_was_told_of_presses_and_no_clock_is_said_to_run_that_is_over(self, told, northwind, clock):
        known = {"incident_id": uuid.uuid4(), "number": 1, "phase": 1, "about": "told", "title": "x"}
        with account_scope(northwind.id):
            Notice.objects.create(at=now(), known_since=now(), first_at=now(), detected_at=now(), **known)
        for later in (timedelta(), timedelta(days=4)):
            card = told("incidents", later=later)
            assert (card.state, "hours run" in str(card.words)) == (State.ACT, False)

    def test_who_is_the_officer(self, told, northwind):
        assert told("officer").facts == ()
        with account_scope(northwind.id):
            name_dpo("Dora", "dora@example.org", "", actor=SYSTEM)
        assert facts(told("officer")) == {"Dora": "dora@example.org"}


def test_purposes_of_consent(told, northwind):
    assert told("consent").facts == ()
    with account_scope(northwind.id):
        Purpose.objects.create(code="news", place="newsletter", created_at=now())
    assert facts(told("consent")) == {"Purposes you ask consent for": 1}
