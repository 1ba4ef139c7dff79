"""The loop that turns spooled mail into tickets: woken by NOTIFY, looking by itself each second."""

import logging
import subprocess
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from uuid import UUID

import psycopg
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Min

from steward.channels.email.models import Arrival
from steward.channels.email.parsing.sandbox import Parser, spawn_child
from steward.channels.email.receiving import receive_waiting
from steward.channels.email.spool import CHANNEL
from steward.lib.clock import now
from steward.privacy.egress.wall import allow_child

logger = logging.getLogger(__name__)

_LOOK_EVERY = 1.0  # seconds: a wake-up can be lost, mail cannot
_REST_AFTER_TROUBLE = 2.0


def run_forever(stop: threading.Event) -> None:
    """Take in mail until told to stop. Trouble with the database is waited out; nothing is lost meanwhile."""
    with Parser(spawn=_spawn) as parser:
        while not stop.is_set():
            try:
                with closing(_listening()) as listener:
                    _work(parser, listener, stop)
            except (DatabaseError, psycopg.Error):
                logger.exception("intake of mail waits for the database")
                close_old_connections()
                stop.wait(_REST_AFTER_TROUBLE)


def _work(parser: Parser, listener: "psycopg.Connection[object]", stop: threading.Event) -> None:
    while not stop.is_set():
        if not sum(receive_waiting(account_id, parser.parse) for account_id in _accounts_with_mail()):
            with suppress(StopIteration):
                next(listener.notifies(timeout=_LOOK_EVERY, stop_after=1))


def _spawn(argv: Sequence[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    with allow_child("the parser of incoming mail runs apart, within limits of time and memory"):
        return spawn_child(argv, environment)


def _accounts_with_mail() -> Iterable[UUID]:
    """Accounts with mail that waits, longest first; each gets one batch, then it is the next one's turn."""
    waiting = Arrival.objects.filter(not_before__lte=now()).values("account_id").annotate(first=Min("not_before"))
    return [row["account_id"] for row in waiting.order_by("first")]


def _listening() -> "psycopg.Connection[object]":
    """A connection of its own that hears of new mail."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if parameters.get(name)}
    listener: psycopg.Connection[object] = psycopg.connect(**wanted, autocommit=True)
    listener.execute(f"LISTEN {CHANNEL}")
    return listener
