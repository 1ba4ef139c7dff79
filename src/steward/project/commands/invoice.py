"""`steward invoice create`, `paid`, `void` and `list`: what accounts are asked to pay."""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from steward.lib.actor import SYSTEM
from steward.lifecycle.departing.queries import find_kept_invoice, kept_invoices
from steward.lifecycle.invoices import (
    Bill,
    NotIssued,
    invoice_numbered,
    invoices,
    issue_invoice,
    note_paid,
    settle_kept,
    void_invoice,
)
from steward.lifecycle.models import Invoice, KeptInvoice
from steward.people.operators import note
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import upkeep_scope


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("invoice", "What accounts are asked to pay. Nothing is sent or charged: it is noted here.")
    commands = parser.add_subparsers(required=True, metavar="create|paid|void|list")
    creating = commands.add_parser("create", help="note that an account owes something")
    creating.add_argument("--amount", required=True, metavar="49.00")
    creating.add_argument("--currency", required=True, metavar="EUR", help="ISO 4217")
    creating.add_argument("--due", required=True, metavar="MOMENT", help="ISO 8601; UTC where it names no zone")
    creating.set_defaults(run=_create)
    paid = commands.add_parser(
        "paid", help="note that one was paid; an account suspended for it goes on. Also of a deleted one"
    )
    paid.set_defaults(run=_settle, verb=note_paid, about="paid")
    void = commands.add_parser("void", help="ask for one no more")
    void.set_defaults(run=_settle, verb=void_invoice, about="void")
    listing = commands.add_parser("list", help="show those of an account, one JSON object per line")
    listing.set_defaults(run=_list)
    for command in (creating, paid, void, listing):
        command.add_argument("--account", required=True, metavar="SLUG")
    for command in (creating, paid, void):
        command.add_argument("--number", required=True, metavar="NUMBER", help="as the bookkeeping has it")
    return parser


def _create(options: argparse.Namespace) -> None:
    account, bill = account_named(options.account), _bill(options)
    try:
        with upkeep_scope(account.id):
            _print(issue_invoice(bill, actor=SYSTEM))
    except NotIssued as error:
        raise Failure(f"{account.name} has an invoice {options.number} already.") from error
    note(None, "account.invoiced", account_id=account.pk)


def _bill(options: argparse.Namespace) -> Bill:
    try:
        due = datetime.fromisoformat(options.due)
        amount = Decimal(options.amount).quantize(Decimal("0.01"))
    except (ValueError, InvalidOperation) as error:
        raise Failure("--due is a moment such as 2026-03-01T12:00:00Z, --amount a number such as 49.00.") from error
    currency = options.currency.upper()
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()) or not 0 <= amount < 10**10:
        raise Failure("--currency is three letters such as EUR, and --amount is not negative.")
    return Bill(options.number, amount, currency, due if due.tzinfo else due.replace(tzinfo=UTC))


def _settle(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    kept = find_kept_invoice(account.pk, number=options.number)
    with upkeep_scope(account.id):
        try:
            invoice = kept or invoice_numbered(options.number)
        except Invoice.DoesNotExist as error:
            raise Failure(f"{account.name} has no invoice {options.number}.") from error
        if not (settle_kept(kept, options.about) if kept else options.verb(invoice, actor=SYSTEM)):
            raise Failure(f"The invoice is {invoice.state} already; nothing was changed.")
        _print(invoice)
    note(None, "account.invoice_settled", account_id=account.pk, about=options.about)


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    with upkeep_scope(account.id):
        rows: list[Invoice | KeptInvoice] = [*invoices(), *kept_invoices(account.pk)]
    for invoice in rows:
        _print(invoice)


def _print(invoice: Invoice | KeptInvoice) -> None:
    told = {"number": invoice.number, "amount": str(invoice.amount), "currency": invoice.currency}
    print(json.dumps(told | {"due_at": invoice.due_at.isoformat(), "state": invoice.state}))
