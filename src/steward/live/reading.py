"""What the hub asks the database, over a connection of its own, as the application's role and under its policies."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from steward.events.connecting import connection_string
from steward.events.telling import EVENTS
from steward.lib.clock import now
from steward.live.beats import EXPIRY, PRESENCE
from steward.live.places import combined
from steward.live.viewer import Viewer
from steward.live.wire import Happened, Present
from steward.people.standing import LIVING_SESSIONS, STANDING
from steward.tenancy.scope import ENTER

ENDINGS = "steward_endings"
"""The channel that says whose streams end now; see the triggers in this package's migrations."""

MOST = 500  # events in one answer

_EVENTS = sql.SQL("""
SELECT event.position, event.kind, event.object_type, event.object_id, event.actor_id, found.code, found.departments,
  found.members FROM (SELECT * FROM events_event WHERE account_id = %s AND position > %s ORDER BY position LIMIT %s)
  AS event {places} ORDER BY event.position
""")
_PRESENCE = sql.SQL("""
SELECT event.object_id, event.looking, event.writing, found.code, found.departments FROM (
  SELECT account_id, object_type, object_id, NULL::text AS kind, NULL::jsonb AS changes,
    array_agg(DISTINCT membership_id::text) AS looking,
    array_agg(DISTINCT membership_id::text) FILTER (WHERE is_writing) AS writing
  FROM live_presence WHERE account_id = %s AND seen_at > %s GROUP BY account_id, object_type, object_id
) AS event {places}
""")
_PLACES = sql.SQL("""
LEFT JOIN LATERAL (SELECT min(place.code) AS code, array_agg(place.department) AS departments,
  array_agg(place.member) AS members FROM ({places}) AS place (code, department, member)) AS found ON true
""")


class Reader:
    """One connection; questions wait for each other."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        places = _PLACES.format(places=combined())
        self._events = _EVENTS.format(places=places)
        self._presence = _PRESENCE.format(places=places)

    @classmethod
    async def connected(cls) -> "Reader":
        """Raises `psycopg.Error` when the database does not answer."""
        return cls(await connected())

    async def close(self) -> None:
        await self._connection.close()

    async def events_after(self, account_id: UUID, position: int) -> list[Happened]:
        """The next events of an account, in order; at most `MOST`."""
        rows = await self._in_account(account_id, self._events, [account_id, position, MOST])
        return [Happened(*row[:6], *map(_ids, row[6:])) for row in rows]

    async def presence_in(self, account_id: UUID) -> dict[UUID, Present]:
        """Who is at which object. Objects nobody may hear of are left out."""
        rows = await self._in_account(account_id, self._presence, [account_id, now() - EXPIRY])
        return {
            object_id: Present(code, _ids(departments), tuple(sorted(looking)), tuple(sorted(writing or ())))
            for object_id, looking, writing, code, departments in rows
            if code
        }

    async def positions(self, account_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How far each account has come; those without events are not named."""
        rows = await self._all("SELECT account_id, reached FROM event_positions(%s)", [list(account_ids)])
        return {account_id: int(position) for account_id, position in rows}

    async def without_standing(self, account_id: UUID, viewers: Iterable[Viewer]) -> set[Viewer]:
        """Those of an account whose session, membership or rights are not what they were."""
        asked = list(viewers)
        sessions = await self._all(LIVING_SESSIONS, [[viewer.session for viewer in asked], now()])
        members = await self._in_account(account_id, sql.SQL(STANDING), [[v.membership_id for v in asked]])
        living = {session for (session,) in sessions}
        rights = {row[0]: (row[1], row[2], _ids(row[3])) for row in members}
        return {
            viewer
            for viewer in asked
            if viewer.session not in living
            or rights.get(viewer.membership_id) != (viewer.user_id, viewer.sees_all, viewer.departments)
        }

    async def _in_account(self, account_id: UUID, query: sql.SQL | sql.Composed, values: Sequence[Any]) -> list[Any]:
        async with self._turn, self._connection.pipeline(), self._connection.transaction():
            await self._connection.execute(ENTER, {"account": str(account_id), "upkeep": False})
            rows: list[Any] = await (await self._connection.execute(query, values)).fetchall()
            return rows

    async def _all(self, query: Any, values: Sequence[list[Any] | datetime]) -> list[Any]:
        async with self._turn:
            return await (await self._connection.execute(query, values)).fetchall()


async def connected() -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection that commits each statement. Raises `psycopg.Error`."""
    return await psycopg.AsyncConnection.connect(connection_string(), autocommit=True)


async def listening() -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """A connection that hears of events, presence and endings. Raises `psycopg.Error`."""
    connection = await connected()
    for channel in (EVENTS, PRESENCE, ENDINGS):
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    return connection


def _ids(values: Iterable[UUID | None] | None) -> frozenset[UUID]:
    return frozenset(value for value in values or () if value)
