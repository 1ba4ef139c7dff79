"""What the parameters of the addresses of an account's life hold: an invoice that is not paid, an owner's link."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.departing.certifying import certify
from steward.lifecycle.departing.owners import token_of
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.models import AccountCertificate, Departure
from steward.lifecycle.opening import Owner, open_account
from steward.lifecycle.plans import STANDARD, put_on_plan
from steward.lifecycle.reopening import note_reopening_order
from steward.lifecycle.suspension import suspend_account
from steward.people.actions.links import new_link
from steward.people.models import MailedLink, Membership
from steward.people.tokens import new_token
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.cast import PASSWORD


def samples_of_life(account: Account) -> dict[str, Any]:
    """By the name of the parameter. The account pays from now on."""
    put_on_plan(account, STANDARD, actor=SYSTEM)
    with account_scope(account.id):
        bill = Bill(f"2026-{new_id().hex[-6:]}", Decimal("49.00"), "EUR", now() + timedelta(days=30))
        invoice = issue_invoice(bill, actor=SYSTEM)
    return {"invoice_id": invoice.pk, **certificate_of_another()}


def certificate_of_another() -> dict[str, Any]:
    """What the addresses of certificates hold: those of an account that was certified to be deleted."""
    slug = f"closed-{new_id().hex[-8:]}"
    account = open_account(slug, name="Closed", owner=Owner(f"cora@{slug}.example", "Cora", PASSWORD))
    at = now()
    departure = Departure.objects.create(
        account=account, begun_at=at, deleted_at=at, backups_end_at=at, key_destroyed_at=at,
        before={"tickets_ticket": 12}, erased={"tickets_ticket": 12},
    )  # fmt: skip
    certify(account, departure, AccountCertificate.Of.DELETED, {})
    page, file = "certificates/<uuid:account_id>/<token>", {"of": "deleted", "kind": "json"}
    theirs = {"account_id": account.pk, "token": token_of(account.pk)}
    office = "operator/accounts/<slug:slug>/certificates/<slug:of>.<slug:kind>"
    return {
        **{f"{page} {name}": value for name, value in theirs.items()},
        **{f"{page}/<slug:of>.<slug:kind> {name}": value for name, value in (theirs | file).items()},
        **{f"{office} {name}": value for name, value in ({"slug": slug} | file).items()},
    }


def note_order_by_letter(account: Account) -> None:
    """That Ada has ordered by letter to open the terminated account again."""
    with upkeep_scope(account.id):
        note_reopening_order(account, ordered_by="Ada Larsen", how="letter of 3 March, signed", actor=SYSTEM)


def owners_link() -> str:
    """The token of a link to the page about an account that is suspended, which is made for it."""
    slug, token = f"harbour-{new_id().hex[-8:]}", new_token()
    account = open_account(slug, name="Harbour", owner=Owner(f"hal@{slug}.example", "Hal", PASSWORD))
    suspend_account(account, actor=SYSTEM)
    with account_scope(account.id):
        owner = Membership.objects.select_related("user").get().user
    new_link(MailedLink.Purpose.OWNER, owner, token, account_id=account.id)
    return token
