import binascii
import hashlib
import pickle

import pytest

from steward.channels.email.parsing import ParsedMail, parse_mail
from steward.channels.email.parsing.naming import clean_filename


def one_part(fields: str, content: bytes = b"data") -> ParsedMail:
    head = f"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n{fields}\n\n"
    return parse_mail(head.encode() + content + b"\n--b--\n")


def name(fields: str, content: bytes = b"data") -> str:
    (attachment,) = one_part(fields, content).attachments
    return attachment.filename


@pytest.mark.parametrize(
    ("fields", "filename"),
    [
        ('Content-Type: a/b; name="x.pdf"', "x.pdf"),
        ('Content-Type: a/b; name="x.pdf"\nContent-Disposition: attachment; filename="y.pdf"', "y.pdf"),
        ("Content-Type: a/b\nContent-Disposition: attachment;\n filename==?utf-8?q?=C3=A9.pdf?=", "é.pdf"),
        ("Content-Type: a/b\nContent-Disposition: attachment; filename*=UTF-8''%C3%A9.pdf", "é.pdf"),
        ('Content-Type: image/jpeg; name="=?utf-8?b??="', "image.jpg"),
        ("Content-Type: image/png", "image.png"),
        ("Content-Type: image/png\nContent-ID: <photo.png@01D0.1>", "photo.png"),
        ("Content-Type: image/png\nContent-ID: <5EF9@host>", "image.png"),
        ("Content-Type: image/png\nContent-Location: photo.png", "photo.png"),
        ("Content-Type: image/png\nContent-Location: http://x.org/photo.png", "image.png"),
        ("Content-Type: image/png\nContent-Description: Our logo", "Our logo.png"),
        ("Content-Type: text/plain\nContent-Disposition: attachment", "document.txt"),
        ("Content-Type: application/pdf", "file.pdf"),
        ("Content-Type: application/octet-stream", "file"),
        ("Content-Type: application/x-nobody-knows", "file"),
        ('Content-Type: a/b; name="C:\\dir\\x.doc"', "x.doc"),
        ('Content-Type: a/b; name="../../etc/passwd"', "passwd"),
        ('Content-Type: a/b; name=".."', "file"),
        ('Content-Type: a/b; name="x\u202efdp.exe"', "x fdp.exe"),
    ],
)
def test_names(fields, filename):
    assert name(fields) == filename


@pytest.mark.parametrize(
    ("content", "fields", "filename"),
    [
        (b"Subject: Order 7\n\nhi", "", "Order 7.eml"),
        (b"Subject: =?utf-8?q?caf=C3=A9?=\n\nhi", "", "café.eml"),
        (b"Subject: a/b\\c\n\nhi", "", "a_b_c.eml"),
        (b"From: x@y\n\nhi", "\nContent-Description: Undelivered Message", "Undelivered Message.eml"),
        (b"From: x@y\n\nhi", "", "Mail.eml"),
        (b"", "", "Mail.eml"),
    ],
)
def test_attached_mails_are_named_after_their_subject(content, fields, filename):
    assert name(f"Content-Type: message/rfc822{fields}", content) == filename


def test_attached_mails_keep_their_bytes():
    inner = b"Subject: x\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nhi\n--c--\n"
    (attachment,) = one_part("Content-Type: message/rfc822", inner).attachments
    assert (attachment.content, attachment.content_type) == (inner, "message/rfc822")


def test_long_names_keep_their_extension():
    cut = clean_filename("x" * 400 + ".pdf")
    assert (len(cut), cut[-4:]) == (255, ".pdf")


def test_size_and_digest():
    (attachment,) = one_part("Content-Type: a/b", b"data").attachments
    assert (attachment.size, attachment.sha256) == (4, hashlib.sha256(b"data").hexdigest())
    assert pickle.loads(pickle.dumps(attachment)) == attachment  # noqa: S301


def test_a_raw_name_in_the_charset_of_the_subject():
    fields = b"Subject: =?GB2312?B?xOO6ww==?=\nContent-Type: application/pdf; name="
    (attachment,) = parse_mail(fields + "绩效.pdf".encode("gb18030") + b"\n\ndata").attachments
    assert attachment.filename == "绩效.pdf"


def uu(content: bytes) -> bytes:
    return b"".join(binascii.b2a_uu(content[start : start + 45]) for start in range(0, len(content), 45)) + b"`\nend\n"


def test_uuencoded_files_leave_the_text():
    raw = (
        b"From: a@b.c\n\nbefore\nbegin 644 a b.txt\n" + uu(b"A" * 100) + b"between\nbegin 600 c\n" + uu(b"C") + b"after"
    )
    mail = parse_mail(raw)
    assert [(each.filename, each.content) for each in mail.attachments] == [("a b.txt", b"A" * 100), ("c", b"C")]
    assert mail.body.text == "before\nbetween\nafter"


@pytest.mark.parametrize("text", ["begin 644 now", "begin 644 x\nnot uuencoded at all\nend", "begin 644 x\n#0V%T\n"])
def test_texts_that_only_look_uuencoded(text):
    mail = parse_mail(b"From: a@b.c\n\n" + text.encode())
    assert (mail.body.text, mail.attachments) == (text.strip(), ())
