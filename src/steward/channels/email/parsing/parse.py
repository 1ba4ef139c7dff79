"""From raw bytes to a ParsedMail. Pure: no database, no network, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from steward.channels.email.parsing.addresses import read_addresses
from steward.channels.email.parsing.automatic import OUR_MARK, detect_automatic
from steward.channels.email.parsing.bodies import build_body, mark_inline
from steward.channels.email.parsing.contents import read_contents
from steward.channels.email.parsing.headers import Headers, read_headers
from steward.channels.email.parsing.mail import Address, ParsedMail, Problem
from steward.channels.email.parsing.reports import read_report
from steward.channels.email.parsing.signed import signed_parts
from steward.channels.email.parsing.structure import Reading, read_head, read_structure
from steward.lib.text_language import language_of

MINIMAL_BYTES = 64 * 1024
MAX_SUBJECT = 2_000
RECIPIENT_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "apparently-to")


def parse_mail(raw: bytes) -> ParsedMail:
    """Read one message (RFC 5322, MIME). Never raises: what could not be read is named in `problems`."""
    try:
        return _parse(raw)
    except MemoryError:
        return parse_minimal(raw, "out_of_memory")
    except Exception as error:  # a mail is never lost over a fault of ours; the fault is shown with it
        return parse_minimal(raw, "parser_failed", type(error).__name__)


def parse_minimal(raw: bytes, code: str, detail: str = "") -> ParsedMail:
    """What the header says, from the first 64 KB, with the problem that kept us from reading more."""
    problem = Problem(code, detail)
    head = raw[:MINIMAL_BYTES]
    try:
        headers = read_headers(head, 0, len(head))[0]
        return _with_headers(headers, (problem,))
    except Exception as error:  # the last resort must not fail: the raw message is kept in any case
        return ParsedMail(problems=(problem, Problem("headers_failed", type(error).__name__)))


def read_authors(raw: bytes) -> list[tuple[Address, ...]]:
    """Whom each From field names, read from the header alone just as `parse_mail` reads it. Never raises."""
    headers = read_head(raw)
    return [read_addresses([value], hint=headers.hint) for value in headers.raws("from")]


def _with_headers(headers: Headers, problems: tuple[Problem, ...]) -> ParsedMail:
    from_ = find_from(headers)[0]
    return ParsedMail(
        subject=headers.text("subject")[:MAX_SUBJECT],
        from_=from_,
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        reply_to=_addresses(headers, "reply-to"),
        message_id=next(iter(headers.ids("message-id")), ""),
        in_reply_to=headers.ids("in-reply-to"),
        references=headers.ids("references"),
        delivered_to=_recipients(headers),
        return_path=_return_path(headers),
        automatic=detect_automatic(headers, sender=from_, content_type=headers.value("content-type")),
        authentication_results=headers.texts("authentication-results"),
        our_mark=headers.text(OUR_MARK),
        problems=problems,
    )


def _parse(raw: bytes) -> ParsedMail:
    reading = Reading()
    root = read_structure(raw, reading)
    headers = root.headers
    from_, trouble = find_from(headers)
    reading.notice(trouble)
    contents = read_contents(root, reading)
    body = build_body(contents.blocks)
    return ParsedMail(
        subject=headers.text("subject")[:MAX_SUBJECT],
        from_=from_,
        sender=_first_address(headers, "sender"),
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        reply_to=_addresses(headers, "reply-to"),
        date=_date(headers, reading),
        message_id=next(iter(headers.ids("message-id")), ""),
        in_reply_to=headers.ids("in-reply-to"),
        references=headers.ids("references"),
        body=body,
        language=language_of(body.visible, headers.text("content-language")),
        attachments=mark_inline(contents.attachments, contents.blocks),
        automatic=detect_automatic(headers, sender=from_, content_type=headers.value("content-type")),
        report=read_report(root, sender=from_, text=body.text),
        authentication_results=headers.texts("authentication-results"),
        delivered_to=_recipients(headers),
        return_path=_return_path(headers),
        list_id=headers.text("list-id").rpartition("<")[2].strip("<> "),
        our_mark=headers.text(OUR_MARK),
        signed=signed_parts(root),
        problems=tuple(reading.problems),
    )


def find_from(headers: Headers) -> tuple[Address | None, str]:
    """Who wrote it, and the problem with that, if any.

    Without any address in From the mail can still be answered by Reply-To, Sender or the envelope, but whoever is
    named there has not signed as its author: `sender_elsewhere`.
    """
    written = _addresses(headers, "from")
    real = [address for address in written if "@" in address.email]
    if real:
        return real[0], "several_senders" if len({address.email.lower() for address in real}) > 1 else ""
    named = next((address for address in written if address.email), None)
    if named:
        return named, ""
    for name in ("reply-to", "sender", "return-path"):
        for address in _addresses(headers, name):
            if "@" in address.email:
                return address, "sender_elsewhere"
    return next(iter(written), None), "" if written else "no_sender"


def _addresses(headers: Headers, name: str) -> tuple[Address, ...]:
    values = headers.raws(name)
    return read_addresses(values, hint=headers.hint) if values else ()


def _first_address(headers: Headers, name: str) -> Address | None:
    return next(iter(_addresses(headers, name)), None)


def _recipients(headers: Headers) -> tuple[str, ...]:
    """Envelope recipients that servers on the way wrote down, the last hop first, in lower case."""
    found: Iterable[Address] = (address for name in RECIPIENT_HEADERS for address in _addresses(headers, name))
    return tuple(dict.fromkeys(address.email.lower() for address in found if "@" in address.email))


def _return_path(headers: Headers) -> str | None:
    """The envelope sender: empty for bounces, None if no server noted it."""
    if "return-path" not in headers.fields:
        return None
    address = _first_address(headers, "return-path")
    return address.email if address else ""


def _date(headers: Headers, reading: Reading) -> datetime | None:
    """When it claims to have been written; a date that is none is a problem, a missing one is not."""
    text = headers.text("date")
    if not text:
        return None
    try:
        parsed = parsedate_to_datetime(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        reading.notice("bad_date", text[:100])
        return None
