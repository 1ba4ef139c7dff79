"""The loop that turns spooled mail into tickets: woken by NOTIFY, looking by itself each second."""

import logging
import subprocess
import threading
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from uuid import UUID

import psycopg
from django.db import close_old_connections, connection
from django.db.models import Min

from steward.channels.email.models import Arrival
from steward.channels.email.parsing.sandbox import Parser, spawn_child
from steward.channels.email.receiving import Parse, ReadMail, read_waiting, receive
from steward.channels.email.spool import CHANNEL
from steward.lib.clock import now
from steward.privacy.egress.wall import allow_child
from steward.tenancy.models import Account

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
            except Exception:
                # The database is away, or something failed that no mail is to blame for: all of them still wait.
                logger.exception("intake of mail begins anew")
                close_old_connections()
                stop.wait(_REST_AFTER_TROUBLE)


def _work(parser: Parser, listener: "psycopg.Connection[object]", stop: threading.Event) -> None:
    """Store one batch after the other; while one is being stored, the next is read beside it."""
    reader = _Reader(parser.parse)
    with ThreadPoolExecutor(1, "mail ahead") as beside:
        ahead = beside.submit(reader.next_batch, ())
        while not stop.is_set():
            account_id, mails = ahead.result()
            ahead = beside.submit(reader.next_batch, [mail.arrival.pk for mail in mails])
            if account_id:
                receive(account_id, mails)
            elif ahead.result()[0] is None:
                with suppress(StopIteration):
                    next(listener.notifies(timeout=_LOOK_EVERY, stop_after=1))
                ahead = beside.submit(reader.next_batch, ())


class _Reader:
    """Reads the mails that wait, a batch of one account at a time; then it is another account's turn."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._turns: deque[UUID] = deque()

    def next_batch(self, beside: Collection[UUID]) -> tuple[UUID | None, list[ReadMail]]:
        """An account and mails of it, none of those `beside`; no account when nothing waits."""
        close_old_connections()
        if not self._turns:
            self._turns.extend(_accounts_with_mail(beside))
        if not self._turns:
            return None, []
        account_id = self._turns.popleft()
        return account_id, read_waiting(account_id, self._parse, beside=beside)


def _spawn(argv: Sequence[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    with allow_child("the parser of incoming mail runs apart, within limits of time and memory"):
        return spawn_child(argv, environment)


def _accounts_with_mail(beside: Collection[UUID]) -> Iterable[UUID]:
    """Accounts with mail that waits, longest first. That of an account that is shut goes on waiting."""
    shut = Account.objects.exclude(state=Account.State.ACTIVE)
    waiting = (
        Arrival.objects.filter(not_before__lte=now()).exclude(pk__in=beside).exclude(account_id__in=shut.values("pk"))
    )
    found = waiting.values("account_id").annotate(first=Min("not_before")).order_by("first")
    return [row["account_id"] for row in found]


def _listening() -> "psycopg.Connection[object]":
    """A connection of its own that hears of new mail."""
    # As Django connects, with every parameter of TLS and the address that was looked up at start.
    ours = {"cursor_factory", "context", "prepare_threshold", "server_side_binding"}
    parameters = {name: value for name, value in connection.get_connection_params().items() if name not in ours}
    listener: psycopg.Connection[object] = psycopg.connect(**parameters, autocommit=True)
    listener.execute(f"LISTEN {CHANNEL}")
    return listener
