"""Address lists (RFC 5322 section 3.4) as people and programs really write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from steward.channels.email.parsing.charsets import decode_raw_header, storable
from steward.channels.email.parsing.mail import Address
from steward.channels.email.parsing.words import decode_words

MAX_LENGTH = 128 * 1024
MAX_ADDRESSES = 2_000
MAX_ADDRESS_BYTES = 320

# Linear for any input: what may fail at its end (quotes, comments) is bounded. An encoded word is one piece, for some
# mailers leave commas in it; so is everything between angle brackets.
TOKEN = re.compile(
    r"(?P<word>=\?[\w.:+*-]{1,60}\?[bBqQ]\?[^?\"<>]*\?=)"
    r"|(?P<quoted>\"(?:[^\"\\]|\\.){0,500}\")"
    r"|(?P<angle><[^<>]*(?:>|\Z))"
    r"|(?P<comment>\((?:[^()\\]|\\.){0,500}\))"
    r"|(?P<separator>[,;:])"
    r"|(?P<text>[^,;:\"<>()=]+|.)",
    re.S,
)
BETWEEN_WORDS = re.compile(r"[\s<>\",;()]+")
ROUTE = re.compile(r"^@[^:]*:")
COMMENT = re.compile(r"\([^()]*\)")
AROUND_DOT = re.compile(r"\s*([.@])\s*")
ESCAPED = re.compile(r"\\(.)", re.S)


@dataclass(slots=True)
class _Mailbox:
    """What was read of one address so far."""

    phrase: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    comment: str = ""
    angle: str | None = None
    quoted: bool = False


def read_addresses(values: Iterable[bytes], *, hint: str = "") -> tuple[Address, ...]:
    """All mailboxes of the fields; groups are taken apart, entries that hold no address and no name are left out."""
    addresses: list[Address] = []
    for value in values:
        addresses.extend(_read_field(decode_raw_header(value[:MAX_LENGTH], hint), hint))
        if len(addresses) >= MAX_ADDRESSES:
            break
    return tuple(addresses[:MAX_ADDRESSES])


def _read_field(text: str, hint: str) -> list[Address]:
    boxes = [box for box in _split(text) if box.phrase or box.comment or box.angle]
    found: list[Address] = []
    surname: list[str] = []
    for index, box in enumerate(boxes):
        if _is_half_a_name(box) and index + 1 < len(boxes) and boxes[index + 1].angle:
            surname += [*box.phrase, ", "]
            continue
        box.phrase[:0] = surname
        surname = []
        address = _finish(box, hint)
        if address.email or address.name:
            found.append(address)
    return found


def _is_half_a_name(box: _Mailbox) -> bool:
    """`Smith, Ann <ann@x>`: the name was not quoted, so the comma looked like the end of an address."""
    return box.angle is None and not box.quoted and not box.comment and "@" not in "".join(box.phrase)


def _split(text: str) -> list[_Mailbox]:
    boxes = [_Mailbox()]
    last_semicolon = text.rfind(";")
    for match in TOKEN.finditer(text):
        box, piece = boxes[-1], match.group()
        kind = match.lastgroup
        if kind == "separator":
            if piece == ":" and not _opens_group(box, match.end() <= last_semicolon):
                box.phrase.append(piece)
            elif piece == ":":
                boxes[-1] = _Mailbox()
            else:
                boxes.append(_Mailbox())
        elif kind == "angle":
            boxes = _add_angle(boxes, piece)
        elif kind == "comment":
            box.comment = box.comment or piece[1:-1]
        elif kind == "quoted" and not text.startswith("@", match.end()):
            (box.after if box.angle else box.phrase).append(ESCAPED.sub(r"\1", piece[1:-1]))
            box.quoted = True
        elif piece not in "<>" or piece.isspace():
            (box.after if box.angle else box.phrase).append(piece)
    return boxes


def _opens_group(box: _Mailbox, semicolon_follows: bool) -> bool:
    """A group ends with a semicolon; a colon without one belongs to a careless name or to `mailto:`."""
    if box.phrase and box.phrase[-1].strip().lower() == "mailto":
        return True
    return bool(box.phrase) and box.angle is None and semicolon_follows


def _add_angle(boxes: list[_Mailbox], piece: str) -> list[_Mailbox]:
    """The address proper; a second one without a comma between begins a new mailbox."""
    inner = piece.strip("<>").strip()
    if boxes[-1].angle:
        boxes.append(_Mailbox(phrase=boxes[-1].after))
    if inner or boxes[-1].angle is None:
        boxes[-1].angle = inner
    return boxes


def _finish(box: _Mailbox, hint: str) -> Address:
    phrase = _name("".join(box.phrase), hint)
    if box.angle:
        return Address(phrase or _name(box.comment, hint), clean_email(box.angle))
    if box.angle is None:
        plain = "".join(box.phrase)
        email = _bare_email(plain)
        if email:
            rest = plain.replace(email, " ", 1)
            return Address(_name(rest, hint) or _name(box.comment, hint), clean_email(email))
        if phrase and len(phrase.split()) == 1:
            return Address(_name(box.comment, hint), clean_email(phrase))
    return Address(phrase or _name(box.comment, hint), "")


def _bare_email(text: str) -> str:
    """The first word that looks like an address; with a quoted local part, the whole text."""
    if "@" not in text:
        return ""
    words = (word for word in BETWEEN_WORDS.split(text) if "@" in word.strip("@"))
    return text if '"' in text else next(words, "")


def _name(text: str, hint: str) -> str:
    decoded = " ".join(decode_words(ESCAPED.sub(r"\1", text) if "\\" in text else text, hint=hint).split())
    if len(decoded) > 1 and decoded[0] == decoded[-1] and decoded[0] in "'\"":
        decoded = decoded[1:-1].strip()
    return decoded


def clean_email(text: str) -> str:
    """The address without source route (RFC 5322 section 4.4), `mailto:` and what cannot be stored."""
    decoded = storable(decode_words(text)).strip()
    decoded = ROUTE.sub("", AROUND_DOT.sub(r"\1", COMMENT.sub("", decoded)))
    if decoded.endswith(";") and ":" in decoded:  # an empty group that some server took for an address
        return ""
    if decoded[:7].lower() == "mailto:":
        decoded = decoded[7:]
    # In bytes: an index entry has a size, and RFC 5321 section 4.5.3.1 leaves an address 64 + 1 + 255.
    return " ".join(decoded.split()).encode()[:MAX_ADDRESS_BYTES].decode(errors="ignore")
