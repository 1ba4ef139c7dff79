"""Several calls to one place over one connection, which stands in the ledger as one.

For what is asked in many small questions, such as an object store: a connection for each would cost more than what it
carries. It is decided again at each step, and after some minutes the name is looked up anew.
"""

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from steward.privacy.egress import tls
from steward.privacy.egress.again import Again
from steward.privacy.egress.decision import Request
from steward.privacy.egress.early import there_is_none
from steward.privacy.egress.gate import InsideTransaction, passage
from steward.privacy.egress.http import (
    CALL_SECONDS,
    LONGEST_BODY,
    Answer,
    Backend,
    Call,
    Leg,
    Running,
    Wire,
    body_of,
    destination_of,
    first_leg,
    in_our_words,
    on_the_wire,
)
from steward.tenancy.scope import account_in_scope

OPEN_FOR = 300.0  # seconds


@dataclass(slots=True)
class _Line:
    """An open connection, and what was decided for it."""

    scheme: str
    request: Request
    stack: ExitStack
    wire: Wire
    connection: httpcore.HTTPConnection
    until: float

    def fits(self, scheme: str, request: Request) -> bool:
        return (
            self.connection.is_available()
            and time.monotonic() < self.until
            and (self.scheme, self.request) == (scheme, request)
        )


class Conversation:
    """Used with `with`, by one thread. A redirect is an answer: nobody is followed elsewhere."""

    def __init__(self) -> None:
        self._line: _Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, wanted: Call, *, seconds: float = CALL_SECONDS, longest: int = LONGEST_BODY) -> Answer:
        """Make the call and read all of its answer. Raises `EgressDenied`, `CallFailed`, or `InsideTransaction`.

        After an error the next call opens a connection of its own.
        """
        if account_in_scope() is not None:
            raise InsideTransaction("close the account scope before using the network")
        running = Running(wanted, longest, time.monotonic() + seconds)
        leg = first_leg(wanted)
        try:
            with in_our_words():
                return _asked(self._opened(running, leg), running, leg)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection, and write down how much was sent. Closing twice does nothing."""
        line, self._line = self._line, None
        if line is not None:
            line.stack.close()

    def _opened(self, running: Running, leg: Leg) -> _Line:
        wanted = running.wanted
        request = Request(
            account_id=wanted.account_id,
            purpose=wanted.purpose,
            categories=wanted.categories,
            destination=destination_of(leg.url),
            is_restricted=wanted.is_restricted,
        )
        if self._line is None or not self._line.fits(leg.url.scheme, request):
            self.close()
            self._line = _opened_line(running, leg, request)
        self._line.wire.serve(running)
        return self._line


def _opened_line(running: Running, leg: Leg, request: Request) -> _Line:
    again = None if there_is_none() else Again(request)
    with ExitStack() as stack:
        wire = stack.enter_context(closing(Wire(running, stack.enter_context(passage(request)), again)))
        connection = httpcore.HTTPConnection(
            origin=httpcore.Origin(leg.url.raw_scheme, leg.url.raw_host, request.destination.port),
            ssl_context=tls.web_context(),
            network_backend=Backend(wire),
        )
        return _Line(leg.url.scheme, request, stack.pop_all(), wire, connection, time.monotonic() + OPEN_FOR)


def _asked(line: _Line, running: Running, leg: Leg) -> Answer:
    asked = on_the_wire(leg)
    asked.headers = [(name, value) for name, value in asked.headers if name != b"connection"]
    answer = line.connection.handle_request(asked)
    try:
        return Answer(answer.status, httpx.Headers(answer.headers), body_of(answer, running), str(leg.url))
    finally:
        answer.close()
