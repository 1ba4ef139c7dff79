"""Trying out a mail server while somebody waits: each step, what the server said, and what is wrong in a word.

Through the gate like everything else, for the purpose `mail.try`: the server need not be declared yet, and is not by
being tried. Nothing typed is kept.
"""

import imaplib
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from imapclient.exceptions import LoginError

from steward.privacy.egress import tls
from steward.privacy.egress.addresses import Unresolvable
from steward.privacy.egress.deadline import Deadline
from steward.privacy.egress.decision import EgressDenied, Reason, Request
from steward.privacy.egress.envelope import Unsendable, on_the_wire, recipient_form, sender_form
from steward.privacy.egress.gate import open_passage
from steward.privacy.egress.imap import Mailbox, imap_connection, sign_in_to_mailbox
from steward.privacy.egress.replies import words_of
from steward.privacy.egress.routes import Route, Tls
from steward.privacy.egress.smtp_client import Client, sign_in

TRIAL_SECONDS = 15.0  # for the whole of it: somebody waits in front of the page
_LEAST_SECONDS = 1.0
CATEGORIES = ("user.contact.email", "user.account.username")


class Stage(StrEnum):
    """The steps, in the order they are gone."""

    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    SIGN_IN = "sign_in"
    FOLDER = "folder"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"


class Fault(StrEnum):
    """What is wrong, for people to put right."""

    NAME = "name"  # no such name, or no address to it
    PRIVATE = "private"  # an address of the operator's own network
    DENIED = "denied"  # the gate, for another reason
    REFUSED = "refused"  # nobody listens at that port
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # no answer in time
    HUNG_UP = "hung_up"
    CERTIFICATE = "certificate"
    NO_TLS = "no_tls"  # it does not speak TLS from the first byte
    NO_STARTTLS = "no_starttls"
    OTHER_PROTOCOL = "other_protocol"
    PASSWORD = "password"  # noqa: S105  a word for what is wrong
    NO_SIGN_IN = "no_sign_in"  # none of the ways to sign in that we know
    FOLDER = "folder"
    LATER = "later"  # refused for now, such as greylisting
    NOT_TAKEN = "not_taken"  # refused for good


@dataclass(slots=True)
class Step:
    """One step: what the server said (`code` 0: it gave none), and what was wrong with it, if anything.

    `reason` is the gate's, where that denied it.
    """

    stage: Stage
    code: int = 0
    words: str = ""
    fault: Fault | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """How far it came. `count` is the number of mails in the folder that was opened."""

    steps: tuple[Step, ...]
    count: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether every step went well."""
        return all(step.fault is None for step in self.steps)


@dataclass(frozen=True, slots=True)
class TrialMail:
    """From whom to whom; `text` is the mail that is really sent, empty to stop before it."""

    sender: str
    recipient: str
    text: bytes = b""


def try_imap(route: Route, folder: str, *, seconds: float = TRIAL_SECONDS) -> Trial:
    """Sign in to a mailbox and open a folder, changing nothing in it. Raises `InsideTransaction`."""
    return _Trying(route, time.monotonic() + seconds).run(lambda trying: _look_into(trying, folder))


def try_smtp(route: Route, mail: TrialMail, *, seconds: float = TRIAL_SECONDS) -> Trial:
    """Sign in to a server and ask whether it would take this mail; with a text, hand it over. As `try_imap`."""
    return _Trying(route, time.monotonic() + seconds).run(lambda trying: _hand_over(trying, mail))


class _Over(Exception):
    """A step failed and was noted: there is no next one."""


class _Refused(Exception):
    """The server, or we, will not go on."""

    def __init__(self, fault: Fault, code: int = 0, words: bytes | str = "") -> None:
        super().__init__(fault)
        self.fault, self.code, self.words = fault, code, words_of(words)


@dataclass(slots=True)
class _Trying:
    """One trial as it goes on."""

    route: Route
    end: float
    steps: list[Step] = field(default_factory=list)
    count: int | None = None
    sock: Any = None  # neither is None once the first step is done
    passage: Any = None

    def run(self, converse: "Callable[[_Trying], None]") -> Trial:
        """Connect, then do the rest until a step fails."""
        try:
            self._connect()
            with Deadline(lambda: self.sock, self.left()):
                if self.route.tls is Tls.IMPLICIT:
                    self._secure()
                converse(self)
        except _Over:
            pass
        finally:
            self._close()
        return Trial(tuple(self.steps), self.count)

    def left(self) -> float:
        """Seconds there still are."""
        return max(_LEAST_SECONDS, self.end - time.monotonic())

    @contextmanager
    def step(self, stage: Stage) -> Iterator[Step]:
        """Note what comes of one step; `_Over` when it failed."""
        step = Step(stage)
        self.steps.append(step)
        try:
            yield step
        except _Refused as refusal:
            step.fault, step.code, step.words = refusal.fault, refusal.code, refusal.words
        except Exception as error:
            step.fault = _fault_of(error, is_late=time.monotonic() >= self.end)
            step.code = step.code or getattr(error, "smtp_code", 0)
            step.words = _words_with(error)
            step.reason = error.reason.value if isinstance(error, EgressDenied) else ""
            if step.fault is None:
                raise
        if step.fault is not None:
            raise _Over

    def _connect(self) -> None:
        request = Request(
            account_id=self.route.account_id,
            purpose="mail.try",
            categories=CATEGORIES,
            destination=self.route.destination,
            is_on_request=True,
        )
        with self.step(Stage.CONNECT) as step:
            self.passage = opened = open_passage(request)
            self.sock = opened.connect_tcp(max(_LEAST_SECONDS, self.left() / len(opened.addresses)))
            step.words = str(self.sock.getpeername()[0])

    def _secure(self) -> None:
        with self.step(Stage.TLS) as step:
            self.sock.settimeout(self.left())
            wrapped = tls.context().wrap_socket(
                self.sock, server_hostname=self.passage.host, do_handshake_on_connect=False
            )
            self.sock = wrapped
            wrapped.do_handshake()
            step.words = wrapped.version() or ""

    def _close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        if self.passage is not None:
            self.passage.close()


def _look_into(trying: _Trying, folder: str) -> None:
    """The IMAP conversation."""
    with trying.step(Stage.GREETING) as step:
        mailbox = _TrialMailbox(trying)
        mailbox._imap.sock.settimeout(trying.left())
        step.words = _clean(mailbox.welcome)
    if trying.route.tls is Tls.STARTTLS:
        with trying.step(Stage.TLS) as step:
            if not mailbox.has_capability("STARTTLS"):
                raise _Refused(Fault.NO_STARTTLS)
            mailbox.starttls(tls.context())
            trying.sock = mailbox._imap.sock
            step.words = mailbox._imap.sock.version() or ""
    with trying.step(Stage.SIGN_IN) as step:
        step.words = _clean(sign_in_to_mailbox(mailbox, trying.route))
    with trying.step(Stage.FOLDER) as step:
        trying.count = int(_opened(mailbox, folder).get(b"EXISTS", 0))
    mailbox.logout()


def _opened(mailbox: Mailbox, folder: str) -> dict[bytes, int]:
    try:
        selected: dict[bytes, int] = mailbox.select_folder(folder, readonly=True)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _Refused(Fault.FOLDER, words=_clean(str(error))) from error
    return selected


class _TrialMailbox(Mailbox):
    """A mailbox over a connection that stands already."""

    def __init__(self, trying: _Trying) -> None:
        self._trying = trying
        super().__init__(trying.passage, trying.route)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  the name is IMAPClient's
        return imap_connection(self._passage, self.port, over=self._trying.sock)


class _TrialClient(Client):
    """The same for SMTP."""

    prepared: socket.socket

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.prepared


def _hand_over(trying: _Trying, mail: TrialMail) -> None:
    """The SMTP conversation."""
    client = _TrialClient(trying.passage, is_implicit=trying.route.tls is Tls.IMPLICIT)
    client.prepared = trying.sock
    with trying.step(Stage.GREETING) as step:
        trying.sock.settimeout(trying.left())
        _expect(step, client.connect(trying.passage.host, trying.route.destination.port), 220)
        client.ehlo_or_helo_if_needed()
    _upgrade(trying, client)
    if trying.route.username:
        with trying.step(Stage.SIGN_IN) as step:
            said = sign_in(client, trying.route.username, trying.route.password)
            if said[0] == 504:
                raise _Refused(Fault.NO_SIGN_IN, words=said[1])
            if said[0] != 235:
                raise _Refused(Fault.LATER if said[0] // 100 == 4 else Fault.PASSWORD, *said)
            _expect(step, said, 235)
    with trying.step(Stage.SENDER) as step:
        sender = sender_form(mail.sender, takes_utf8=False)
        _expect(step, client.docmd("MAIL", f"FROM:<{sender}>"), 250)
    with trying.step(Stage.RECIPIENT) as step:
        recipient = recipient_form(mail.recipient, takes_utf8=False)
        _expect(step, client.docmd("RCPT", f"TO:<{recipient}>"), 250, 251)
    if mail.text:
        with trying.step(Stage.TEXT) as step:
            _expect(step, client.docmd("DATA"), 354)
            client.send(on_the_wire(mail.text))
            _expect(step, client.getreply(), 250)
    _leave(client)


def _upgrade(trying: _Trying, client: Client) -> None:
    """STARTTLS, where the way asks for it."""
    wanted, is_offered = trying.route.tls, client.has_extn("starttls")
    is_trusted = wanted is Tls.WHEN_OFFERED and trying.passage.is_private and not trying.route.username
    if wanted is Tls.IMPLICIT or (is_trusted and not is_offered):
        return
    with trying.step(Stage.TLS) as step:
        if not is_offered:
            raise _Refused(Fault.NO_STARTTLS)
        _expect(step, client.starttls(context=tls.unverified() if is_trusted else tls.context()), 220)
        trying.sock = client.sock
        trying.sock.settimeout(trying.left())
        client.ehlo_or_helo_if_needed()
        step.words = client.sock.version() or step.words if isinstance(client.sock, ssl.SSLSocket) else step.words


def _expect(step: Step, said: tuple[int, bytes], *good: int) -> None:
    """Note an answer. Raises `_Refused` for any but the good ones."""
    step.code, step.words = said[0], words_of(said[1])
    if said[0] in good:
        return
    if said[0] in (530, 534, 535, 538):
        raise _Refused(Fault.PASSWORD, *said)
    if said[0] == -1:
        raise _Refused(Fault.OTHER_PROTOCOL, 0, said[1])
    raise _Refused(Fault.LATER if 400 <= said[0] <= 499 else Fault.NOT_TAKEN, *said)


def _leave(client: Client) -> None:
    try:
        client.quit()
    except (smtplib.SMTPException, OSError, ValueError):
        return  # all that was asked is answered: how the server parts changes nothing


_FAULTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Fault], ...] = (
    (Unresolvable, Fault.NAME),
    (ConnectionRefusedError, Fault.REFUSED),
    (TimeoutError, Fault.SILENT),
    (ssl.SSLCertVerificationError, Fault.CERTIFICATE),
    (ssl.SSLError, Fault.NO_TLS),
    (LoginError, Fault.PASSWORD),
    ((imaplib.IMAP4.abort, smtplib.SMTPServerDisconnected, ConnectionError), Fault.HUNG_UP),
    (smtplib.SMTPResponseException, Fault.NOT_TAKEN),
    (Unsendable, Fault.NOT_TAKEN),
    ((imaplib.IMAP4.error, smtplib.SMTPException, ValueError), Fault.OTHER_PROTOCOL),
    (OSError, Fault.UNREACHABLE),
)


def _fault_of(error: Exception, *, is_late: bool) -> Fault | None:
    """None is for a fault of ours, which is nobody's server's."""
    if isinstance(error, EgressDenied):
        return Fault.PRIVATE if error.reason is Reason.PRIVATE_ADDRESS else Fault.DENIED
    found = next((fault for types, fault in _FAULTS if isinstance(error, types)), None)
    return Fault.SILENT if found and is_late else found


def _words_with(error: Exception) -> str:
    if isinstance(error, EgressDenied):
        return ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return words_of(error.verify_message)
    return _clean(getattr(error, "smtp_error", "") or str(error))


def _clean(said: object) -> str:
    """The server's words without the marks of Python around bytes."""
    if isinstance(said, bytes):
        return words_of(said)
    text = str(said or "")
    if text[:2] in {"b'", 'b"'} and text[-1:] == text[1:2]:
        text = text[2:-1]
    return words_of(text)


__all__ = ["TRIAL_SECONDS", "Fault", "Stage", "Step", "Trial", "TrialMail", "try_imap", "try_smtp"]
