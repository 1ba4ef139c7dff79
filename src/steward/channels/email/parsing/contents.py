"""Which parts are the message and which are attached to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from steward.channels.email.parsing.calendars import calendar_text
from steward.channels.email.parsing.charsets import charset_in_html, decode
from steward.channels.email.parsing.flowed import unflow
from steward.channels.email.parsing.mail import ParsedAttachment
from steward.channels.email.parsing.naming import clean_filename, filename_of
from steward.channels.email.parsing.signed import signed_content
from steward.channels.email.parsing.structure import TYPE, Part, Reading, read_inner
from steward.channels.email.parsing.tnef import TYPES as TNEF_TYPES
from steward.channels.email.parsing.tnef import Tnef, read_tnef
from steward.channels.email.parsing.uuencoded import split_uuencoded
from steward.lib.html import text_to_html

MAX_TEXT = 500_000
SHOWN = frozenset({"text/plain", "text/html"})
# Alternatives made for other readers than a mail program; they repeat what the others say.
REPEATED = frozenset({"text/x-amp-html", "text/watch-html"})
SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
MAX_UNWRAPPED = 3  # signed, encrypted and signed again is all there is in earnest (RFC 2634 section 1.1)
# Kinds of S/MIME that are not secret: what is signed only, and certificates (RFC 8551 section 3.2.2).
OPEN_SMIME = frozenset({"signed-data", "certs-only", "compressed-data"})
MARKUP = re.compile(r"<[a-zA-Z!/?]")
ENRICHED = re.compile(r"<<|</?[a-zA-Z][a-zA-Z0-9-]*>")


@dataclass(slots=True)
class Block:
    """One piece of the message, in HTML, in plain text, or in both when the sender offered a choice."""

    html: str = ""
    plain: str = ""


@dataclass(slots=True)
class Contents:
    """What the tree of parts holds, in order. `spare` may become the message if there is no other."""

    blocks: list[Block] = field(default_factory=list)
    attachments: list[ParsedAttachment] = field(default_factory=list)
    spare: list[Block] = field(default_factory=list)


def read_contents(root: Part, reading: Reading) -> Contents:
    """Sort all leaves of the tree into message and attachments."""
    contents = Contents()
    contents.blocks = _gather(root, contents, reading, is_root=not root.children)
    if not any(block.html or block.plain for block in contents.blocks):
        contents.blocks = contents.spare[:1]
    return contents


def _gather(part: Part, contents: Contents, reading: Reading, *, is_root: bool = False) -> list[Block]:
    if part.content_type == "multipart/alternative":
        return _choose(part, contents, reading)
    if part.content_type == "multipart/related":
        return _related(part, contents, reading)
    if part.children:
        blocks: list[Block] = []
        for child in part.children:
            if child.children or not blocks or not _is_named(child):
                blocks += _gather(child, contents, reading)
            else:
                _attach(child, contents, reading)
        return blocks
    if _is_shown(part, is_root):
        return _show(part, contents, reading)
    if inner := _unwrapped(part, reading):
        _attach(part, contents, reading, is_unwrapped=True)
        return _gather(inner, contents, reading, is_root=not inner.children)
    _attach(part, contents, reading)
    return []


def _unwrapped(part: Part, reading: Reading) -> Part | None:
    """What lies within a signature (RFC 8551 section 3.5.2), whatever kind the sender's program says it is."""
    if part.content_type not in SMIME or reading.unwrapped >= MAX_UNWRAPPED:
        return None
    content = signed_content(part.decoded()[0])
    if not content:
        return None
    reading.unwrapped += 1
    return read_inner(content, reading)


def _choose(part: Part, contents: Contents, reading: Reading) -> list[Block]:
    """RFC 2046 section 5.1.4: the last is the richest. HTML if there is any, and the plain text beside it."""
    choices = [merge(_gather(child, contents, reading)) for child in part.children]
    html = [choice.html for choice in choices if choice.html]
    plain = list(dict.fromkeys(choice.plain for choice in choices if choice.plain.strip()))
    return [Block(html[-1] if html else "", plain[0] if html and plain else "\n\n".join(plain))]


def _related(part: Part, contents: Contents, reading: Reading) -> list[Block]:
    """RFC 2387: one root, named by `start` or the first, and what it refers to."""
    start = part.headers.parameter("content-type", "start").strip("<> ")
    named = [child for child in part.children if start and content_id_of(child) == start]
    texts = [child for child in part.children if child.children or child.content_type in SHOWN]
    root = next(iter([*named, *texts]), None)
    blocks: list[Block] = []
    for child in part.children:
        if child is root or child.children:
            blocks += _gather(child, contents, reading)
        else:
            _attach(child, contents, reading)
    return blocks


def merge(blocks: list[Block]) -> Block:
    """Several pieces as one. HTML as soon as one of them has it."""
    plain = "\n\n".join(block.plain.strip("\n") for block in blocks if block.plain.strip())
    if len(blocks) == 1:
        return blocks[0]
    if not any(block.html for block in blocks):
        return Block("", plain)
    html = "\n".join(block.html or f"<div>{text_to_html(block.plain)}</div>" for block in blocks)
    return Block(html, plain if all(block.plain.strip() for block in blocks) else "")


def content_id_of(part: Part) -> str:
    """The Content-ID without angle brackets, as `cid:` URLs have it (RFC 2392)."""
    return part.headers.text("content-id").strip("<> ")


def _is_named(part: Part) -> bool:
    headers = part.headers
    return bool(headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name"))


def _is_shown(part: Part, is_root: bool) -> bool:
    if part.content_type not in SHOWN:
        return False
    return part.disposition != "attachment" or (is_root and not _is_named(part))


def _show(part: Part, contents: Contents, reading: Reading) -> list[Block]:
    raw, problem = part.decoded()
    reading.notice(problem, part.content_type if problem else "")
    if part.content_type == "text/html":
        return [_html_block(part, raw, reading, contents)]
    raw, files = split_uuencoded(raw)
    for name, content in files:
        filename = clean_filename(decode(name, hint=reading.hint)[0]) or "file"
        contents.attachments.append(ParsedAttachment(filename, "application/octet-stream", content))
    text = _text_of(part, raw, reading)
    if part.headers.parameter("content-type", "format").lower() == "flowed":
        text = unflow(text, delete_space=part.headers.parameter("content-type", "delsp").lower() == "yes")
    return [Block(plain=_bounded(text, part, raw, contents, reading))]


def _html_block(part: Part, raw: bytes, reading: Reading, contents: Contents) -> Block:
    text = _bounded(_text_of(part, raw, reading), part, raw, contents, reading)
    if not MARKUP.search(text):
        return Block(plain=unescape(text))
    return Block(html=text)


def _text_of(part: Part, raw: bytes, reading: Reading) -> str:
    label = part.headers.parameter("content-type", "charset")
    if not label and part.content_type == "text/html":
        label = charset_in_html(raw)
    text, problem = decode(raw, label, hint=reading.hint)
    reading.notice(problem, label if problem else "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bounded(text: str, part: Part, raw: bytes, contents: Contents, reading: Reading) -> str:
    """A text too long to show and to search is cut, and attached whole."""
    if len(text) <= MAX_TEXT:
        return text
    reading.notice("long_text", str(len(text)))
    contents.attachments.append(
        ParsedAttachment(filename_of(part, raw), part.content_type, raw, has_lines=part.has_lines)
    )
    return text[:MAX_TEXT]


def _attach(part: Part, contents: Contents, reading: Reading, *, is_unwrapped: bool = False) -> None:
    if part.children or part.content_type in REPEATED:
        for child in part.children:
            _attach(child, contents, reading)
        return
    content, problem = part.decoded()
    filename = filename_of(part, content)
    reading.notice(problem, filename if problem else "")
    is_tnef = part.content_type in TNEF_TYPES or filename.lower() == "winmail.dat"
    if is_tnef and _attach_tnef(content, contents, reading):
        return
    reading.notice(*(("signature_unchecked", "") if is_unwrapped else _secrecy(part, filename)))
    contents.attachments.append(
        ParsedAttachment(filename, part.content_type, content, content_id_of(part), has_lines=part.has_lines)
    )
    _keep_spare(part, content, contents, reading)


def _secrecy(part: Part, filename: str) -> tuple[str, str]:
    """Why the words of the sender are not shown: the part is encrypted, or wrapped in its signature."""
    if part.content_type == "application/pgp-encrypted":
        return "encrypted", "pgp"
    if part.content_type not in SMIME or filename.lower().endswith((".p7c", ".p7s")):
        return "", ""
    kind = part.headers.parameter("content-type", "smime-type").lower()
    return ("signed_opaque", kind) if kind in OPEN_SMIME else ("encrypted", "smime")


def _attach_tnef(content: bytes, contents: Contents, reading: Reading) -> bool:
    """Attach what is inside. A stream that yields nothing is attached as it came."""
    tnef = read_tnef(content)
    if tnef.damaged:
        reading.notice("damaged_tnef")
    for file in tnef.files:
        filename = clean_filename(file.filename) or "file"
        kind = file.content_type if TYPE.match(file.content_type) else "application/octet-stream"
        contents.attachments.append(ParsedAttachment(filename, kind, file.content, file.content_id))
    _keep_rich_text(tnef, contents)
    if tnef.html or tnef.text:
        contents.spare.append(Block(tnef.html, tnef.text))
    return bool(tnef.files or tnef.html or tnef.text) and not tnef.damaged


def _keep_rich_text(tnef: Tnef, contents: Contents) -> None:
    if tnef.rtf and not tnef.html and not tnef.text:
        contents.attachments.append(ParsedAttachment("message.rtf", "application/rtf", tnef.rtf))


def _keep_spare(part: Part, content: bytes, contents: Contents, reading: Reading) -> None:
    """Texts in formats of their own are shown when the mail has nothing else to show."""
    if part.disposition == "attachment" or not part.content_type.startswith("text/") or len(content) > MAX_TEXT:
        return
    if part.content_type == "text/calendar":
        contents.spare.append(Block(plain=calendar_text(_text_of(part, content, reading))))
    elif part.content_type in ("text/enriched", "text/richtext"):
        text = _text_of(part, content, reading)
        contents.spare.append(Block(plain=ENRICHED.sub(lambda tag: "<" if tag.group() == "<<" else "", text)))
    elif part.content_type in ("text/markdown", "text/x-markdown") and not _is_named(part):
        contents.spare.append(Block(plain=_text_of(part, content, reading)))
