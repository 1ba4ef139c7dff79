"""What an account has in the database, as the database itself knows it: nobody has to list a new table.

Rows of an account go table by table, those that refer to others before these. Tables without a wall that name accounts
are emptied of it, too, but for the few that say what became of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

# Tables that name an account and stay when its data go, and why.
STAYS: Mapping[str, str] = {
    "lifecycle_standing": "which plan it was on, and when its backups end",
    "lifecycle_departure": "how its data went",
    "lifecycle_accountcertificate": "what was certified",
    "lifecycle_keptinvoice": "law wants invoices kept",
    "people_operatoract": "what operators did: ids and codes, which go by their own clock",
    "incidents_affected": "the register of breaches (GDPR article 33(5)): ids and numbers",
    "incidents_letter": "that an account was told of a breach: ids",
    "incidents_disclosedaccount": "the register of what authorities demanded: ids and numbers",
    "marketing_marketingconsent": "a consent to be written to that outlives the account, by its own clock",
}
_LAST = ("holds_legalhold",)  # what stops the deletion can be read until the end

_OWNED = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'account' ORDER BY 1"
_EDGES = """
SELECT conrelid::regclass::text, confrelid::regclass::text, confdeltype = 'n' FROM pg_constraint
 WHERE contype = 'f' AND conrelid <> confrelid AND conrelid = ANY (%(tables)s::regclass[])
   AND confrelid = ANY (%(tables)s::regclass[])
"""
_NAMING = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'account_id' AND NOT a.attisdropped
   AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'account') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """One table refers to another; `lets_go`: where its target goes, the reference becomes NULL."""

    source: str
    target: str
    lets_go: bool


def owned_tables() -> list[str]:
    """Every table whose rows belong to an account, in the order in which they are emptied."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNED)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(_EDGES, {"tables": tables})
        edges = [Edge(*row) for row in cursor.fetchall()]
    return emptied_in_this_order(tables, edges)


def naming_tables() -> list[str]:
    """Tables without a wall that name accounts, but for those that stay."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMING)
        return [name for (name,) in cursor.fetchall() if name not in STAYS]


def existing_tables() -> set[str]:
    """Every table there is, whoever's."""
    return set(connection.introspection.table_names())


def emptied_in_this_order(tables: Iterable[str], edges: Iterable[Edge]) -> list[str]:
    """Each before those it refers to. References that are let go of break circles; raises `RuntimeError` for others."""
    left, known = sorted(tables), list(edges)
    order: list[str] = []
    while left:
        free = _free(left, known) or _free(left, [edge for edge in known if not edge.lets_go])
        if not free:
            raise RuntimeError(f"tables refer to each other in a circle: {left}")
        order.extend(free)
        left = [table for table in left if table not in free]
    return [table for table in order if table not in _LAST] + [table for table in order if table in _LAST]


def count_rows(table: str, account_id: UUID) -> int:
    """How many rows an account has in a table of ours. In the scope of its upkeep."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_known(table)} WHERE account_id = %s", [account_id])  # noqa: S608
        return int(cursor.fetchone()[0])


def empty_of(table: str, account_id: UUID) -> int:
    """Take the account out of a table without a wall; returns how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_known(table)} WHERE account_id = %s", [account_id])  # noqa: S608
        return int(cursor.rowcount)


def _free(left: list[str], edges: list[Edge]) -> list[str]:
    """Those that none of the others refers to."""
    referred_to = {edge.target for edge in edges if edge.source in left}
    return [table for table in left if table not in referred_to]


def _known(table: str) -> str:
    if table not in existing_tables():
        raise LookupError(table)
    return str(connection.ops.quote_name(table))
