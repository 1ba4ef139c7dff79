"""What an account is asked to pay: issued by whoever runs the installation, then paid or void. In the account's scope.

Nothing is charged here: the money comes as it comes, and somebody says that it did. Also when the account is deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lifecycle.models import Invoice, KeptInvoice
from steward.lifecycle.plans import go_on_if_nothing_is_owed
from steward.lifecycle.standings import reckon
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

S = Invoice.State


class NotIssued(ValueError):
    """An invoice with the number of another one."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What an invoice says. `currency` is ISO 4217."""

    number: str
    amount: Decimal
    currency: str
    due_at: datetime


def invoices() -> list[Invoice]:
    """All of the account in scope, the newest first."""
    return list(Invoice.objects.order_by("-issued_at", "-id"))


def get_invoice(invoice_id: UUID) -> Invoice:
    """One of the account in scope; raises `Invoice.DoesNotExist`."""
    return Invoice.objects.get(pk=invoice_id)


def invoice_numbered(number: str) -> Invoice:
    """By its number; raises `Invoice.DoesNotExist`."""
    return Invoice.objects.get(number=number)


def issue_invoice(bill: Bill, *, actor: Actor) -> Invoice:
    """Ask for money. Raises `NotIssued` when the account has an invoice with that number."""
    try:
        with transaction.atomic():
            invoice: Invoice = Invoice.objects.create(
                number=bill.number, amount=bill.amount, currency=bill.currency, due_at=bill.due_at, issued_at=now()
            )
    except IntegrityError as error:
        raise NotIssued(bill.number) from error
    record("invoice.issued", invoice, actor=actor, changes={"due_at": bill.due_at.isoformat()})
    reckon()
    return invoice


def note_paid(invoice: Invoice, *, actor: Actor) -> bool:
    """Note that the money came; an account that was suspended for it goes on. False when it was settled already."""
    return _settle(invoice, S.PAID, "invoice.paid", actor)


def void_invoice(invoice: Invoice, *, actor: Actor) -> bool:
    """Ask for it no more. False when it was settled already."""
    return _settle(invoice, S.VOID, "invoice.voided", actor)


def settle_kept(invoice: KeptInvoice, state: str) -> bool:
    """Note of an invoice that outlives its account that it was paid, or is void: a state of `Invoice.State`. No scope.

    Nothing goes on by that, and the certificate stays as it is: it says how it was then. False when it was settled.
    """
    settled = KeptInvoice.objects.filter(pk=invoice.pk, state=S.UNPAID).update(state=state, settled_at=now())
    invoice.refresh_from_db()
    return bool(settled)


def _settle(invoice: Invoice, state: str, kind: str, actor: Actor) -> bool:
    with transaction.atomic():
        settled = Invoice.objects.filter(pk=invoice.pk, state=S.UNPAID).update(state=state, settled_at=now())
        if settled:
            record(kind, invoice, actor=actor)
            reckon()
            go_on_if_nothing_is_owed(Account.objects.get(pk=current_account_id()), actor=actor)
    invoice.refresh_from_db()
    return bool(settled)
