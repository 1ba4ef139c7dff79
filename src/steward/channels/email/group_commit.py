"""One commit for many mails: what came in while the last commit ran is written by the next one."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, close_old_connections

from steward.channels.email.spool import Spooled

MOST_MAILS = 100
MOST_BYTES = 32 * 2**20  # a batch ends with the mail that passes this: memory holds a few copies of each

logger = logging.getLogger(__name__)

Store = Callable[[Sequence[Spooled]], None]


@dataclass(eq=False)
class _Waiting:
    """The mails of one transaction of a client, and the client's answer."""

    mails: Sequence[Spooled]
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def size(self) -> int:
        return sum(len(mail.raw) for mail in self.mails)


class GroupCommit:
    """Stores through `store`, on a thread of `executor`. Belongs to one event loop."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def put(self, mails: Sequence[Spooled]) -> None:
        """Return when all the mails are committed; raise what went wrong otherwise."""
        entry = _Waiting(mails)
        self._waiting.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await entry.done

    async def _write(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            failures = await asyncio.get_running_loop().run_in_executor(self._executor, self._written, batch)
            for entry, failure in zip(batch, failures, strict=True):
                if entry.done.done():
                    continue  # the client has gone
                if failure is None:
                    entry.done.set_result(None)
                else:
                    entry.done.set_exception(failure)

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        mails = size = 0
        while self._waiting and mails < MOST_MAILS and size < MOST_BYTES:
            entry = self._waiting.popleft()
            batch.append(entry)
            mails, size = mails + len(entry.mails), size + entry.size
        return batch

    def _written(self, batch: list[_Waiting]) -> list[Exception | None]:
        """What failed, entry by entry. A mail that cannot be stored harms no other: the rest is stored one by one."""
        close_old_connections()  # a thread of ours has no request whose end would do it
        failure = self._attempted([mail for entry in batch for mail in entry.mails])
        if failure is None or len(batch) == 1 or isinstance(failure, OperationalError | InterfaceError):
            return [failure] * len(batch)
        return [self._attempted(entry.mails) for entry in batch]

    def _attempted(self, mails: Sequence[Spooled]) -> Exception | None:
        try:
            self._store(mails)
        except Exception as error:
            logger.error("%d mails not stored: %s", len(mails), type(error).__name__)
            return error
        return None
