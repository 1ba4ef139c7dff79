"""What a file is by what its bytes say, and not by its name or by what its sender claims. Pure."""

import io
import re
import zipfile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT, MAIL = "text/plain", "message/rfc822"
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
ENDINGS = {PDF: "pdf", DOCX: "docx", TEXT: "txt", MAIL: "eml", **PICTURES}
"""How the names of files of a type end."""

_FIELD = re.compile(rb"[!-9;-~]{1,76}:")  # RFC 5322 section 2.2: the name of a field
_OF_A_MAIL = (b"from:", b"received:", b"return-path:", b"delivered-to:")
_HEAD = 64 * 1024  # bytes
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def document_type(content: bytes) -> str | None:
    """PDF, or a Word document (DOCX) without programs in it; None for anything else."""
    if content.startswith(b"%PDF-"):
        return PDF
    return DOCX if _is_docx(content) else None


def picture_type(content: bytes) -> str | None:
    """PNG, JPEG, GIF or WebP by the marks at their start; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def text_type(content: bytes) -> str | None:
    """A mail as it is stored (RFC 5322), or text in UTF-8; None for what has other control characters than a text."""
    if _CONTROL.search(content):
        return None
    if _is_mail(content):
        return MAIL
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return TEXT


def _is_mail(content: bytes) -> bool:
    """It begins with header fields, those of a mail among them; its body may be in any character set."""
    head = content[:_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = [line for line in head.split(b"\n") if not line.startswith((b" ", b"\t"))]
    is_header = bool(lines) and all(_FIELD.match(line) for line in lines)
    return is_header and any(line.lower().startswith(_OF_A_MAIL) for line in lines)


def _is_docx(content: bytes) -> bool:
    """Only the list of its members is read: nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
    has_programs = any(name.lower().endswith("vbaproject.bin") for name in names)
    return {"[Content_Types].xml", "word/document.xml"} <= names and not has_programs
