"""The hub of a process: hears what was committed, reads it once per account, and tells all streams of that account.

It listens on one connection and reads on another. Whatever it did not hear of it finds by a look at the counters of all
its accounts every two seconds. When the database goes away the streams stay open, and catch up when it is back.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import UUID

import psycopg

from steward.events.telling import EVENTS
from steward.live import wire
from steward.live.account import Account, heard_by, seen_by
from steward.live.beats import EXPIRY
from steward.live.reading import ENDINGS, MOST, Reader, listening
from steward.live.stream import Stream

LOOK = 2.0  # seconds between looks at the counters
BACK = 1_000  # events that are told to somebody who resumes; who missed more loads everything anew
BEAT = 25  # seconds between beats of one stream; each second those of another part of the streams are due
CHECK = 60.0  # seconds between looks at whether those who listen still may
LIFE = 3600.0  # seconds after which somebody is let in anew, by way of everything a request goes through
PRESENCE_PAUSE = 0.2  # seconds in which comings and goings are gathered
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before another try to reach the database
PATIENCE = 5.0  # seconds that a client waits for the hub

Heard = psycopg.AsyncConnection[tuple[Any, ...]]
logger = logging.getLogger(__name__)


class Due:
    """Accounts that something is to be done for, and a bell that rings when there are some."""

    def __init__(self) -> None:
        self._accounts: set[UUID] = set()
        self._bell = asyncio.Event()

    def add(self, accounts: Iterable[UUID]) -> None:
        self._accounts.update(accounts)
        if self._accounts:
            self._bell.set()

    async def all(self) -> set[UUID]:
        """Those that are due now, once there are any; they are the caller's to do."""
        await self._bell.wait()
        self._bell.clear()
        due, self._accounts = self._accounts, set()
        return due


class Hub:
    """All streams of this process."""

    def __init__(self) -> None:
        self.accounts: dict[UUID, Account] = {}
        self._reader: Reader | None = None
        self._is_ready = asyncio.Event()
        self._changed = Due()
        self._moved = Due()
        self._endings: set[str] = set()
        self._ring: list[set[Stream]] = [set() for _ in range(BEAT)]
        self._seat = 0
        self._running: asyncio.Task[None] | None = None

    async def is_ready(self) -> bool:
        """Start with the first stream; whether there is a database to hear of."""
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._is_ready.wait()
        return self._is_ready.is_set()

    @contextlib.asynccontextmanager
    async def listening(self, stream: Stream) -> AsyncIterator[None]:
        """Inside, the stream belongs to its account; it is told what happens once it has caught up."""
        account_id = stream.viewer.account_id
        account = self.accounts.setdefault(account_id, Account())
        account.streams.add(stream)
        self._seat = (self._seat + 1) % BEAT
        seat = self._ring[self._seat]
        seat.add(stream)
        stream.until = asyncio.get_running_loop().time() + LIFE * random.uniform(0.9, 1.1)  # noqa: S311  to spread them
        try:
            yield
        finally:
            stream.is_over = True
            seat.discard(stream)
            account.streams.discard(stream)
            if not account.streams:
                del self.accounts[account_id]

    async def catch_up(self, stream: Stream, after: int | None) -> None:
        """Tell what happened since `after`, then let the stream hear what happens. Nothing is missed or repeated.

        The stream is registered already, and its position is compared with the account's after each answer, with no
        pause in between: whatever the hub reads later is beyond it.
        """
        reader = self._reader
        account = self.accounts[stream.viewer.account_id]
        try:
            # What was ended after it was let in and before it was registered, nobody could tell it.
            if reader is None or await reader.without_standing(stream.viewer.account_id, [stream.viewer]):
                return stream.end()
            await self._begin(reader, account, stream, after)
            # Rights may end while a slow reader catches up: then nothing more is told.
            while not stream.is_over and account.position is not None and stream.position < account.position:
                events = await reader.events_after(stream.viewer.account_id, stream.position)
                await stream.write(wire.told(heard_by(stream.viewer, events)))
                stream.position = events[-1].position if events else account.position
        except psycopg.Error:
            return stream.end()  # the database has gone just now; the client comes again
        stream.is_ready = True
        stream.push(wire.presence(seen_by(stream.viewer, (account.presence or {}).values()), is_all=True))
        if account.presence is None:
            self._moved.add([stream.viewer.account_id])

    async def _begin(self, reader: Reader, account: Account, stream: Stream, after: int | None) -> None:
        """Where the stream begins: after what the client has, unless that is too long ago or was never reached."""
        account_id = stream.viewer.account_id
        if account.position is None or (after is not None and after > account.position):
            reached = (await reader.positions([account_id])).get(account_id, 0)
            if account.position is None:
                account.position = reached
            self._changed.add([account_id])  # what came while we asked was passed over
        else:
            reached = account.position
        is_known = after is None or reached - BACK <= after <= reached
        stream.position = after if is_known and after is not None else max(reached, account.position)
        await stream.write(wire.reached(stream.position, "hello" if is_known else "reset"))

    async def _run(self) -> None:
        """Keep connected to the database for as long as the process lives."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with contextlib.AsyncExitStack() as stack:
                    heard = await listening()
                    stack.push_async_callback(heard.close)
                    self._reader = await Reader.connected()
                    stack.push_async_callback(self._reader.close)
                    pause = FIRST_PAUSE
                    await self._work(heard)
            except* (psycopg.Error, OSError) as problems:
                logger.warning("Streams wait for the database: %s", type(problems.exceptions[0]).__name__)
            except* Exception:
                logger.exception("The hub failed; all streams end, and resume.")
                for stream in self._all():
                    stream.end()
            self._is_ready.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _work(self, heard: Heard) -> None:
        self._changed.add(self.accounts)
        self._moved.add(self.accounts)
        self._is_ready.set()
        async with asyncio.TaskGroup() as group:
            for work in (self._hear(heard), self._read_events(), self._read_presence(), self._look(), self._check()):
                group.create_task(work)
            group.create_task(self._beat())

    async def _hear(self, heard: Heard) -> None:
        async for notice in heard.notifies():
            if notice.channel == ENDINGS:
                if not self._endings:
                    asyncio.get_running_loop().call_soon(self._end)
                self._endings.add(notice.payload)
            elif (account_id := UUID(notice.payload)) in self.accounts:
                (self._changed if notice.channel == EVENTS else self._moved).add([account_id])
        raise psycopg.OperationalError("the connection that listens has ended")

    def _end(self) -> None:
        """End the streams of those who were named, all in one go: sessions that expire are removed by thousands."""
        endings, self._endings = self._endings, set()
        for stream in self._all():
            if not endings.isdisjoint(stream.viewer.endings):
                stream.end()

    def _all(self) -> list[Stream]:
        return [stream for account in self.accounts.values() for stream in account.streams]

    async def _read_events(self) -> None:
        while True:
            for account_id in await self._changed.all():
                account, reader = self.accounts.get(account_id), self._reader
                if account is None or reader is None or account.position is None:
                    continue
                if events := await reader.events_after(account_id, account.position):
                    account.tell_events(events)
                if len(events) == MOST:
                    self._changed.add([account_id])

    async def _read_presence(self) -> None:
        while True:
            for account_id in await self._moved.all():
                account, reader = self.accounts.get(account_id), self._reader
                if account is None or reader is None:
                    continue
                account.tell_presence(await reader.presence_in(account_id))
                account.presence_until = asyncio.get_running_loop().time() + EXPIRY.total_seconds()
            await asyncio.sleep(PRESENCE_PAUSE)

    async def _look(self) -> None:
        """Find what nobody told us of: who commits may die before the telling."""
        while True:
            await asyncio.sleep(LOOK)
            if self._reader is None or not self.accounts:
                continue
            reached = await self._reader.positions(list(self.accounts))
            known = {account_id: account.position or 0 for account_id, account in self.accounts.items()}
            self._changed.add(id for id, position in reached.items() if position > known.get(id, position))
            time = asyncio.get_running_loop().time()
            expiring = (id for id, each in self.accounts.items() if each.presence and each.presence_until < time)
            self._moved.add(list(expiring))

    async def _check(self) -> None:
        """End the streams of those who may not listen any more, if nobody told us: a session that expired, say."""
        while True:
            await asyncio.sleep(CHECK)
            for account_id, account in list(self.accounts.items()):
                streams = [stream for stream in account.streams if stream.is_ready]
                if streams and self._reader:
                    fallen = await self._reader.without_standing(account_id, {stream.viewer for stream in streams})
                    for stream in streams:
                        if stream.viewer in fallen:
                            stream.end()

    async def _beat(self) -> None:
        """One timer for all: each second a part of the streams gets its beat."""
        turn = 0
        while True:
            await asyncio.sleep(1.0)
            turn = (turn + 1) % BEAT
            time = asyncio.get_running_loop().time()
            for stream in list(self._ring[turn]):
                if stream.until < time:
                    stream.end()
                elif stream.is_ready:
                    stream.push(wire.reached(stream.position, "beat"))
