"""How PostgreSQL carries out what a page asks: which indexes it reads, and whether it reads a table from end to end."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from steward.bench.asking import Statement
from steward.tenancy.scope import account_scope

SMALL = 1_000  # rows: reading fewer from end to end is the cheapest way there is


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement: `steps` as "Index Scan tickets_list_all", `read` rows left and thrown away, in all its steps."""

    asked: str
    milliseconds: float
    blocks: int
    read: int
    steps: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)  # tables read from end to end


def plans_of(account_id: UUID, asked: Sequence[Statement]) -> list[Plan]:
    """The plans of the SELECTs, as the role and in the scope in which the application runs them."""
    with account_scope(account_id), connection.cursor() as cursor:
        found = []
        for statement, parameters in asked:
            if not statement.lstrip("( ").startswith("SELECT") or " FROM " not in statement:
                continue
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            found.append(_plan(statement, _loaded(cursor.fetchone()[0])))
        return found


def _loaded(given: Any) -> dict[str, Any]:
    plan: dict[str, Any] = (json.loads(given) if isinstance(given, str) else given)[0]
    return plan


def _plan(statement: str, explained: dict[str, Any]) -> Plan:
    top = explained["Plan"]
    nodes = list(_nodes(top))
    return Plan(
        asked=_table(statement),
        milliseconds=round(explained["Planning Time"] + explained["Execution Time"], 3),
        blocks=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        read=sum(_read(node) for node in nodes if "Scan" in node["Node Type"]),
        steps=[" ".join(filter(None, (n["Node Type"], n.get("Index Name") or n.get("Relation Name")))) for n in nodes],
        scanned=[n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan" and _read(n) > SMALL],
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _read(node: dict[str, Any]) -> int:
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + thrown) * node["Actual Loops"])


def _table(statement: str) -> str:
    """The table that is asked first, and what is taken from it when that is no row."""
    name = statement.partition(" FROM ")[2].split()[0].strip('"()')
    return f"{name} (count)" if "COUNT(" in statement else name
