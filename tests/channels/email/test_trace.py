"""The trace lines before a mail."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from steward.channels.email.trace import trace_lines

AT = datetime(2026, 11, 21, 20, 8, 3, tzinfo=UTC)


def trace(**changes: str) -> bytes:
    said = {"sender": "eli@example.org", "helo": "mx.example.org", "ip": "192.0.2.1", "protocol": "ESMTP"} | changes
    return trace_lines(by="northwind.example", key="abc", at=AT, **said)


def test_the_lines() -> None:
    assert trace().decode().split("\r\n") == [
        "Return-Path: <eli@example.org>",
        "Received: from mx.example.org ([192.0.2.1])",
        "\tby northwind.example with ESMTP id abc;",
        "\tSat, 21 Nov 2026 20:08:03 +0000",
        "",
    ]


def test_the_null_sender_and_ipv6() -> None:
    assert trace(sender="").startswith(b"Return-Path: <>\r\n")
    assert b"([IPv6:2001:db8::1])" in trace(ip="2001:db8::1")


@pytest.mark.parametrize(
    "typed", ["a\r\nX-Injected: yes", "a\nX-Injected: yes", "a\0b", "a(b)<c>;d", "ä\udcff", "x" * 900]
)
def test_nothing_typed_begins_a_line(typed: str) -> None:
    raw = trace(sender=typed, helo=typed)
    assert raw.isascii()
    assert message_from_bytes(raw + b"\r\n").keys() == ["Return-Path", "Received"]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
