"""Noting who was shown what. It is the one write that a GET causes, and it waits until the answer has left.

A thread writes what came in the last second, in one transaction for each account: a page does nothing for it but put a
few ids on a list. Whoever kills the process loses that second.
"""

import atexit
import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, models

from steward.events.models import Read
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.audit.policy import policy
from steward.tenancy.scope import current_account_id, upkeep_scope

PAUSE = 1.0  # seconds in which reads are collected
_IDLE = 60.0  # seconds after which a thread without work gives its connection back
_MOST = 20_000  # that wait for a database which does not answer
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Noted:
    """A read that is not written yet."""

    account: UUID
    kind: str
    object_type: str
    object_id: UUID
    actor_kind: str
    actor_id: UUID | None
    at: datetime


def note_read(kind: str, target: models.Model, *, actor: Actor) -> None:
    """Say that the actor is shown something in the account in scope; never raises and never waits."""
    _writer.add(
        Noted(current_account_id(), kind, target._meta.label_lower, target.pk, actor.kind.value, actor.id, now())
    )


class Writer:
    """Collects reads, and a thread that writes them. In tests nothing is written unless it is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: list[Noted] = []
        self._thread: threading.Thread | None = None
        self._bell, self._end = threading.Event(), threading.Event()

    def add(self, noted: Noted) -> None:
        with self._lock:
            if len(self._noted) >= _MOST:
                return  # said already, by whoever could not write
            self._noted.append(noted)
            if not settings.STEWARD_TESTING and (self._thread is None or not self._thread.is_alive()):
                self._end.clear()
                self._thread = threading.Thread(target=self._run, name="noting reads", daemon=True)
                self._thread.start()
        self._bell.set()

    def write(self) -> int:
        """Write what was noted; returns how much. What the database does not take stays for the next time."""
        with self._lock:
            noted, self._noted = self._noted, []
        by_account: dict[UUID, list[Noted]] = defaultdict(list)
        for each in noted:
            by_account[each.account].append(each)
        return sum(self._write(account_id, some) for account_id, some in sorted(by_account.items()))

    def drop(self) -> None:
        """Forget what was noted and is not written: of a database that is not there any more."""
        with self._lock:
            self._noted = []

    def finish(self, *, seconds: float = 2.0) -> None:
        """Write what is left, and end the thread; waits at most so many seconds."""
        with self._lock:
            thread = self._thread
        self._end.set()
        self._bell.set()
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        while not self._end.is_set():
            if not self._bell.wait(_IDLE):
                connection.close()
                self._bell.wait()
            self._end.wait(PAUSE)
            self._bell.clear()
            self.write()
        connection.close()

    def _write(self, account_id: UUID, noted: list[Noted]) -> int:
        try:
            with upkeep_scope(account_id):
                return _stored(noted) if policy().records_reads else 0
        except Error as problem:
            logger.error("%s reads could not be written yet: %s", len(noted), type(problem).__name__)
            connection.close()
            with self._lock:
                self._noted = (noted + self._noted)[:_MOST]
            return 0


def _stored(noted: Iterable[Noted]) -> int:
    rows = [
        Read(
            kind=each.kind,
            object_type=each.object_type,
            object_id=each.object_id,
            actor_kind=each.actor_kind,
            actor_id=each.actor_id,
            at=each.at,
        )
        for each in noted
    ]
    return len(Read.objects.bulk_create(rows))


_writer = Writer()
write_reads, drop_reads = _writer.write, _writer.drop
atexit.register(_writer.finish)
