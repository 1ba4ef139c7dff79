"""Ordering a move to another region: by an owner, with a second factor, and taken back."""

import pytest

from steward.lib.clock import now
from steward.people.models import Membership
from steward.people.sessions import CONFIRMED, FACTORS
from steward.tenancy.models import DataCentre, Region, RegionMoveOrder
from steward.tenancy.scope import account_scope
from steward.testing.listings import words_in

ADDRESS = "/console/settings/privacy/region"
ORDER = {"to_region": "us", "slug": "northwind"}


@pytest.fixture
def adas(client_of, ada, settings):
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="us", name="United States", countries=["US"])
    DataCentre.objects.create(code="us-1", region_id="us", country="US")
    return client_of(ada)


def with_factors(browser, *factors):
    """Who has just shown these, as the page that asks for them notes it."""
    session = browser.session
    session[FACTORS], session[CONFIRMED] = list(factors), now().isoformat()
    session.save()
    return browser


def orders(account):
    with account_scope(account.id):
        return list(RegionMoveOrder.objects.values_list("to_region", "factor", "state"))


def test_who_has_not_just_shown_who_they_are_does_so_first(adas):
    session = adas.session
    session.pop(CONFIRMED, None)
    session.save()
    answer = adas.get(ADDRESS)
    assert answer.status_code == 302
    assert "/confirmation" in answer["Location"]


def test_an_owner_orders_it_and_takes_it_back(adas, northwind):
    with_factors(adas, "password", "totp")
    assert "United States" in words_in(adas.get(ADDRESS).content.decode())
    assert adas.post(ADDRESS, ORDER).status_code == 302
    assert orders(northwind) == [("us", "totp", "ordered")]
    words = words_in(adas.get(ADDRESS).content.decode())
    assert "Withdraw the order" in words
    assert adas.post(f"{ADDRESS}/withdrawal").status_code == 302
    assert orders(northwind) == [("us", "totp", "withdrawn")]


def test_without_a_second_factor_nothing_is_ordered(adas, northwind):
    with_factors(adas, "password")
    answer = adas.post(ADDRESS, ORDER)
    assert answer.status_code == 422
    assert "takes a second factor" in words_in(answer.content.decode())
    assert orders(northwind) == []


@pytest.mark.parametrize("wrong", [{"slug": "contoso"}, {"to_region": "home"}, {"to_region": "mars"}])
def test_what_is_typed_wrong_orders_nothing(adas, northwind, wrong):
    with_factors(adas, "password", "totp")
    assert adas.post(ADDRESS, ORDER | wrong).status_code == 422
    assert orders(northwind) == []


def test_an_admin_may_not(adas, client_of, ben, northwind):
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ben.pk).update(role="admin")
    bens = with_factors(client_of(ben), "password", "totp")
    assert bens.post(ADDRESS, ORDER).status_code == 403
    assert bens.post(f"{ADDRESS}/withdrawal").status_code == 403
    assert "Moving to another region" not in words_in(bens.get("/console/settings/privacy/places").content.decode())


def test_where_there_is_no_other_region_nobody_is_sent_there(adas):
    words = "Moving to another region"
    assert words in words_in(adas.get("/console/settings/privacy/places").content.decode())
    DataCentre.objects.filter(code="us-1").delete()
    assert words not in words_in(adas.get("/console/settings/privacy/places").content.decode())
