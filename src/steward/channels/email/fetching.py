"""Fetching mail from the IMAP mailboxes of all accounts: one thread for each, and one that minds them.

A mailbox that fails is tried again, later each time; `MailboxPosition` says since when and with which code (`_CODES`).
"""

import logging
import random
import ssl
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connections

from steward.channels.email.mailbox_reading import (
    Position,
    Source,
    fetch_message,
    mark_seen,
    new_uids,
    note_failure,
    note_look,
    open_folder,
    route_to,
    sources_of,
    store_message,
)
from steward.privacy.egress.decision import EgressDenied
from steward.privacy.egress.imap import Mailbox, ServerRefused, SignInRefused, open_mailbox
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tenancy.models import Account

LOOK_SECONDS = 30.0  # between two looks at the list of mailboxes
POLL_SECONDS = 60.0  # between two looks into a mailbox whose server has no IDLE
IDLE_SECONDS = 540.0  # RFC 2177: servers send clients away after half an hour, routers much sooner
SETTLE_SECONDS = 60.0  # the IDLE after something came: mail that arrives just before IDLE begins is not announced
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0  # seconds before a failing mailbox is tried again; doubled each time

LARGE = 4 * 2**20  # bytes; messages above this are stored one at a time, as that takes several times their size

_large_ones = threading.Lock()

_CODES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((SignInRefused,), "sign_in"),  # user name or password
    ((ssl.SSLError,), "certificate"),
    ((KeyMissing, Tampered), "key"),  # the password cannot be decrypted
    ((DatabaseError, InterfaceError), "database"),
    ((OSError,), "network"),
    ((ServerRefused,), "server"),  # it refused a command, or hung up
)

logger = logging.getLogger(__name__)


class Fetcher:
    """Reads one mailbox on a thread of its own, until `stop`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._stopping = threading.Event()
        self._mailbox: Mailbox | None = None
        self._pause = FIRST_PAUSE
        self._thread = threading.Thread(target=self._run, name=f"imap {source.mail_account_id}", daemon=True)

    def start(self) -> None:
        """Begin; once only."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end. Wherever it stands: what is committed stays, the rest will be fetched again."""
        self._stopping.set()
        mailbox = self._mailbox
        if mailbox is not None:
            mailbox.cut()

    def join(self, seconds: float) -> None:
        """Wait for its end, so many seconds at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
            except Exception as error:
                self._note(error)
            finally:
                connections.close_all()
            self._stopping.wait(self._pause * random.uniform(0.8, 1.2))  # noqa: S311  spreads the load
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _read(self) -> None:
        """One connection: fetch what is there and wait for more, until it breaks or we are told to stop."""
        with open_mailbox(route_to(self.source)) as mailbox:
            self._mailbox = mailbox
            try:
                self._follow(mailbox)
            finally:
                self._mailbox = None

    def _follow(self, mailbox: Mailbox) -> None:
        position = open_folder(mailbox, self.source)
        self._pause = FIRST_PAUSE
        while not self._stopping.is_set():
            before = position
            while uids := new_uids(mailbox, position):  # once more after each: what came meanwhile is not announced
                for uid in uids:
                    if self._stopping.is_set():
                        return
                    self._take(mailbox, position, uid)
                    position = replace(position, last_uid=uid)
            note_look(self.source)
            connections.close_all()  # hundreds of mailboxes may wait; none keeps a connection meanwhile
            self._wait(mailbox, IDLE_SECONDS if position == before else SETTLE_SECONDS)

    def _take(self, mailbox: Mailbox, position: Position, uid: int) -> None:
        mail = fetch_message(mailbox, self.source, position, uid)
        if mail is None:
            return
        # Not held while the server speaks: a slow one would keep all others waiting.
        with _large_ones if len(mail.raw) > LARGE else nullcontext():
            store_message(self.source, mail, uid)
        logger.info("mailbox %s: %d bytes stored", self.source.mail_account_id, len(mail.raw))
        mark_seen(mailbox, uid)

    def _wait(self, mailbox: Mailbox, seconds: float) -> None:
        if not mailbox.has_capability("IDLE"):
            self._stopping.wait(POLL_SECONDS)
            mailbox.noop()
            return
        mailbox.idle()
        mailbox.idle_check(timeout=seconds)
        mailbox.idle_done()

    def _note(self, error: Exception) -> None:
        if self._stopping.is_set():
            return
        code = failure_code(error)
        logger.warning("mailbox %s: %s (%s)", self.source.mail_account_id, code, type(error).__name__)
        try:
            note_failure(self.source, code)
        except (DatabaseError, InterfaceError) as trouble:
            logger.error("mailbox %s: failure not noted: %s", self.source.mail_account_id, type(trouble).__name__)


class Fetching:
    """Keeps a `Fetcher` for every mailbox of every active account. The list is read every half minute."""

    def __init__(self) -> None:
        self._fetchers: dict[UUID, Fetcher] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imap mailboxes", daemon=True)

    def start(self) -> None:
        """Begin; once only."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Ask all to end, and wait so many seconds at most."""
        self._stopping.set()
        self._thread.join(seconds / 2)
        fetchers = list(self._fetchers.values())
        for fetcher in fetchers:
            fetcher.stop()
        for fetcher in fetchers:
            fetcher.join(seconds / 2 / len(fetchers))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except (DatabaseError, InterfaceError) as error:
                logger.error("mailboxes not listed: %s", type(error).__name__)
            finally:
                connections.close_all()
            self._stopping.wait(LOOK_SECONDS)

    def _look(self) -> None:
        wanted = {source.mail_account_id: source for source in mailboxes()}
        for key, fetcher in list(self._fetchers.items()):
            if wanted.get(key) != fetcher.source:  # gone, or reached in another way now
                fetcher.stop()
                del self._fetchers[key]
        for key, source in wanted.items():
            if key not in self._fetchers:
                self._fetchers[key] = Fetcher(source)
                self._fetchers[key].start()


def mailboxes() -> Iterator[Source]:
    """Every mailbox that is to be read, of all active accounts."""
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        yield from sources_of(account_id)


def failure_code(error: Exception) -> str:
    """What people are told of a failure; `fault` is one of ours. A denial of the gate brings its reason along."""
    if isinstance(error, EgressDenied):
        return f"not_allowed:{error.reason.value}"
    return next((code for types, code in _CODES if isinstance(error, types)), "fault")
