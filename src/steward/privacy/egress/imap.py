"""Opening a mailbox through the gate (RFC 9051; TLS as in RFC 8314)."""

import imaplib
import socket
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from steward.privacy.egress import tls
from steward.privacy.egress.deadline import Deadline, TooMuch, shut_down
from steward.privacy.egress.decision import Request
from steward.privacy.egress.gate import CONNECT_SECONDS, Passage, open_passage
from steward.privacy.egress.routes import Route, Tls

ANSWER_SECONDS = 60.0
OPENING_SECONDS = 120.0  # for connecting and for signing in, however slowly the server speaks
LONGEST_LITERAL = 256 << 20  # bytes: a server that announces more than any message has fills our memory
CATEGORIES = ("user.contact.email", "user.account.username")

# The errors of the client library under names of ours, for callers, who do not import it.
ServerRefused = imaplib.IMAP4.error  # a command refused, an answer that is no IMAP, or the connection ended
SignInRefused = LoginError  # one of those


class PasswordInClear(RuntimeError):
    """A mailbox without TLS: its password would be readable on the way."""


class Mailbox(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """An `IMAPClient` that is connected and signed in. Closing it (or `with`) writes what was sent to the ledger.

    IDLE works from any thread: only opening needs the gate.
    """

    def __init__(self, opened: Passage, route: Route) -> None:
        self._passage = opened
        super().__init__(
            opened.host,
            route.destination.port,
            ssl=route.tls is Tls.IMPLICIT,
            ssl_context=tls.context(),
            timeout=SocketTimeout(CONNECT_SECONDS, ANSWER_SECONDS),
        )
        self._imap.debug = 0  # IMAPClient formats every line for its debug log, mails included

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  the name is IMAPClient's
        return _Connection(self._passage, self.port, is_implicit=self.ssl)

    def logout(self) -> Any:
        """Part politely, and close the ledger's row."""
        try:
            return super().logout()
        finally:
            self._passage.close()

    def shutdown(self) -> None:
        """Part at once, and close the ledger's row."""
        try:
            super().shutdown()
        except OSError:
            return  # a failed STARTTLS leaves no socket to shut down
        finally:
            self._passage.close()

    def cut(self) -> None:
        """End the connection at once, from any thread: whoever waits in IDLE or reads gets an error. Close it after."""
        shut_down(self._imap.sock)


class _Connection(imaplib.IMAP4):
    """imaplib over the socket of a passage."""

    def __init__(
        self, opened: Passage, port: int, *, is_implicit: bool = False, over: socket.socket | None = None
    ) -> None:
        self._passage = opened
        self._is_implicit = is_implicit
        self._over = over
        with Deadline(lambda: getattr(self, "sock", None), OPENING_SECONDS):
            super().__init__(opened.host, port, CONNECT_SECONDS)  # starttls() checks the certificate against the host

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        if self._over is not None:
            return self._over
        return self._passage.connect_tls() if self._is_implicit else self._passage.connect_tcp()

    def send(self, data: Any) -> None:
        """Send, and count it."""
        self._passage.sent += len(data)
        super().send(data)

    def read(self, size: int) -> bytes:
        """A literal of the announced size; raises `TooMuch`."""
        if size > LONGEST_LITERAL:
            raise TooMuch("the server announced more than any message has")
        return super().read(size)


def open_mailbox(route: Route, *, is_restricted: bool = False) -> Mailbox:
    """Connect, secure and sign in.

    Raises `EgressDenied`, `PasswordInClear`, `Unresolvable` or another OSError (TLS among them), and imapclient's
    `LoginError` and `IMAPClientError` with the server's words.
    """
    if route.tls is Tls.WHEN_OFFERED:
        raise PasswordInClear("a mailbox needs TLS")
    request = Request(
        account_id=route.account_id,
        purpose="mail.fetch",
        categories=CATEGORIES,
        destination=route.destination,
        is_restricted=is_restricted,
    )
    opened = open_passage(request)
    try:
        mailbox = Mailbox(opened, route)
    except BaseException:
        opened.close()
        raise
    try:
        with Deadline(lambda: mailbox._imap.sock, OPENING_SECONDS):
            if route.tls is Tls.STARTTLS:
                mailbox.starttls(tls.context())
            sign_in_to_mailbox(mailbox, route)
    except BaseException:
        mailbox.shutdown()
        raise
    return mailbox


def imap_connection(opened: Passage, port: int, *, over: socket.socket) -> imaplib.IMAP4:
    """imaplib over a socket of the passage that is connected already."""
    return _Connection(opened, port, over=over)


def sign_in_to_mailbox(mailbox: Mailbox, route: Route) -> Any:
    """Sign in, once the connection is under TLS; returns what the server said. Raises `SignInRefused`."""
    # LOGIN carries ASCII only; SASL PLAIN carries UTF-8 (RFC 4616).
    if not (route.username + route.password).isascii() and mailbox.has_capability("AUTH=PLAIN"):
        return mailbox.plain_login(route.username, route.password)
    return mailbox.login(route.username, route.password)
