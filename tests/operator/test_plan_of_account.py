"""Plans and invoices in the back office."""

import re
from datetime import timedelta

import pytest

from steward.events.models import Event
from steward.lib.clock import now
from steward.lifecycle.closing import order_deletion
from steward.lifecycle.models import Departure, Invoice, KeptInvoice, Standing
from steward.lifecycle.plans import begin_life
from steward.lifecycle.reopening import order_reopening
from steward.people.models import OperatorAct
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope

PLAN = "/operator/accounts/northwind/plan"
HERE = "/operator/accounts/northwind"
LETTER = {"ordered_by": "Ada Larsen", "how": "letter of 3 March, signed"}
INVOICES = "/operator/accounts/northwind/invoices"
TYPED = {"number": "2026-7", "amount": "49.00", "currency": "eur", "due_on": "2026-03-31"}


@pytest.fixture
def trial(northwind):
    with account_scope(northwind.id):
        begin_life(northwind, plan="trial")
    return northwind


def invoices_of(account):
    with account_scope(account.id):
        return list(Invoice.objects.order_by("number"))


def test_what_comes_next_is_shown(operator_client, trial):
    text = operator_client.get(PLAN).content.decode()
    assert 'data-next="suspended"' in text
    assert "No invoices." in text


def test_the_list_of_accounts_says_what_comes(operator_client, trial, contoso):
    text = operator_client.get("/operator/accounts").content.decode()
    assert (text.count("Trial"), text.count("suspended on")) == (1, 1)


@pytest.fixture
def terminated(trial, ada):
    for step in ("suspended", "terminated"):
        Account.objects.filter(pk=trial.pk).update(state=step)
    return trial


def changes_of(account, kind):
    with account_scope(account.id):
        return list(Event.objects.filter(kind=kind).values_list("changes", flat=True))


def test_a_terminated_account_is_opened_again_on_an_order_that_was_noted(operator_client, terminated, olga):
    page = operator_client.get(HERE).content.decode()
    assert ("reopening-order" in page, "resumption" in page) == (True, False), "no order, no button"
    refused = operator_client.post(f"{HERE}/resumption", {"word": "northwind"})
    assert (refused.status_code, "No owner has ordered it." in refused.content.decode()) == (422, True)
    for missing in ("ordered_by", "how"):
        answer = operator_client.post(f"{HERE}/reopening-order", LETTER | {missing: " "})
        assert (answer.status_code, "data-error" in answer.content.decode()) == (422, True)
    assert Account.objects.get(pk=terminated.pk).state == "terminated"
    assert operator_client.post(f"{HERE}/reopening-order", LETTER).status_code == 302
    page = operator_client.get(HERE).content.decode()
    assert all(words in page for words in (*LETTER.values(), "resumption"))
    operator_client.post(f"{HERE}/resumption", {"word": "northwind"})
    assert Account.objects.get(pk=terminated.pk).state == "active"
    assert changes_of(terminated, "account.reopening_ordered") == [{"by": "operator"}]
    assert changes_of(terminated, "account.reopened") == [{"by": "operator"}]
    acts = OperatorAct.objects.filter(operator_id=olga.user_id).order_by("id").values_list("act", flat=True)
    assert [act for act in acts if "reopen" in act] == ["account.reopening_noted", "account.reopened"]


def test_an_order_given_on_the_owners_page_is_shown_with_who_gave_it(operator_client, terminated, ada):
    with upkeep_scope(terminated.id):
        order_reopening(terminated, owner=ada)
    page = operator_client.get(HERE).content.decode()
    assert ("Ada" in page, "resumption" in page, "reopening-order" in page) == (True, True, False)
    operator_client.post(f"{HERE}/resumption", {"word": "northwind"})
    assert changes_of(terminated, "account.reopened") == [{"by": "owner", "membership": str(ada.id)}]


def test_who_notes_an_order_beside_the_owners_own_is_not_told_that_it_was_noted(operator_client, terminated, ada):
    with upkeep_scope(terminated.id):
        order_reopening(terminated, owner=ada)
    page = operator_client.post(f"{HERE}/reopening-order", LETTER, follow=True).content.decode()
    assert ("Ada</bdi>, an owner, ordered it" in page, "The order is noted." in page) == (True, False)
    assert LETTER["how"] not in page
    assert not OperatorAct.objects.filter(act="account.reopening_noted").exists()


def test_nobody_notes_an_order_to_open_what_an_owner_has_ordered_to_be_deleted(operator_client, terminated, ada):
    with upkeep_scope(terminated.id):
        order_deletion(terminated, owner=ada, after=timedelta(days=7))
    page = operator_client.get(HERE).content.decode()
    assert ("nobody can open it" in page, "reopening-order" in page) == (True, False)
    operator_client.post(f"{HERE}/reopening-order", LETTER)
    assert operator_client.post(f"{HERE}/resumption", {"word": "northwind"}).status_code == 422
    assert Account.objects.get(pk=terminated.pk).state == "terminated"


def test_no_order_is_noted_for_an_account_that_is_not_terminated(operator_client, trial):
    operator_client.post(f"{HERE}/reopening-order", LETTER)
    assert changes_of(trial, "account.reopening_ordered") == []


def test_what_is_being_deleted_is_not_said_to_be_open_again(operator_client, trial):
    for step in ("suspended", "terminated"):
        Account.objects.filter(pk=trial.pk).update(state=step, departing_since=now())
    operator_client.post("/operator/accounts/northwind/resumption", {"word": "northwind"})
    assert "is open again" not in operator_client.get("/operator/accounts/northwind").content.decode()
    assert not OperatorAct.objects.filter(act="account.reopened").exists()


def test_an_account_without_a_standing_has_no_clock(operator_client, northwind):
    assert "Nothing ends this account by itself." in operator_client.get(PLAN).content.decode()


def test_a_plan_is_chosen(operator_client, trial, olga):
    assert operator_client.post(f"{PLAN}/choice", {"plan": "standard"}).status_code == 302
    assert Standing.objects.get(account=trial).plan_id == "standard"
    assert operator_client.post(f"{PLAN}/choice", {"plan": "platinum"}).status_code == 422
    with account_scope(trial.id):
        assert Event.objects.get(kind="account.plan_changed").changes == {"from": "trial", "to": "standard"}
    acts = OperatorAct.objects.filter(operator_id=olga.user_id).order_by("id").values_list("act", flat=True)
    assert list(acts)[-1] == "account.plan_changed"


def test_an_invoice_is_issued_and_paid_or_void(operator_client, trial):
    assert operator_client.post(INVOICES, TYPED).status_code == 302
    again = operator_client.post(INVOICES, TYPED)
    assert (again.status_code, "2026-7" in again.content.decode()) == (422, True)
    operator_client.post(INVOICES, TYPED | {"number": "2026-8"})
    first, second = invoices_of(trial)
    assert (first.currency, first.due_at.isoformat()) == ("EUR", "2026-04-01T00:00:00+00:00")
    assert len(re.findall('value="paid"', operator_client.get(PLAN).content.decode())) == 2
    for invoice, how in ((first, "paid"), (second, "void"), (second, "paid")):
        operator_client.post(f"{INVOICES}/{invoice.id}/settlement", {"as": how})
    assert [invoice.state for invoice in invoices_of(trial)] == ["paid", "void"]
    assert operator_client.post(f"{INVOICES}/{first.id}/settlement", {"as": "eaten"}).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"amount": "-1"}, {"amount": "lots"}, {"currency": "euro"}, {"due_on": "soon"}, {"number": ""}]
)
def test_what_is_no_invoice_keeps_what_was_typed(operator_client, trial, wrong):
    answer = operator_client.post(INVOICES, TYPED | wrong)
    assert answer.status_code == 422
    assert "data-error" in answer.content.decode()
    assert invoices_of(trial) == []


def test_an_invoice_of_another_account_is_not_there(operator_client, trial, contoso):
    operator_client.post(INVOICES, TYPED)
    [invoice] = invoices_of(trial)
    assert operator_client.post(
        f"/operator/accounts/contoso/invoices/{invoice.id}/settlement", {"as": "paid"}
    ).status_code == 404  # fmt: skip


def test_paying_opens_what_was_suspended_for_it(operator_client, northwind):
    begun = now()
    with account_scope(northwind.id):
        begin_life(northwind, plan="standard")
    operator_client.post(INVOICES, TYPED | {"due_on": begun.date().isoformat()})
    Account.objects.filter(pk=northwind.pk).update(state="suspended")
    Standing.objects.filter(account=northwind).update(
        suspended_because="unpaid", stage_due_at=begun + timedelta(days=8)
    )
    [invoice] = invoices_of(northwind)
    operator_client.post(f"{INVOICES}/{invoice.id}/settlement", {"as": "paid"})
    assert Account.objects.get(pk=northwind.pk).state == "active"


def test_an_invoice_that_outlives_its_account_can_be_paid(operator_client, contoso, northwind):
    bill = {"number": "2026-7", "issued_to": "Northwind", "amount": 49, "currency": "EUR", "state": "unpaid"}
    at = now()
    kept = KeptInvoice.objects.create(account=northwind, issued_at=at, due_at=at, kept_until=at, **bill)
    Account.objects.filter(pk=northwind.pk).update(state="suspended")
    Departure.objects.create(account=northwind, begun_at=at, deleted_at=at, backups_end_at=at)
    page, settlement = "/operator/accounts/northwind", f"{INVOICES}/{kept.pk}/settlement"
    assert settlement in operator_client.get(page).content.decode()
    of_another = settlement.replace("northwind", "contoso")
    assert operator_client.post(of_another, {"as": "paid"}).status_code == 404
    answer = operator_client.post(settlement, {"as": "paid"}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Noted." in answer.content.decode()
    kept.refresh_from_db()
    assert (kept.state, bool(kept.settled_at)) == ("paid", True)
    answer = operator_client.post(settlement, {"as": "void"}, follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert settlement not in answer.content.decode()
    assert OperatorAct.objects.filter(act="account.invoice_settled", account_id=northwind.pk).exists()
