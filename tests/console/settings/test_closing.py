"""Closing the account: an owner orders it, all hear of it, and any owner takes it back."""

from datetime import timedelta

import pytest

from steward.lib.actor import SYSTEM
from steward.lifecycle.models import Standing
from steward.lifecycle.plans import put_on_plan, set_plan
from steward.outbox.models import InstallationMail
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/closing"


def leaves_at(account):
    found = Standing.objects.filter(account=account).first()
    return found and found.leaves_at


def test_an_owner_orders_it_and_takes_it_back(client_of, ada, northwind, clock):
    browser = client_of(ada)
    assert "Close the account and delete everything" in browser.get(PAGE).content.decode()
    wrong = browser.post(PAGE, {"when": "7", "slug": "contoso"})
    assert (wrong.status_code, leaves_at(northwind)) == (422, None)
    assert browser.post(PAGE, {"when": "7", "slug": " Northwind "})["Location"] == PAGE
    assert leaves_at(northwind) == NOON + timedelta(days=7)
    assert InstallationMail.objects.filter(purpose="account life").count() == 1, "Ada, the one owner"
    assert "This account is being closed" in browser.get(PAGE).content.decode()
    assert browser.post(f"{PAGE}/withdrawal")["Location"] == PAGE
    assert leaves_at(northwind) is None


def test_the_days_are_those_of_the_plan(client_of, ada, northwind, clock):
    set_plan("standard", cooling_days=3, deleted_days=45)
    put_on_plan(northwind, "standard", actor=SYSTEM)
    browser = client_of(ada)
    text = browser.get(PAGE).content.decode()
    assert "In 3 days: until then" in text
    assert "are kept for 45 days" in text
    assert browser.post(PAGE, {"when": "7", "slug": "northwind"}).status_code == 422
    browser.post(PAGE, {"when": "3", "slug": "northwind"})
    assert leaves_at(northwind) == NOON + timedelta(days=3)


def test_at_once_is_a_choice(client_of, ada, northwind, clock):
    client_of(ada).post(PAGE, {"when": "0", "slug": "northwind"})
    assert leaves_at(northwind) == NOON


def test_it_takes_an_owner_who_has_shown_lately_who_they_are(client_of, ada, ben, clock):
    assert client_of(ben).get(PAGE).status_code == 403
    assert client_of(ben).post(f"{PAGE}/withdrawal").status_code == 403
    browser = client_of(ada)
    browser.get(PAGE)
    clock(60)
    assert (
        "/console/settings/sign-in/confirmation" in browser.post(PAGE, {"when": "0", "slug": "northwind"})["Location"]
    )


def test_a_hold_is_said(client_of, ada, northwind, clock):
    with account_scope(northwind.id):
        place_hold(LegalHold.On.ACCOUNT, northwind.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert "A legal hold stands" in client_of(ada).get(PAGE).content.decode()
