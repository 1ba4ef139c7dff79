"""Telling other processes that something was committed: which account, and nothing else.

NOTIFY takes a lock of the whole database at COMMIT, so it is no part of the transaction that did the work. A thread of
its own sends it after the commit, many at once, over a second connection. Whatever is lost on the way (this process may
die just then) costs two seconds: who listens looks by itself now and then.
"""

import atexit
import logging
import threading
import time
from uuid import UUID

import psycopg

from steward.events.connecting import connection_string

EVENTS = "steward_events"
"""The channel that says: this account has new events."""

PAUSE = 0.005  # seconds between two statements: what comes meanwhile is told together
logger = logging.getLogger(__name__)


class Teller:
    """Collects what is to be told, and a thread that tells it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._untold: set[tuple[str, UUID]] = set()
        self._bell = threading.Event()
        self._thread: threading.Thread | None = None
        self._ends = False

    def tell(self, channel: str, account_id: UUID) -> None:
        """Wake those who listen on `channel`, soon. Never raises and never waits: the work is done already."""
        with self._lock:
            self._untold.add((channel, account_id))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="telling", daemon=True)
                self._thread.start()
        self._bell.set()

    def finish(self, *, seconds: float = 2.0) -> None:
        """Tell what is left, and end the thread: it must not outlive the process's log, nor a test's database.

        Waits at most so many seconds. Whoever tells something later begins anew.
        """
        with self._lock:
            thread, self._ends = self._thread, True
        self._bell.set()
        if thread is not None:
            thread.join(seconds)
        with self._lock:
            self._ends = False

    def _run(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            self._bell.wait()
            self._bell.clear()
            with self._lock:
                told, self._untold = sorted(self._untold), set()
            if told:
                connection = self._told(told, connection)
            if self._is_over():
                break
            time.sleep(PAUSE)
        if connection is not None:
            connection.close()

    def _is_over(self) -> bool:
        with self._lock:
            if not self._ends or self._untold:
                return False
            self._thread = None
            return True

    @staticmethod
    def _told(told: list[tuple[str, UUID]], connection: psycopg.Connection | None) -> psycopg.Connection | None:
        """The connection that was used; a second try when the one there was has broken."""
        for _ in range(2):
            try:
                connection = connection or _connected()
                _notify(connection, told)
                return connection
            except psycopg.Error as problem:
                connection, fault = None, type(problem).__name__
        logger.warning("not told at once, so seen up to two seconds later: %s", fault)
        return None


def _connected() -> psycopg.Connection:
    connection = psycopg.connect(connection_string(), autocommit=True)
    connection.execute("SET synchronous_commit = off")  # there is nothing to lose
    return connection


def _notify(connection: psycopg.Connection, told: list[tuple[str, UUID]]) -> None:
    channels, payloads = [channel for channel, _ in told], [str(account_id) for _, account_id in told]
    query = "SELECT pg_notify(channel, payload) FROM unnest(%s::text[], %s::text[]) AS told (channel, payload)"
    connection.execute(query, [channels, payloads])


_teller = Teller()
tell, finish = _teller.tell, _teller.finish
atexit.register(finish)  # a command that ends at once has told what it did
