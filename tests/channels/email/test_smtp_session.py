"""The protocol of one connection, over a pair of sockets: what is read, what is refused, when it ends."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from steward.channels.email import smtp_session
from steward.channels.email.smtp_session import Room, SmtpSession
from steward.channels.email.spool import LONGEST_BEGINNING


class Keeping:
    """A handler that takes everything and keeps it."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.answer = "250 kept"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.texts.append(envelope.original_content)
        return self.answer


class Client:
    """The other end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, raw: bytes) -> None:
        self.writer.write(raw)

    async def heard(self) -> str:
        """The next answer; empty when the connection has ended."""
        return (await asyncio.wait_for(self.reader.readline(), 5)).decode().strip()

    async def begin(self) -> None:
        """Up to 354."""
        self.say(b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        assert [(await self.heard())[:3] for _ in range(5)] == ["220", "250", "250", "250", "354"]


def conversation(
    scene: Callable[[Client, SmtpSession], Coroutine[Any, Any, None]],
    *,
    handler: Keeping | None = None,
    room: Room | None = None,
    most_bytes: int = 2**20,
) -> None:
    """Play the scene with one connection."""

    async def play() -> None:
        ours, theirs = socket.socketpair()
        made = SmtpSession(
            handler or Keeping(),
            room or Room(10, 10),
            most_bytes=most_bytes,
            hostname="us.example",
            loop=asyncio.get_running_loop(),
        )
        await asyncio.get_running_loop().connect_accepted_socket(lambda: made, ours)
        client = Client(*await asyncio.open_connection(sock=theirs))
        await scene(client, made)
        client.writer.close()
        await asyncio.sleep(0)

    asyncio.run(play())


def sent(text: bytes) -> bytes:
    """The text with transparency and its end (RFC 5321 section 4.5.2)."""
    stuffed = (b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:]
    return stuffed + (b"" if text.endswith(b"\r\n") or not text else b"\r\n") + b".\r\n"


_LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x.", b"\r", b"\n", b"\0\xff", b"\n.\n", b"y" * 40]))


@hypothesis_settings(max_examples=150, deadline=None)
@given(_LINES, st.lists(st.integers(1, 90), max_size=6), st.sampled_from([32, 64, 2**16]))
def test_texts_come_through_however_they_are_cut(lines: list[bytes], cuts: list[int], chunk: int) -> None:
    text = b"".join(line + b"\r\n" for line in lines)
    handler = Keeping()

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        rest = sent(text)
        for cut in cuts:
            client.say(rest[:cut])
            await asyncio.sleep(0)
            rest = rest[cut:]
        client.say(rest + b"NOOP\r\n")
        assert [await client.heard(), (await client.heard())[:3]] == ["250 kept", "250"]

    before, smtp_session.SmtpSession.line_length_limit = smtp_session.SmtpSession.line_length_limit, chunk
    try:
        conversation(scene, handler=handler)
    finally:
        smtp_session.SmtpSession.line_length_limit = before
    assert handler.texts == [text]


def test_an_end_in_the_middle_is_no_mail() -> None:
    handler = Keeping()

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        client.say(b"Subject: half\r\n\r\nabc")
        client.writer.close()
        await client.writer.wait_closed()
        while session.transport is not None:
            await asyncio.sleep(0.001)

    room = Room(10, 10)
    conversation(scene, handler=handler, room=room)
    assert handler.texts == []
    assert room.memory == 0
    assert not room.sessions
    assert not room.by_ip


def test_a_full_memory_is_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "MOST_MEMORY", 1000)

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        client.say(sent(b"x" * 2000))
        assert (await client.heard()).startswith("452 4.3.1")
        client.say(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nsmall\r\n.\r\n")
        assert [(await client.heard())[:3] for _ in range(4)] == ["250", "250", "354", "250"]

    room = Room(10, 10)
    conversation(scene, room=room)
    assert room.memory == 0


@pytest.mark.parametrize(("size", "code"), [(100, "250"), (101, "552")])
def test_the_limit_is_exact(size: int, code: str) -> None:
    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        client.say(sent(b"x" * (size - 2) + b"\r\n"))
        assert (await client.heard())[:3] == code

    conversation(scene, most_bytes=100)


@pytest.mark.parametrize("size", [101, 5_000, 300_000, 3_000_000])
def test_what_is_too_large_is_let_go_of_but_for_its_beginning(size: int) -> None:
    handler, room, text = Keeping(), Room(10, 10), b"..Subject: x\r\n\r\n" + b"..y\r\n" * (size // 5)

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        for at in range(0, len(text), 2**16):
            client.say(text[at : at + 2**16])
            await client.writer.drain()
            assert room.memory < 2 * LONGEST_BEGINNING
        client.say(b".\r\n")
        assert (await client.heard())[:3] == "552"
        assert session.refused_size == len(text)
        client.say(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nsmall\r\n.\r\n")
        assert [(await client.heard())[:3] for _ in range(4)] == ["250", "250", "354", "250"]
        assert session.refused_size == 0

    conversation(scene, handler=handler, room=room, most_bytes=100)
    beginning, small = handler.texts
    as_sent = b"." + text[2:].replace(b"\r\n..", b"\r\n.")
    assert as_sent.startswith(beginning)
    assert len(beginning) == len(as_sent) or len(beginning) > LONGEST_BEGINNING / 2
    assert small == b"small\r\n"
    assert room.memory == 0


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_what_is_declared_too_large_fills_no_memory(size: int) -> None:
    handler, room, text = Keeping(), Room(10, 10), b"x" * size + b"\r\n"

    async def scene(client: Client, session: SmtpSession) -> None:
        client.say(b"EHLO x\r\nMAIL FROM:<a@b.example> SIZE=3000000\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        while not (await client.heard()).startswith("354"):
            pass
        for at in range(0, len(text), 2**16):
            client.say(text[at : at + 2**16])
            await client.writer.drain()
            assert room.memory <= LONGEST_BEGINNING
        client.say(b".\r\n")
        assert (await client.heard())[:3] == "552"
        assert session.refused_size >= 3_000_000

    conversation(scene, handler=handler, room=room, most_bytes=2**20)
    (beginning,) = handler.texts
    assert text.startswith(beginning)
    assert room.memory == 0


@pytest.mark.parametrize("answer", ["451 4.3.0 Not stored", "250 kept"])
def test_too_large_is_never_acknowledged(answer: str) -> None:
    handler = Keeping()
    handler.answer = answer

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        client.say(sent(b"x" * 200))
        assert (await client.heard())[:3] == ("451" if answer[0] == "4" else "552")

    conversation(scene, handler=handler, most_bytes=100)


def test_who_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "IDLE_SECONDS", 0.05)

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.heard()
        assert (await client.heard()).startswith("421 4.4.2")
        assert await client.heard() == ""

    conversation(scene)


def test_no_connection_lasts_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_session, "LONGEST_SECONDS", 0.05)

    async def scene(client: Client, session: SmtpSession) -> None:
        await client.begin()
        assert (await client.heard()).startswith("421 4.7.0")
        assert await client.heard() == ""

    conversation(scene)


@pytest.mark.parametrize("room", [Room(0, 10), Room(10, 0), Room(10, 10, is_closing=True)])
def test_a_full_house(room: Room) -> None:
    async def scene(client: Client, session: SmtpSession) -> None:
        assert (await client.heard()).startswith("421 4.7.0")
        assert await client.heard() == ""

    conversation(scene, room=room)
    assert not room.sessions
    assert not room.by_ip


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (b"<c@d.example>", "250"),
        (b"<c@d.example> ", "250"),
        (b'<"c c"@d.example>', "250"),
        (b"<@relay.example:c@d.example>", "250"),
        (b"<postmaster>", "250"),
        (b"<Postmaster>", "250"),
        (b"<c@d.example> NOTIFY=NEVER", "555"),
        (b"<c@>", "553"),
        (b"<@d.example>", "553"),
        (b"", "501"),
    ],
)
def test_paths(path: bytes, code: str) -> None:
    async def scene(client: Client, session: SmtpSession) -> None:
        client.say(b"EHLO x\r\nMAIL FROM:<>\r\n")
        while not (await client.heard()).startswith("250 HELP"):
            pass
        assert (await client.heard())[:3] == "250"
        client.say(b"RCPT TO:" + path + b"\r\n")
        assert (await client.heard())[:3] == code

    conversation(scene)
