"""One round trip to the database for what would take four: begin, name the account, ask, commit.

Several statements sent as one text are one transaction of their own, and the account that the first names counts for
the others and no longer (PostgreSQL, "Multiple Statements in a Simple Query"). Inside a scope they simply join it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from steward.tenancy.scope import account_scope

_NAME = "SELECT set_config('steward.account', %(account)s, true)"
Rows = list[tuple[Any, ...]]


def ask(account_id: UUID, *statements: str, **values: Any) -> list[Rows]:
    """Run the statements for the account, with `%(name)s` for each value and for the account itself; rows of each.

    Outside a scope they are committed when this returns.
    """
    named: Mapping[str, Any] = {**values, "account": str(account_id)}
    if connection.in_atomic_block:
        with account_scope(account_id):
            return _run(statements, named)
    return _run((_NAME, *statements), named)[1:]


def _run(statements: tuple[str, ...], values: Mapping[str, Any]) -> list[Rows]:
    found: list[Rows] = []
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements), values)
        while True:
            found.append(cursor.fetchall() if cursor.description else [])
            if not cursor.nextset():
                return found
