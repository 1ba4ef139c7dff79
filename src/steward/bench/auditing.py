"""Checking the chain of an account with many entries: from its beginning, and what came since."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from steward.bench.figures import load
from steward.bench.filling import COLUMNS, SEED
from steward.bench.running import COMPLETE
from steward.events.actions import record
from steward.events.chain import BEGINNING, Head, digest_of, link
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.audit.reading import Wanted, events_of
from steward.privacy.audit.upkeep import anchor_everywhere
from steward.privacy.audit.verifying import verify
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

SLUG = "audited"
_YEARS = timedelta(days=2 * 365)
_SALT = SEED.to_bytes(16)
Figures = dict[str, Any]


def measure(superuser: str, size: int) -> Figures:
    """Seconds from the beginning to the end, and of the hourly check of what is new; milliseconds of a page."""
    account = Account.objects.filter(slug=SLUG).first() or _filled(superuser, size)
    anchor_everywhere()
    whole, outcome = _timed(lambda: verify(account.id, is_whole=True))
    if outcome.first is not None:
        raise RuntimeError(f"the chain does not hold: {outcome.first}")
    with account_scope(account.id):
        record("account.changed", account, actor=SYSTEM, changes={"fields": ["name"]})
    new, _outcome = _timed(lambda: verify(account.id, is_whole=False))
    with account_scope(account.id):
        page, _events = _timed(lambda: events_of(Wanted(since=now() - _YEARS / 2)))
    told = {"entries": outcome.head.position, "whole": round(whole, 2), "new": round(new * 1000, 1)}
    return {"audit": told | {"page": round(page * 1000, 1), "load": load()}}


def _timed(act: Any) -> tuple[float, Any]:
    begin = perf_counter()
    answer = act()
    return perf_counter() - begin, answer


def _filled(superuser: str, size: int) -> Account:
    """An account in which so much happened, numbered and chained as the trigger would have done it."""
    account: Account = create_account(SLUG, name="Audited")
    create_account_key(account.id)
    with psycopg.connect(superuser) as database:
        database.execute("SET session_replication_role = replica")
        columns, end = ", ".join(COLUMNS["events_event"].split()), BEGINNING
        with database.cursor().copy(f"COPY events_event ({columns}) FROM STDIN") as copy:
            for row in _rows(account.id, size):
                copy.write_row(row)
                end = Head(row[-2], row[-1])
        database.execute(
            "INSERT INTO events_eventclock (id, account_id, position, chain) VALUES (gen_random_uuid(), %s, %s, %s)",
            [account.id, end.position, end.chain],
        )
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("VACUUM (ANALYZE) events_event")
    (settings.STEWARD_DATA / COMPLETE).touch()
    return account


def _rows(account_id: UUID, size: int) -> Iterator[tuple[Any, ...]]:
    begin, chain, digest = now() - _YEARS, BEGINNING.chain, digest_of(_SALT, {"reason": "bench"})
    for position in range(1, size + 1):
        key, ticket, at = new_id(), new_id(), begin + _YEARS * (position / size)
        fixed = (position, key, account_id, "ticket.resolved", "tickets.ticket", ticket, "system", None)
        chain = link(chain, fixed, at, digest)
        yield (
            key, account_id, "ticket.resolved", "tickets.ticket", ticket, "system", at, '{"reason": "bench"}', _SALT,
            digest, position, chain,
        )  # fmt: skip
