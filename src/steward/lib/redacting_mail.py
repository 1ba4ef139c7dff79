"""Making words unreadable in mails as they came (RFC 5322, MIME): in heads, texts and the files they carry. Pure.

Parts are decoded, rewritten, and encoded again; those that hold none of the words keep their bytes. A signature over a
rewritten part fits it no longer, which cannot be otherwise.
"""

import re
from base64 import encodebytes
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.generator import BytesGenerator
from email.header import Header, decode_header, make_header
from email.message import Message
from email.policy import compat32
from io import BytesIO
from urllib.parse import unquote

from steward.lib.redacting import redacted
from steward.lib.redacting_files import Form, NotRewritten, form_of, redacted_text

_DEEPEST = 20  # mails within mails
# What may hold the whole text of the mail, where nobody without a key or another program can look.
_SHUT = frozenset({
    "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "application/ms-tnef",
    "application/vnd.ms-tnef", "message/partial",
})  # fmt: skip
_UUENCODED = re.compile(r"^begin(?:-base64)? [0-7]{3,4} \S", re.MULTILINE)
_SIGNED = re.compile(rb"^(?:DKIM-Signature:|Content-Type:\s*multipart/signed)", re.IGNORECASE | re.MULTILINE)


def redacted_mail(raw: bytes, pattern: "re.Pattern[str]") -> bytes | None:
    """The mail with marks in place of what the pattern finds; None when it holds none of it.

    Raises `NotRewritten` for a mail of which parts cannot be read, or which holds the words still.
    """
    changed = _once(raw, pattern, depth=0)
    if changed is not None and _holds(changed, pattern):
        raise NotRewritten("the words are in the mail still")
    return changed


def is_signed(raw: bytes) -> bool:
    """Whether a signature of the sender, or of their server, stands over the mail: it breaks when words go."""
    return _SIGNED.search(raw) is not None


def _holds(raw: bytes, pattern: "re.Pattern[str]") -> bool:
    return pattern.search(raw.decode("utf-8", "replace")) is not None or _once(raw, pattern, depth=0) is not None


def _once(raw: bytes, pattern: "re.Pattern[str]", *, depth: int) -> bytes | None:
    if depth > _DEEPEST:
        raise NotRewritten("too many mails within each other")
    try:
        mail = message_from_bytes(raw)
        is_changed = [_rewrite_part(part, pattern, depth) for part in mail.walk()]
        return _written(mail, is_crlf=b"\r\n" in raw) if any(is_changed) else None
    except (MessageError, HeaderParseError, RecursionError, UnicodeError, LookupError, AssertionError) as error:
        raise NotRewritten("the mail cannot be taken apart") from error


def _written(mail: "Message[str, str]", *, is_crlf: bool) -> bytes:
    out = BytesIO()
    policy = compat32.clone(linesep="\r\n" if is_crlf else "\n")
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=policy).flatten(mail)
    return out.getvalue()


def _rewrite_part(part: "Message[str, str]", pattern: "re.Pattern[str]", depth: int) -> bool:
    """Rewrite the part's own head and content; returns whether anything was there. Its parts have their own turn."""
    is_changed = _rewrite_head(part, pattern)
    for name in ("preamble", "epilogue"):
        text, found = redacted(getattr(part, name) or "", pattern)
        if found:
            setattr(part, name, text)
            is_changed = True
    if part.is_multipart():
        return is_changed
    return _rewrite_content(part, pattern, depth) or is_changed


def _rewrite_content(part: "Message[str, str]", pattern: "re.Pattern[str]", depth: int) -> bool:
    content_type, name = part.get_content_type(), part.get_filename("") or ""
    if content_type in _SHUT or _is_inside_encryption(part):
        raise NotRewritten("a part can only be read with a key or another program")
    form = form_of(content_type, str(name))
    content = part.get_payload(decode=True)
    if form is None or not isinstance(content, bytes) or not content:
        return False
    if form is Form.TEXT and _UUENCODED.search(content.decode("latin-1")):
        raise NotRewritten("a file stands within a text")
    if form is Form.MAIL:
        changed = _once(content, pattern, depth=depth + 1)
    else:
        changed = redacted_text(content, form, pattern, charset=str(part.get_content_charset("") or ""))
    if changed is None:
        return False
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(changed).decode("ascii"))
    return True


def _is_inside_encryption(part: "Message[str, str]") -> bool:
    return part.get_content_type() == "application/octet-stream" and str(part.get_filename("")) == "encrypted.asc"


def _rewrite_head(part: "Message[str, str]", pattern: "re.Pattern[str]") -> bool:
    fields = [(name, str(value)) for name, value in part.raw_items()]
    new = [(name, _field(name, value, pattern, part)) for name, value in fields]
    if new == fields:
        return False
    for name, _value in fields:
        del part[name]
    for name, value in new:
        part.set_raw(name, value)
    return True


def _field(name: str, value: str, pattern: "re.Pattern[str]", part: "Message[str, str]") -> str:
    """One field of a head, decoded and encoded again where it holds the words."""
    if name.lower() in {"content-type", "content-disposition"} and _is_named(part, pattern):
        return part.get_content_type() if name.lower() == "content-type" else "attachment"
    text, found = redacted(_read(value), pattern)
    if found:
        return Header(text, "utf-8", maxlinelen=900).encode()
    return redacted(unquote(value), pattern)[0] if "%" in value and pattern.search(unquote(value)) else value


def _is_named(part: "Message[str, str]", pattern: "re.Pattern[str]") -> bool:
    """Whether the name of the file holds the words, in whichever way it is written (RFC 2231, RFC 2047)."""
    return not part.is_multipart() and pattern.search(_read(str(part.get_filename("")))) is not None


def _read(value: str) -> str:
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(value))) if "=?" in value else value
    except (HeaderParseError, UnicodeError, LookupError, ValueError):
        return value
