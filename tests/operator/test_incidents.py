"""Incidents and disclosures in the back office."""

import pytest

from steward.people.models import OperatorAct
from steward.privacy.incidents.models import Affected, Disclosure, Incident, Letter, Step
from steward.testing.incident_samples import FACTS, demanded_of, known_incident

LIST, NEW = "/operator/incidents", "/operator/incidents/new"
TYPED = {"title": "A disk is gone", "kinds": ["availability"], "detected_at": "2026-03-01T09:00"}
DEMAND = {
    "authority": "District Court", "legal_basis": "§ 100", "demanded_on": "2026-03-01", "asked": "Who wrote it",
    "which": "named", "accounts": "northwind", "telling": "now",
}  # fmt: skip


@pytest.fixture
def page(northwind, ada, operator_client):
    return f"{LIST}/{known_incident([northwind]).pk}"


def acts():
    return list(OperatorAct.objects.order_by("id").values_list("act", flat=True))


def test_one_is_noted_written_and_told(operator_client, northwind, ada, run_jobs):
    page = operator_client.post(NEW, TYPED).headers["Location"]
    assert operator_client.post(f"{page}/facts", TYPED | FACTS | {"risk": "high"}).status_code == 302
    assert operator_client.post(f"{page}/accounts", {"which": "named", "accounts": "NORTHWIND"}).status_code == 302
    assert operator_client.post(f"{page}/state", {"to": "confirmed"}).status_code == 302
    assert operator_client.post(f"{page}/notices", {"number": "1"}).status_code == 302
    run_jobs("incidents.tell_account")
    assert Letter.objects.count() == 1
    assert operator_client.post(f"{page}/notes", {"words": "Asked the vendor."}).status_code == 302
    text = operator_client.get(page).content.decode()
    for shown in ("data-due", "1 on its way", "Asked the vendor.", "olga@operator.example", "A backup lay open"):
        assert shown in text
    assert {"incident.opened", "incident.written", "incident.told", "incident.read"} <= set(acts())


def test_how_many_are_told_is_typed(operator_client, page):
    response = operator_client.post(f"{page}/notices", {"number": "2"})
    assert response.status_code == 422
    assert "Nothing was sent" in response.content.decode()
    assert not Step.objects.filter(what="told").exists()


def test_only_those_not_told_yet_are_told(operator_client, page, contoso, zoe, run_jobs):
    operator_client.post(f"{page}/notices", {"number": "1"})
    operator_client.post(f"{page}/accounts", {"which": "named", "accounts": "contoso"})
    assert 'value="untold"' in operator_client.get(page).content.decode()
    assert operator_client.post(f"{page}/notices", {"number": "2", "whom": "untold"}).status_code == 422
    assert operator_client.post(f"{page}/notices", {"number": "1", "whom": "untold"}).status_code == 302
    run_jobs("incidents.tell_account")
    assert set(Affected.objects.values_list("phase", flat=True)) == {1}


def test_an_account_that_is_gone_is_not_counted(operator_client, page, contoso, zoe):
    operator_client.post(f"{page}/accounts", {"which": "named", "accounts": "contoso"})
    Affected.objects.filter(account_id=contoso.pk).update(account_id="01990000-0000-7000-8000-000000000000")
    assert "An account that is gone" in operator_client.get(page).content.decode()
    assert operator_client.post(f"{page}/notices", {"number": "1"}).status_code == 302


def test_a_state_that_does_not_follow_and_one_that_may_not_yet(operator_client, page):
    assert operator_client.post(f"{page}/state", {"to": "closed"}).status_code == 409
    assert operator_client.post(f"{page}/state", {"to": "contained"}).status_code == 302
    response = operator_client.post(f"{page}/state", {"to": "notified"})
    assert response.status_code == 409
    assert "have not been told" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "number"),
    [({"which": "all"}, 2), ({"which": "region", "region": "eu"}, 2), ({"which": "named", "accounts": "contoso"}, 2)],
)
def test_accounts_are_named(operator_client, page, contoso, northwind, typed, number):
    typed |= {"region": northwind.data_centre.region_id} if "region" in typed else {}
    assert operator_client.post(f"{page}/accounts", typed | {"persons": "5"}).status_code == 302
    assert Affected.objects.count() == number
    assert Affected.objects.get(account_id=contoso.pk).persons == 5


@pytest.mark.parametrize("typed", [{"which": "named"}, {"which": "named", "accounts": "nobody"}, {"which": "region"}])
def test_accounts_that_are_not_there(operator_client, page, typed):
    assert operator_client.post(f"{page}/accounts", typed).status_code == 422
    assert Affected.objects.count() == 1


def test_what_lies_ahead_is_refused_and_kept(operator_client, northwind):
    response = operator_client.post(NEW, TYPED | {"detected_at": "2999-01-01T00:00"})
    assert response.status_code == 422
    assert "A disk is gone" in response.content.decode()
    assert not Incident.objects.exists()


def test_the_clock_is_changed_in_sight_and_never_taken_away(operator_client, northwind, ada):
    one = known_incident([northwind], **FACTS)
    assert (one.aware_at.second, one.aware_at.microsecond) != (0, 0)
    begun = {name: getattr(one, name) for name in FACTS} | {"title": one.title, "kinds": one.kinds}
    begun |= {name: f"{getattr(one, name):%Y-%m-%dT%H:%M}" for name in ("detected_at", "aware_at")}
    page = f"{LIST}/{one.pk}/facts"
    assert operator_client.post(page, begun).status_code == 302
    assert Incident.objects.get().aware_at == one.aware_at, "a field without seconds changes nothing"
    assert operator_client.post(page, begun | {"aware_at": ""}).status_code == 422
    assert operator_client.post(page, begun | {"aware_at": "2026-03-01T09:00"}).status_code == 302
    assert Step.objects.get(what="clock").words.endswith("2026-03-01 09:00 UTC")


def test_a_demand_is_noted_and_told(operator_client, northwind, ada, run_jobs):
    page = operator_client.post("/operator/disclosures/new", DEMAND).headers["Location"]
    assert run_jobs("incidents.tell_account") == 1
    text = operator_client.get(page).content.decode()
    assert "District Court" in text
    assert "1 on its way" in text
    assert "disclosure.noted" in acts()


def test_a_ban_needs_an_end_and_can_end_earlier(operator_client, northwind, ada, run_jobs):
    response = operator_client.post("/operator/disclosures/new", DEMAND | {"telling": "later"})
    assert response.status_code == 422
    one = demanded_of(northwind, is_secret=True)
    assert run_jobs("incidents.tell_account") == 0
    assert operator_client.post(f"/operator/disclosures/{one.pk}", {"telling": "now"}).status_code == 302
    assert run_jobs("incidents.tell_account") == 1
    assert not Disclosure.objects.get().is_secret


@pytest.mark.parametrize("path", ["", "/new", "/01990000-0000-7000-8000-000000000000"])
def test_members_of_accounts_do_not_get_in(client_of, ada, path):
    assert client_of(ada).get(f"{LIST}{path}").status_code == 404
