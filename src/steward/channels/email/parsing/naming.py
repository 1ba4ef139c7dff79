"""A file name for every part that is not the body."""

from __future__ import annotations

import re

from steward.channels.email.parsing.charsets import storable
from steward.channels.email.parsing.headers import Headers, read_headers
from steward.channels.email.parsing.structure import Part

MAX_LENGTH = 255
# Type, noun and extension for parts without a name; their Content-Description takes the place of the noun.
NOUNS = {
    "message/delivery-status": ("delivery-status", "txt"),
    "text/plain": ("document", "txt"),
    "text/html": ("document", "html"),
    "text/calendar": ("calendar", "ics"),
    "video/quicktime": ("video", "mov"),
    "image/jpeg": ("image", "jpg"),
    "image/jpg": ("image", "jpg"),
    "image/pjpeg": ("image", "jpg"),
    "image/png": ("image", "png"),
    "image/gif": ("image", "gif"),
    "application/pgp-signature": ("signature", "asc"),
    "application/pkcs7-signature": ("smime", "p7s"),
    "application/x-pkcs7-signature": ("smime", "p7s"),
    "application/pkcs7-mime": ("smime", "p7m"),
    "application/x-pkcs7-mime": ("smime", "p7m"),
}
# A table of our own, for that of the interpreter depends on files of the machine.
EXTENSIONS = {
    "application/gzip": ".gz",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".pgp",
    "application/pgp-keys": ".asc",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "image/bmp": ".bmp",
    "image/heic": ".heic",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "text/csv": ".csv",
    "text/richtext": ".rtx",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}
ID_WITH_EXTENSION = re.compile(r"^([^@/\\]{1,80}\.[A-Za-z0-9]{2,5})@")
UNSAFE = re.compile(r"[\n\t\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def filename_of(part: Part, content: bytes) -> str:
    """The name the sender gave, else one made from what the part is; never empty, never a path."""
    headers = part.headers
    given = headers.parameter("content-disposition", "filename") or headers.parameter("content-type", "name")
    name = clean_filename(given)
    if name:
        return name
    if part.content_type in ("message/rfc822", "message/global", "message/news"):
        return mail_filename(content, headers)
    return clean_filename(_located(headers)) or _described(part)


def mail_filename(content: bytes, headers: Headers | None = None) -> str:
    """The subject of an attached mail, so that it can be told from others."""
    inner = read_headers(content, 0, len(content))[0]
    subject = inner.text("subject") or (headers.text("content-description") if headers else "")
    return clean_filename(subject.replace("/", "_").replace("\\", "_") or "Mail", extension=".eml")


def clean_filename(name: str, *, extension: str = "") -> str:
    """The last element of a path, without characters that disguise the extension, cut to 255 characters."""
    base = re.split(r"[/\\]", storable(UNSAFE.sub(" ", name)))[-1].strip()
    if not base or base in (".", ".."):
        return ""
    base = base if base.lower().endswith(extension) else base + extension
    if len(base) > MAX_LENGTH:
        stem, dot, suffix = base.rpartition(".")
        keep = dot + suffix if stem and len(suffix) <= 10 else ""
        base = base[: MAX_LENGTH - len(keep)] + keep
    return base


def _located(headers: Headers) -> str:
    """Content-Location may be a name (RFC 2557); a Content-ID is often one with a host added."""
    location = headers.text("content-location")
    if location and ":" not in location and "." in location:
        return location
    match = ID_WITH_EXTENSION.match(headers.text("content-id").strip("<>"))
    return match.group(1) if match else ""


def _described(part: Part) -> str:
    if part.content_type in NOUNS:
        noun, extension = NOUNS[part.content_type]
        described = clean_filename(part.headers.text("content-description"))
        if described.lower().endswith("." + extension):
            return described
        return clean_filename(f"{described or noun}.{extension}")
    return "file" + EXTENSIONS.get(part.content_type, "")
