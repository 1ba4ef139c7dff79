import pytest

from steward.channels.email.parsing import ParsedMail, parse_mail

HEAD = b"From: eli@example.com\nSubject: x\n"


def mail(content_type: str, body: str | bytes, *more: str) -> ParsedMail:
    raw = body if isinstance(body, bytes) else body.encode()
    fields = "".join(f"{line}\n" for line in (f"Content-Type: {content_type}", *more))
    return parse_mail(HEAD + fields.encode() + b"\n" + raw)


def parts(*written: str, boundary: str = "b") -> str:
    return "".join(f"--{boundary}\n{part}\n" for part in written) + f"--{boundary}--\n"


def text(content: str) -> str:
    return f"Content-Type: text/plain\n\n{content}"


def html(content: str) -> str:
    return f"Content-Type: text/html\n\n{content}"


def file(name: str, content: str = "data", kind: str = "application/pdf", *more: str) -> str:
    fields = "".join(f"\n{line}" for line in more)
    return f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"{fields}\n\n{content}'


def codes(parsed: ParsedMail) -> list[str]:
    return [problem.code for problem in parsed.problems]


def names(parsed: ParsedMail) -> list[str]:
    return [each.filename for each in parsed.attachments]


def test_plain_text():
    parsed = mail("text/plain; charset=utf-8", "Grüße\n\n  Eli  \n\n")
    assert (parsed.body.type, parsed.body.text) == ("plain", "Grüße\n\n  Eli")


def test_plain_text_is_escaped_and_linked():
    shown = mail("text/plain", "<script>alert(1)</script> http://example.com/").body.html
    assert "<script" not in shown
    assert 'href="http://example.com/"' in shown


def test_html_is_kept_and_sanitised():
    body = mail("text/html", '<p onclick="x()">Hello <b>there</b><script>alert(1)</script></p>').body
    assert (body.type, body.text) == ("html", "Hello there")
    assert "<b>there</b>" in body.html
    assert "script" not in body.html
    assert "onclick" not in body.html


def test_history_is_folded_and_still_there():
    body = mail("text/plain", "My words.\n\nOn Mon, 1 Jan 2024, Ann wrote:\n> Old words.\n> More.\n").body
    assert "My words." in body.visible
    assert "Old words." not in body.visible
    assert "Old words." in body.text
    assert "Old words." in body.html
    assert "<details" in body.html


def test_no_content_type_and_unknown_ones():
    assert parse_mail(HEAD + b"\nhello").body.text == "hello"
    assert mail("text", "hello").body.text == "hello"
    assert mail("garbage without slash", "hello").body.text == "hello"


def test_an_empty_mail():
    parsed = mail("text/plain", "")
    assert (parsed.body.type, parsed.body.text, parsed.body.visible, parsed.attachments) == ("plain", "", "", ())


def test_no_bytes_at_all():
    parsed = parse_mail(b"")
    assert (parsed.subject, parsed.from_, parsed.body.text) == ("", None, "")


def test_alternative_prefers_html():
    parsed = mail("multipart/alternative; boundary=b", parts(text("plain"), html("<p>rich</p>")))
    assert (parsed.body.type, parsed.body.text, parsed.attachments) == ("html", "rich", ())


@pytest.mark.parametrize("empty", ["", "<html><body><br></body></html>", "<title>only a title</title>"])
def test_alternative_with_html_that_shows_nothing(empty):
    parsed = mail("multipart/alternative; boundary=b", parts(text("plain"), html(empty)))
    assert (parsed.body.type, parsed.body.text) == ("plain", "plain")


def test_html_without_markup_keeps_its_lines():
    parsed = mail("text/html", "first\nA &amp; B")
    assert (parsed.body.type, parsed.body.text) == ("plain", "first\nA & B")


def test_alternative_of_texts_loses_none():
    parsed = mail("multipart/alternative; boundary=b", parts(text("one"), text("two"), text("one")))
    assert parsed.body.text == "one\n\ntwo"


def test_alternative_inside_mixed_inside_related():
    inner = "Content-Type: multipart/alternative; boundary=c\n\n" + parts(text("p"), html("<p>h</p>"), boundary="c")
    parsed = mail("multipart/mixed; boundary=b", parts(inner, file("a.pdf")))
    assert (parsed.body.text, names(parsed)) == ("h", ["a.pdf"])


def test_several_texts_are_joined():
    parsed = mail("multipart/mixed; boundary=b", parts(text("one"), text("two")))
    assert parsed.body.text == "one\n\ntwo"


def test_html_and_a_plain_footer():
    parsed = mail("multipart/mixed; boundary=b", parts(html("<p>rich</p>"), text("list <footer>")))
    assert (parsed.body.type, parsed.body.text.split()) == ("html", ["rich", "list", "<footer>"])


def test_files_are_no_body():
    parsed = mail(
        "multipart/mixed; boundary=b",
        parts(text("see files"), file("a.txt", "t", "text/plain"), file("b.html", "<b>x</b>", "text/html")),
    )
    assert (parsed.body.text, names(parsed)) == ("see files", ["a.txt", "b.html"])


def test_a_named_text_after_the_message_is_a_file_but_the_message_may_have_a_name():
    named = 'Content-Type: text/plain; name="log.txt"\nContent-Disposition: inline\n\nlog'
    assert names(mail("multipart/mixed; boundary=b", parts(text("hi"), named))) == ["log.txt"]
    assert mail("multipart/mixed; boundary=b", parts(named, file("a.pdf"))).body.text == "log"


def test_html_as_the_only_attachment():
    parsed = mail("multipart/mixed; boundary=b", parts(file("page.html", "<p>x</p>", "text/html")))
    assert (parsed.body.text, names(parsed)) == ("", ["page.html"])


def test_inline_pictures():
    picture = "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Disposition: inline\n\nPNG"
    other = "Content-Type: image/png\nContent-ID: <other@x>\n\nPNG"
    parsed = mail("multipart/related; boundary=b", parts(html('<img src="cid:logo@x">'), picture, other))
    assert parsed.body.type == "html"
    assert [(each.content_id, each.inline) for each in parsed.attachments] == [("logo@x", True), ("other@x", False)]
    assert "cid:logo@x" in parsed.body.html


def test_related_whose_root_is_not_first():
    root = "Content-Type: text/html\nContent-ID: <root@x>\n\n<p>root</p>"
    other = "Content-Type: text/html\nContent-ID: <other@x>\n\n<p>other</p>"
    parsed = mail('multipart/related; boundary=b; start="<root@x>"', parts(other, root))
    assert (parsed.body.text, len(parsed.attachments)) == ("root", 1)


@pytest.mark.parametrize(
    ("parameters", "written", "read"),
    [
        ("format=flowed", "one \ntwo\nthree", "one two\nthree"),
        ("format=flowed; delsp=yes", "one \ntwo", "onetwo"),
        ("format=flowed", "> one \n> two\nmine", "> one two\nmine"),
        ("format=flowed", "> one \n>> two", "> one \n>> two"),
        ("format=flowed", " >stuffed\n From", ">stuffed\nFrom"),
        ("format=flowed", "end\n-- \nEli \nStone", "end\n-- \nEli Stone"),
        ("format=fixed", "one \ntwo", "one\ntwo"),
    ],
)
def test_flowed(parameters, written, read):
    assert mail(f"text/plain; {parameters}", written).body.text.replace(" \n>>", "\n>>") == read.replace(
        " \n>>", "\n>>"
    )


def test_the_calendar_of_an_invitation():
    event = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Plan\\, now\nDTSTART;TZID=Europe/Berlin:20240305T090000\n"
        'DTEND:20240305T100000Z\nLOCATION:Room\n  7\nORGANIZER;CN="Ann B":mailto:ann@x.org\nDESCRIPTION:a\\nb\n'
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    alone = mail("text/calendar; method=REQUEST", event)
    assert alone.body.text == "Plan, now\n2024-03-05 09:00 – 2024-03-05 10:00 UTC\nRoom 7\nAnn B <ann@x.org>\n\na\nb"
    assert names(alone) == ["calendar.ics"]
    beside = mail("multipart/alternative; boundary=b", parts(text("Come!"), f"Content-Type: text/calendar\n\n{event}"))
    assert (beside.body.text, names(beside)) == ("Come!", ["calendar.ics"])


def test_enriched_text_alone():
    parsed = mail("text/enriched", "<bold>Now</bold> is <<the> time")
    assert parsed.body.text == "Now is <the> time"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed; boundary=b", "--b\n\nhello"),
        ("multipart/mixed; boundary=wrong", "--right\nContent-Type: text/plain\n\nhello\n--right--\n"),
        ("multipart/mixed", "--right\nContent-Type: text/plain\n\nhello\n--right--\n"),
        ("multipart/mixed", "hello"),
        ("multipart/mixed; boundary=b", "hello"),
        ('multipart/mixed; boundary=""', "hello"),
        ("multipart/mixed; boundary=b", "preamble\n--b  \n\nhello\n--b--  \nepilogue"),
        ("multipart/mixed; boundary=b", "--b\n--b\n\nhello\n--b--"),
        ("multipart/mixed; boundary=b", "--b\r\n\r\nhello\r\n--b--\r\n"),
        ("multipart/mixed; boundary=b", "--bb\n--b\n\nhello\n--b--\n"),
        ("multipart/mixed; boundary=b", "--b--\n--b\n\nhello\n--b--\n"),
    ],
)
def test_boundaries_that_are_missing_wrong_or_never_closed(content_type, body):
    assert mail(content_type, body).body.text.strip() == "hello"


def test_an_inner_multipart_that_is_never_closed():
    inner = "Content-Type: multipart/alternative; boundary=c\n\n--c\n\ninner"
    parsed = mail("multipart/mixed; boundary=b", parts(inner, text("outer")))
    assert (parsed.body.text, codes(parsed)) == ("inner\n\nouter", ["unclosed_multipart"])


def test_a_boundary_that_begins_like_another():
    inner = "Content-Type: multipart/alternative; boundary=bb\n\n" + parts(text("inner"), boundary="bb")
    assert mail("multipart/mixed; boundary=b", parts(inner, text("outer"))).body.text == "inner\n\nouter"


def test_a_multipart_encoded_as_a_whole():
    from base64 import encodebytes

    parsed = mail(
        "multipart/mixed; boundary=b", encodebytes(parts(text("hi")).encode()), "Content-Transfer-Encoding: base64"
    )
    assert parsed.body.text == "hi"


def test_signed_mail_shows_the_message_and_keeps_the_signature():
    signature = "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----"
    parsed = mail("multipart/signed; boundary=b; protocol=x", parts(text("hi"), signature))
    assert (parsed.body.text, names(parsed)) == ("hi", ["signature.asc"])


@pytest.mark.parametrize(
    ("content_type", "body", "kept"),
    [
        ("application/pkcs7-mime; name=smime.p7m", "MIAG", ["smime.p7m"]),
        (
            "multipart/encrypted; boundary=b",
            parts(
                "Content-Type: application/pgp-encrypted\n\nVersion: 1",
                file("encrypted.asc", kind="application/octet-stream"),
            ),
            ["file.pgp", "encrypted.asc"],
        ),
    ],
)
def test_encrypted_parts_are_kept_and_named(content_type, body, kept):
    parsed = mail(content_type, body)
    assert (names(parsed), codes(parsed)) == (kept, ["encrypted"])


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ("; smime-type=signed-data", "signed_opaque"),
        ("; smime-type=enveloped-data", "encrypted"),
        ("; name=a.p7c", None),
    ],
)
def test_smime_that_is_no_secret(parameters, problem):
    parsed = mail(f"application/pkcs7-mime{parameters}", "MIAG")
    assert (codes(parsed), len(parsed.attachments)) == ([problem] if problem else [], 1)


def test_long_texts_are_cut_and_attached_whole():
    parsed = mail("text/plain", "word " * 200_000)
    assert len(parsed.body.text) <= 500_000
    assert [each.size for each in parsed.attachments] == [1_000_000]
    assert "long_text" in codes(parsed)
