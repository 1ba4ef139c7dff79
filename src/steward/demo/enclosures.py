"""Small real files for the sample data, made here: PDFs, pictures and tables."""

import struct
import zlib
from collections.abc import Callable, Sequence

from steward.demo.customers import CustomerFile

_COLOURS = ((122, 78, 45), (45, 98, 122), (92, 122, 45), (122, 45, 88), (64, 64, 92))


def made_file(name: str, lines: Sequence[str] = (), *, content_id: str = "") -> CustomerFile:
    """A file that fits its name's ending: .pdf, .png, .csv or .txt; `lines` are what a PDF or text says."""
    ending = name.rpartition(".")[2]
    content_type, make = _KINDS[ending]
    return CustomerFile(name, make(name, lines or [name]), content_type, content_id)


def _pdf(_name: str, lines: Sequence[str]) -> bytes:
    """One A4 page in PDF 1.4, Helvetica; characters outside Latin-1 become question marks."""
    fit = {ord("\\"): "\\\\", ord("("): "\\(", ord(")"): "\\)"}
    shown = [line.translate(fit).encode("latin-1", "replace") for line in lines]
    text = b"BT /F1 12 Tf 72 770 Td 18 TL " + b" ".join(b"(%s) Tj T*" % line for line in shown) + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + tail


def _png(name: str, _lines: Sequence[str]) -> bytes:
    """320 by 180 pixels of stripes whose colour depends on the name."""
    red, green, blue = _COLOURS[zlib.crc32(name.encode()) % len(_COLOURS)]
    rows = bytearray()
    for y in range(180):
        rows.append(0)
        for x in range(320):
            shade = 60 if (x + y) // 24 % 2 else 0
            rows += bytes((min(255, red + shade + y // 4), min(255, green + shade + x // 8), min(255, blue + shade)))
    header = struct.pack(">IIBBBBB", 320, 180, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _text(_name: str, lines: Sequence[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


_KINDS: dict[str, tuple[str, Callable[[str, Sequence[str]], bytes]]] = {
    "pdf": ("application/pdf", _pdf),
    "png": ("image/png", _png),
    "csv": ("text/csv", _text),
    "txt": ("text/plain", _text),
}
