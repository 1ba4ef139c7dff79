"""What a file is, by its bytes alone."""

import io
import zipfile

import pytest

from steward.files.sniffing import DOCX, MAIL, PDF, TEXT, document_type, picture_type, text_type


def office(*names):
    """A zip archive with empty members of these names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return written.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")
EML = (
    "From: Vera <vera@relay.example>\r\nSubject: Audit\r\n list of 2026\r\nDate: Sun, 1 Mar 2026\r\n\r\nHere it is.\r\n"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", PDF),
        (office(*WORD), DOCX),
        (office(*WORD, "word/vbaProject.bin"), None),
        (office("xl/workbook.xml"), None),
        (b"PK\x03\x04 and nothing else", None),
        (b"MZ\x90\0", None),
        (b"", None),
    ],
)
def test_documents(content, expected):
    assert document_type(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
    ],
)
def test_pictures(content, expected):
    assert picture_type(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (EML.encode(), MAIL),
        (EML.encode() + "Gr\xfc\xdfe".encode("latin-1"), MAIL),
        (EML.replace("\r\n", "\n").encode(), MAIL),
        ("Найдено: ничего\n\tمراجعة\u200f 🔒".encode(), TEXT),
        (b"\xef\xbb\xbfwith a mark", TEXT),
        (b"From: the auditor. No header of a mail.\n\nBut a text", MAIL),
        (b"Result: good\n", TEXT),
        (b"<html><script>alert(1)</script>", TEXT),
        ("Gr\xfc\xdfe".encode("latin-1"), None),
        (b"\x7fELF\x02\x01", None),
        (b"zero\0byte", None),
    ],
)
def test_texts_and_mails(content, expected):
    assert text_type(content) == expected
