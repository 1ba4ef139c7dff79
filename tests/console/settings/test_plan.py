"""Plan and invoices, as the account sees them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from steward.lib.actor import SYSTEM
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.passing import do_what_is_due
from steward.lifecycle.plans import begin_life, set_plan
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON

ADDRESS = "/console/settings/plan"


@pytest.fixture
def trial(northwind, clock):
    with account_scope(northwind.id):
        begin_life(northwind, plan="trial")
    return northwind


def test_what_comes_next_and_what_is_to_be_paid(trial, client_of, ada):
    with account_scope(trial.id):
        issue_invoice(Bill("2026-7", Decimal("49.00"), "EUR", NOON + timedelta(days=30)), actor=SYSTEM)
    text = client_of(ada).get(ADDRESS).content.decode()
    assert 'data-next="suspended"' in text
    assert "49.00 EUR" in text
    assert "settlement" not in text, "nobody says here that it is paid"


def test_it_says_what_becomes_of_mail(trial, client_of, ada):
    browser = client_of(ada)
    for chosen, refuses in (("refuse", True), ("hold", False)):
        assert browser.post(ADDRESS, {"mail": chosen}).status_code == 302
        trial.refresh_from_db()
        assert trial.refuses_mail == refuses
    assert browser.post(ADDRESS, {"mail": "eat"}).status_code == 422


def test_how_long_mail_waits_is_what_the_plan_says(trial, client_of, ada):
    set_plan("trial", mail_held_days=1)
    assert "is kept for 1 day and becomes" in client_of(ada).get(ADDRESS).content.decode()


def test_only_who_administers_sees_it(trial, client_of, ben):
    assert client_of(ben).get(ADDRESS).status_code == 403


def test_a_warning_stands_on_every_page_until_it_is_read(trial, client_of, ada):
    with account_scope(trial.id):
        do_what_is_due()
    browser = client_of(ada)
    assert f'href="{ADDRESS}"' in browser.get("/console/settings/general").content.decode()
    assert "about to be suspended" in browser.get(ADDRESS).content.decode()
    assert browser.post(f"{ADDRESS}/read").status_code == 302
    assert "about to be suspended" not in browser.get(ADDRESS).content.decode()


def test_a_hold_alone_stops_nothing_here(trial, client_of, ada):
    with account_scope(trial.id):
        place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert "data-stopped" not in client_of(ada).get(ADDRESS).content.decode(), (
        "a hold keeps nobody from being suspended"
    )
