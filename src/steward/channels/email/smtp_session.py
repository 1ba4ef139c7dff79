"""One SMTP connection: aiosmtpd's protocol, with its limits, time-outs and the reading of the text as we need them."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from steward.channels.email.spool import LONGEST_BEGINNING

IDLE_SECONDS = 300.0  # RFC 5321 section 4.5.3.2: the server waits five minutes for a command
LONGEST_SECONDS = 3600.0  # of one connection, however busy
MOST_MEMORY = 128 * 2**20  # bytes of mails that are being received or stored, in all connections
CHUNK = 2**16  # bytes the reader holds back before it hands on a piece
COMMAND_LIMIT = 2048  # RFC 5321 section 4.5.3.1.4 asks for 512; long addresses and parameters need more

_END = b"\r\n.\r\n"
_PLAIN_PATH = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(?:@[A-Za-z0-9.-]+))>(.*)", re.DOTALL)


@dataclass
class Room:
    """What all connections share: how many there may be, and how much memory they may fill."""

    most: int
    most_per_ip: int
    by_ip: Counter[str] = field(default_factory=Counter)
    sessions: "set[SmtpSession]" = field(default_factory=set)
    memory: int = 0
    is_closing: bool = False

    def has_place_for(self, ip: str) -> bool:
        return not self.is_closing and len(self.sessions) < self.most and self.by_ip[ip] < self.most_per_ip


class NoMemory(Exception):
    """Too many mails are being received just now."""


class SmtpSession(SMTP):
    """Differs from aiosmtpd's protocol in what follows.

    - Of a text that is too large the handler gets the beginning, with the whole size on `refused_size` of the session.
      When it takes that, the answer is 552 all the same.
    - The text is read in large pieces, not line by line: lines may be of any length, and it costs a third.
    - The usual form of an address is read with one expression.
    - Connections are counted and refused with 421; idle and endless ones are closed with 421.
    - On `part()` a mail that is being received is finished first.
    """

    line_length_limit = CHUNK  # of the reader's buffer; `_read_text` puts longer lines together

    def __init__(self, handler: Any, room: Room, *, most_bytes: int, **options: Any) -> None:
        # Of this connection: aiosmtpd shares one table among all, and each EHLO raises the limits in it.
        self.command_size_limits = defaultdict(lambda: COMMAND_LIMIT)
        super().__init__(handler, timeout=IDLE_SECONDS, data_size_limit=None, **options)
        self.room = room
        self.most_bytes = most_bytes
        self.is_receiving = False
        self.is_parting = False
        self.refused_size = 0
        self._ip: str | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._ip is not None:  # the same connection, now under TLS
            super().connection_made(transport)
            return
        ip = str((transport.get_extra_info("peername") or ("unknown",))[0])
        if not self.room.has_place_for(ip):
            _send_away(transport, "421 4.7.0 Too many connections, try again later")
            return
        self._ip = ip
        self.room.by_ip[ip] += 1
        self.room.sessions.add(self)
        self._end = self.loop.call_later(LONGEST_SECONDS, self.part, "421 4.7.0 This connection lasted too long", True)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._ip is None:  # was refused, or is lost already
            return
        ip, self._ip = self._ip, None
        self.room.sessions.discard(self)
        self.room.by_ip[ip] -= 1
        if not self.room.by_ip[ip]:
            del self.room.by_ip[ip]
        if self._end:
            self._end.cancel()
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._ip is not None else False

    def data_received(self, data: bytes) -> None:
        if self._ip is not None:
            super().data_received(data)

    def part(self, words: str, at_once: bool = False) -> None:
        """Say 421 and close; a mail whose text is coming in is finished and answered first, unless `at_once`."""
        if self.is_receiving and not at_once:
            self.is_parting = True
            return
        _send_away(self.transport, words)

    def hang_up(self) -> None:
        """Close, once what was said is sent."""
        if self.transport is not None:
            self.transport.close()

    def _timeout_cb(self) -> None:
        self.part("421 4.4.2 Nothing heard for too long", True)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address and what follows it; None twice for what is none (section 4.1.2)."""
        if plain := _PLAIN_PATH.fullmatch(arg.strip()):  # nearly all: aiosmtpd's full grammar costs ten times as much
            return plain[1], plain[2]
        address, rest = super()._getaddr(arg)
        return address, rest

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  the name is aiosmtpd's
        """DATA (RFC 5321 section 4.1.1.4)."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        self.is_receiving = True
        try:
            await self._receive(envelope)
        finally:
            self.is_receiving = False
        if self.is_parting:
            self.part("421 4.3.2 Closing down, try again later")

    async def _receive(self, envelope: Envelope) -> None:
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        pieces = _Pieces(self.room, self.most_bytes, declared=declared_size(envelope.mail_options))
        try:
            await self._read_text(pieces)
            envelope.original_content = pieces.text()
            self.refused_size = pieces.too_large
            status = await self._call_handler_hook("DATA")
            if self.refused_size and status.startswith("2"):
                status = too_large(self.most_bytes)
        except NoMemory:
            status = "452 4.3.1 Too much mail at once, try again later"
        finally:
            pieces.let_go()
        self.envelope = self._create_envelope()
        await self.push(status)

    async def _read_text(self, pieces: "_Pieces") -> None:
        """Read up to the lone dot. Only CRLF ends a line (section 2.3.8), so nobody smuggles a second mail in."""
        # The CRLF of the command counts as the one before the dot of an empty mail, and before a stuffed first line.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # StreamReader cannot take anything back
        while True:
            try:
                pieces.add(await self._reader.readuntil(_END))
                return
            except asyncio.LimitOverrunError as overrun:
                pieces.add(await self._reader.readexactly(overrun.consumed))
                self._reset_timeout()


def declared_size(options: Iterable[str]) -> int:
    """What MAIL says how many bytes will come (RFC 1870 section 6), or 0."""
    sizes = (option.partition("=")[2] for option in options if option.startswith("SIZE="))
    return max((int(size[:19]) for size in sizes if size.isdecimal()), default=0)


def too_large(most_bytes: int) -> str:
    """The answer to a mail of more than so many bytes."""
    return f"552 5.3.4 The message is larger than {most_bytes // 2**20} MiB, which is the most we take"


def _send_away(transport: asyncio.BaseTransport | None, words: str) -> None:
    if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
        transport.write(f"{words}\r\n".encode())
        transport.close()


class _Pieces:
    """The text as it comes in. What is too much is let go of, but still read: the answer belongs after the dot.

    Of a text that is too large the beginning is kept, so that people can be told what was refused. When it was declared
    to be so, never more than that is held.
    """

    def __init__(self, room: Room, most: int, *, declared: int) -> None:
        self._room = room
        self._most = most
        self._declared = declared
        self._pieces: list[bytes] = []
        self._size = 0
        self._held = 0
        self._is_without_memory = False

    @property
    def too_large(self) -> int:
        """The size of the mail in bytes when it is more than we take, else 0. The dot and its line are not of it."""
        sizes = (self._size - len(_END), self._declared)
        return next((size for size in sizes if size > self._most), 0)

    def add(self, piece: bytes) -> None:
        was_too_large = self.too_large
        self._size += len(piece)
        if self._is_without_memory or (was_too_large and self._held >= LONGEST_BEGINNING):
            return
        if self.too_large:
            self._keep_beginning(piece)
        elif self._room.memory + len(piece) > MOST_MEMORY:
            self.let_go()
            self._is_without_memory = True
        else:
            self._keep(piece)

    def text(self) -> bytes:
        """The mail without transparency (section 4.5.2), or its beginning when it is too large. Raises `NoMemory`."""
        if self._is_without_memory:
            raise NoMemory
        pieces = self._pieces
        if pieces[-1].endswith(_END):  # else it is a beginning
            pieces[-1] = pieces[-1][: 2 - len(_END)]
        # The CRLF put before the text goes again, and the dot of a stuffed first line with it.
        pieces[0] = pieces[0][3 if pieces[0].startswith(b"\r\n.") else 2 :]
        raw = b"".join(pieces)
        pieces.clear()  # a large mail is held once, not twice
        return raw.replace(b"\r\n.", b"\r\n")

    def let_go(self) -> None:
        self._pieces.clear()
        self._room.memory -= self._held
        self._held = 0

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._held += len(piece)
        self._room.memory += len(piece)

    def _keep_beginning(self, piece: bytes) -> None:
        beginning = bytearray()
        for each in (*self._pieces, piece):
            beginning += each[: LONGEST_BEGINNING - len(beginning)]
        self.let_go()
        self._keep(bytes(beginning))
