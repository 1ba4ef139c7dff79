"""Whether a query reads a table that grows from one end to the other, as the planner would do it in a large account."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from django.db import connection, transaction

from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing import environment

# Not the list of tags, which is as long as the words that people have thought of.
GROWING = re.compile(
    r"tickets_(?:ticket|message|participant|attachment|draft|searchentry)\w*|contacts_\w+|events_event"
    r"|notifications_notice|files_file|outbox_outgoingmail|email_rawmail"
)


def believe_tables_are_large() -> None:
    """Make the planner believe that the tables which grow have a million rows, however many pages tests have filled."""
    with psycopg.connect(environment.maintenance(environment.database_name()), autocommit=True) as superuser:
        superuser.execute(
            "UPDATE pg_class SET reltuples = 1e6, relpages = greatest(1, pg_relation_size(oid) / 8192)"
            " WHERE relkind = 'r' AND relname ~ %s",
            [GROWING.pattern],
        )


# What a planner may choose for the few pages that are really there.
FOR_SMALL_TABLES = ["seqscan", "bitmapscan", "hashjoin", "mergejoin"]
# Indexes that hold only what waits for somebody or something, and nothing that is done: a queue may be read whole.
QUEUES = {"outbox_outgoingmail_due", "outbox_outgoingmail_unsent"}
COLLECTORS = {"Sort", "Aggregate", "Hash", "HashAggregate", "WindowAgg", "Materialize"}


def scans(account: Account, queries: Iterable[str]) -> list[str]:
    """Queries that read all rows of an account from a table that grows."""
    with account_scope(account.id), transaction.atomic(), connection.cursor() as cursor:
        for way in FOR_SMALL_TABLES:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        found = [
            f"{node}: {query}" for query in queries if _is_asked(query) for node in _whole_reads(_plan(cursor, query))
        ]
        for way in FOR_SMALL_TABLES:
            cursor.execute(f"SET LOCAL enable_{way} = on")
    return found


def _is_asked(query: str) -> bool:
    """Whether a table that grows is read."""
    return bool(query.startswith("SELECT") and GROWING.search(query) and "set_config" not in query)


def _plan(cursor: Any, query: str) -> dict[str, Any]:
    cursor.execute("EXPLAIN (FORMAT JSON) " + query)
    plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return plan


def _whole_reads(node: dict[str, Any], *, stops_early: bool = False) -> Iterator[str]:
    """The nodes of a plan that go through an account's rows without an end: no key, and nobody above who has enough."""
    kind = node["Node Type"]
    if GROWING.fullmatch(node.get("Relation Name", "")) and node.get("Index Name") not in QUEUES:
        keys = re.findall(r"(\w+)(?:\)::\w+)? =|= ANY", node.get("Index Cond", ""))
        if not stops_early and not set(keys) - {"account_id"}:
            yield f"{kind} of {node['Relation Name']} by {node.get('Index Cond', 'nothing')}"
    stops_early = kind == "Limit" or (stops_early and kind not in COLLECTORS)
    for child in node.get("Plans", []):
        yield from _whole_reads(child, stops_early=stops_early)
