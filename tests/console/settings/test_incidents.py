"""Incidents as the account sees them: what it was told, its own register, its data protection officer."""

import pytest

from steward.events.models import Event
from steward.people.access import actor_of
from steward.privacy.incidents import own
from steward.privacy.incidents.models import OwnIncident
from steward.privacy.incidents.register import Count, order_notices
from steward.tenancy.scope import account_scope
from steward.testing.incident_samples import FACTS, demanded_of, known_incident

PAGE, OFFICER = "/console/settings/privacy/incidents", "/console/settings/privacy/officer"
TYPED = {"title": "A lost laptop", "kinds": ["confidentiality"], "detected_at": "2026-03-01T09:00"}
DORA = {"name": "Dora", "email": "dora@example.org", "phone": "+371 2000 0000"}


@pytest.fixture
def told(northwind, contoso, ada, zoe, run_jobs):
    incident = known_incident([northwind, contoso], count=Count(12, 40), **FACTS)
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")
    return incident


def own_of(account):
    with account_scope(account.id):
        return OwnIncident.objects.get()


def test_a_notice_is_shown_taken_on_and_read(told, northwind, ada, client_of):
    browser = client_of(ada)
    text = browser.get(PAGE).content.decode()
    assert 'data-clock="running"' in text
    assert "An incident concerns your data" in text
    page = f"{PAGE}/told/{told.pk}"
    text = browser.get(page).content.decode()
    assert "A backup lay open for an hour." in text
    assert "Ada" in text
    location = browser.post(f"{page}/taking-on").headers["Location"]
    assert browser.get(location).status_code == 200
    assert own_of(northwind).persons == 12
    assert browser.post(f"{PAGE}/read").status_code == 302
    assert "An incident concerns your data" not in browser.get(PAGE).content.decode()


def test_an_own_one_is_noted_changed_closed_and_printed(northwind, ada, client_of, child_processes):
    browser = client_of(ada)
    page = browser.post(f"{PAGE}/new", TYPED | {"aware_at": "2026-03-01T09:30"}).headers["Location"]
    assert "data-open-facts" in browser.get(page).content.decode()
    said = TYPED | FACTS | {"persons": "3", "records": "9", "risk": "high"}
    assert browser.post(page, said).status_code == 303
    assert "The risk is high" in browser.get(page).content.decode()
    pdf = browser.get(f"{page}/summary.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert browser.post(f"{page}/closing").status_code == 303
    assert own_of(northwind).closed_at
    with account_scope(northwind.id):
        kinds = list(
            Event.objects.filter(kind__startswith="own_incident.").order_by("id").values_list("kind", flat=True)
        )
    assert kinds == ["own_incident.noted", "own_incident.changed", "own_incident.closed"]


def test_what_is_wrong_is_said_and_what_was_typed_stays(ada, client_of):
    response = client_of(ada).post(f"{PAGE}/new", {"title": "A lost laptop", "detected_at": "2999-01-01T00:00"})
    assert response.status_code == 422
    assert "A lost laptop" in response.content.decode()


def test_a_demand_is_shown(northwind, ada, client_of, run_jobs):
    demanded_of(northwind)
    run_jobs("incidents.tell_account")
    assert "District Court" in client_of(ada).get(PAGE).content.decode()


def test_the_officer_is_named_and_removed(northwind, ada, client_of):
    browser = client_of(ada)
    assert browser.post(OFFICER, DORA | {"email": "nobody"}).status_code == 422
    assert browser.post(OFFICER, DORA).status_code == 303
    assert "Dora, dora@example.org" in browser.get("/console/settings/privacy/records").content.decode()
    assert browser.post(f"{OFFICER}/removal").status_code == 303
    with account_scope(northwind.id):
        assert own.dpo_contact() is None
    assert "Dora" not in browser.get(OFFICER).content.decode()


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/new", OFFICER])
def test_only_who_administers_sees_it(ben, client_of, address):
    assert client_of(ben).get(address).status_code == 403


def test_other_accounts_see_their_own(told, northwind, zoe, ada, client_of):
    with account_scope(northwind.id):
        one = own.take_on(own.notices()[0], language="en", actor=actor_of(ada))
    assert client_of(zoe).get(f"{PAGE}/told/{told.pk}").status_code == 200, "it was told, too"
    assert client_of(zoe).get(f"{PAGE}/{one.pk}").status_code == 404
    assert client_of(zoe).get(f"{PAGE}/told/{one.pk}").status_code == 404
