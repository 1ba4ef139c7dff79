"""Rows go in portions: short transactions, each of which says how far it came."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from steward.lib.clock import now
from steward.lifecycle.models import Departure, Invoice, KeptInvoice
from steward.people.identities import forget_identity_without_account
from steward.people.models import Membership
from steward.tenancy.models import Account

AT_ONCE = 2_000  # rows in one statement: others wait for no more of the disk than that
_PEOPLE_AT_ONCE = 50  # memberships: with each an identity may go, and all that signs it in
IDENTITIES = "identities"  # counted beside the tables: those who were in no other account
_FIRST, _PAST = UUID(int=0), UUID(int=2**128 - 1)
_YEAR = timedelta(days=365.25)


def delete_some(departure: Departure, tables: list[str]) -> bool:
    """Delete one portion, in the scope of the account's upkeep; whether no table is left to go through.

    What it has reached is noted at the departure and saved with what went, in the same transaction.
    """
    table = departure.reached_table or tables[0]
    after = departure.reached_id or _FIRST
    is_people = table == Membership._meta.db_table
    most = min(AT_ONCE, _PEOPLE_AT_ONCE) if is_people else AT_ONCE
    users = _users_after(after, most) if is_people else []
    if table == Invoice._meta.db_table:
        keep_invoices(departure.account)
    gone, last = _rows_gone(table, after, most)
    _count(departure, table, gone)
    _count(departure, IDENTITIES, sum(forget_identity_without_account(user) for user in users))
    departure.reached_table, departure.reached_id = table, last
    if last == _PAST:
        following = tables.index(table) + 1
        departure.reached_table = tables[following] if following < len(tables) else ""
        departure.reached_id = None
    departure.save(update_fields=["erased", "reached_table", "reached_id"])
    return not departure.reached_table


def keep_invoices(account: Account) -> int:
    """Copy the invoices of the account in scope to where they outlive it; returns how many."""
    kept = [
        KeptInvoice(
            account=account,
            issued_to=account.name,
            kept_until=each.issued_at + settings.STEWARD_INVOICES_KEPT * _YEAR,
            **{name: getattr(each, name) for name in _COLUMNS},
        )
        for each in Invoice.objects.order_by("id")
    ]
    KeptInvoice.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)


def forget_kept_invoices() -> int:
    """Delete invoices that law wants kept no more; returns how many."""
    return KeptInvoice.objects.filter(kept_until__lte=now()).delete()[0]


_COLUMNS = ("number", "amount", "currency", "issued_at", "due_at", "state", "settled_at")


def _users_after(after: UUID, most: int) -> list[UUID]:
    """Whose memberships are in the next portion."""
    return list(Membership.objects.filter(pk__gt=after).order_by("pk").values_list("user_id", flat=True)[:most])


def _rows_gone(table: str, after: UUID, most: int) -> tuple[int, UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT gone, last FROM lifecycle_delete_rows(%s::regclass, %s, %s)", [table, after, most])
        gone, last = cursor.fetchone()
    return int(gone), last


def _count(departure: Departure, store: str, number: int) -> None:
    if number:
        departure.erased[store] = departure.erased.get(store, 0) + number
