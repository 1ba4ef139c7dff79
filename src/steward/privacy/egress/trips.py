"""One round trip to the database for what would take four: begin, name the account, ask, commit.

One statement is one transaction of its own. It calls a function that names the account first, for this transaction
and no longer, and whose own statements are planned once for a connection. Inside a scope it simply joins that.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from steward.tenancy.scope import upkeep_scope

Rows = list[tuple[Any, ...]]


def ask(account_id: UUID, call: str, **values: Any) -> Rows:
    """Call a function that names the account itself, with `%(name)s` for each value and for the account; its rows.

    Outside a scope what it did is committed when this returns.
    """
    named = {**values, "account": account_id}
    if not is_alone():
        with upkeep_scope(account_id):
            return _run(call, named)
    return _run(call, named)


def is_alone() -> bool:
    """Whether what is asked now is a transaction of its own."""
    return not connection.in_atomic_block


def _run(call: str, values: dict[str, Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(call, values)
        return list(cursor.fetchall())
