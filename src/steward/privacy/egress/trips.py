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
_NOT_AWAITED = "SET LOCAL synchronous_commit = off"
Rows = list[tuple[Any, ...]]


def ask(account_id: UUID, *statements: str, is_awaited: bool = True, **values: Any) -> list[Rows]:
    """Run the statements for the account, with `%(name)s` for each value and for the account itself; rows of each.

    Outside a scope they are committed when this returns. Without `is_awaited` nobody waits for the disk: everybody sees
    it at once, and only if the database itself falls within the next second may it be lost.
    """
    named: Mapping[str, Any] = {**values, "account": str(account_id)}
    if connection.in_atomic_block:
        with account_scope(account_id):
            return _run(statements, named)
    begin = (_NAME,) if is_awaited else (_NAME, _NOT_AWAITED)
    return _run((*begin, *statements), named)[len(begin) :]


def _run(statements: tuple[str, ...], values: Mapping[str, Any]) -> list[Rows]:
    found: list[Rows] = []
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements), values)
        while True:
            found.append(cursor.fetchall() if cursor.description else [])
            if not cursor.nextset():
                return found
