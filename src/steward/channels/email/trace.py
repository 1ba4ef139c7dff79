"""The trace header lines of a mail we took in (RFC 5321 section 4.4), put before what is stored."""

import re
from datetime import datetime
from email.utils import format_datetime

_UNSAFE = re.compile(r"[^\x21-\x27\x2a-\x3a\x3d\x3f-\x5b\x5d-\x7e]")  # also no ( ) < > ; \ in what a stranger said


def trace_lines(*, sender: str, helo: str, ip: str, by: str, protocol: str, key: str, at: datetime) -> bytes:
    """`Return-Path:` and `Received:`, ending in CRLF. Nothing that the client said can begin a line of its own.

    `protocol` as registered (SMTP, ESMTP, ESMTPS; RFC 3848); `key` is the id of the transaction. Without `for`: it
    would show one recipient the address of another.
    """
    literal = f"IPv6:{ip}" if ":" in ip else ip
    return (
        f"Return-Path: <{_UNSAFE.sub('?', sender)[:900]}>\r\n"
        f"Received: from {_UNSAFE.sub('?', helo)[:255] or 'unknown'} ([{literal}])\r\n"
        f"\tby {by} with {protocol} id {key};\r\n"
        f"\t{format_datetime(at)}\r\n"
    ).encode("ascii")
