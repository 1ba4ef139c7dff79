import pytest

from steward.channels.email.parsing import parse_mail
from steward.channels.email.parsing.headers import read_headers, read_structured
from steward.channels.email.parsing.words import decode_words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?UTF-8?B?Y2Fmw6k=?=", "café"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("x=?utf-8?q?a?=y", "xay"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),  # one character cut in two
        ("=?utf-8?b?w6nDq?= =?utf-8?b?Q==?=", "éé"),  # base64 cut inside a quantum
        ("=?utf-8?b?Y2Fmw6k?=", "café"),  # padding missing
        ("=?utf-8?q?with space?=", "with space"),
        ("=?utf-8?q?under_score?=", "under score"),
        ("=?utf-8?q?Why?=20me?=", "Why? me"),
        ("=?utf-8?q?cut =C3=A9", "cut é"),
        ("=?utf-8*en?q?tagged?=", "tagged"),
        ("=?utf-8?q??=", ""),
        ("=?iso-8859-1?q?=80?=", "€"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?b?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("=?x-nonsense?q?caf=C3=A9?=", "café"),
        ("=?utf-8?x?no?=", "=?utf-8?x?no?="),
        ("a =? b", "a =? b"),
        ("=?utf-8?q?nul=00?=", "nul"),
        ("=?utf-7?q?+2D0-?=", ""),  # half a surrogate pair
    ],
)
def test_encoded_words(written, read):
    assert decode_words(" ".join(written.split())) == read


@pytest.mark.parametrize(
    ("written", "value", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT/Plain; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('text/plain; charset="utf-8" (comment)', "text/plain", {"charset": "utf-8"}),
        ("text/plain; name=my file.txt; x=1", "text/plain", {"name": "my file.txt", "x": "1"}),
        (r'a/b; name="a \"b\" ; c"', "a/b", {"name": 'a "b" ; c'}),
        (r'a/b; name="C:\dir\file.txt"', "a/b", {"name": r"C:\dir\file.txt"}),
        ('a/b; name="=?utf-8?q?=C3=A9.txt?="', "a/b", {"name": "é.txt"}),
        ("a/b; name*=utf-8''%C3%A9.txt", "a/b", {"name": "é.txt"}),
        ("a/b; name*=iso-8859-1'de'%E9.txt", "a/b", {"name": "é.txt"}),
        ("a/b; name*0=long-; name*1=name.txt", "a/b", {"name": "long-name.txt"}),
        ("a/b; name*1=b; name*0=a", "a/b", {"name": "ab"}),
        ("a/b; name*0*=utf-8''%C3%A9; name*1=%20; name*2*=%20.txt", "a/b", {"name": "é%20 .txt"}),
        ("a/b; name*0*=utf-8''%C3; name*1*=%A9.txt", "a/b", {"name": "é.txt"}),
        ("a/b; name=plain.txt; name*=utf-8''better.txt", "a/b", {"name": "better.txt"}),
        ("a/b; name*=no-charset.txt", "a/b", {"name": "no-charset.txt"}),
        ('a/b; name="unclosed.txt', "a/b", {"name": "unclosed.txt"}),
        ("a/b; ; =; name=x", "a/b", {"name": "x"}),
        ("", "", {}),
    ],
)
def test_parameters(written, value, parameters):
    assert read_structured(written.encode()) == (value, parameters)


def test_raw_bytes_in_parameters_are_read_in_the_charset_of_the_mail():
    assert read_structured("a/b; name=é.txt".encode())[1] == {"name": "é.txt"}
    assert read_structured("a/b; name=你好.txt".encode("gb18030"), "gb2312")[1] == {"name": "你好.txt"}


@pytest.mark.parametrize(
    ("raw", "fields", "body", "problem"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", {"a": b"1", "b": b"2"}, b"body", ""),
        (b"A: 1\nB: 2\n\nbody", {"a": b"1", "b": b"2"}, b"body", ""),
        (b"A: 1\n\tfolded\nB : 2\n\n", {"a": b"1 folded", "b": b"2"}, b"", ""),
        (b"\nbody only", {}, b"body only", ""),
        (b"A: 1", {"a": b"1"}, b"", ""),
        (b"From x@y Mon\nA: 1\n\nbody", {"a": b"1"}, b"body", ""),
        (b"A: 1\nno empty line\nhere", {"a": b"1"}, b"no empty line\nhere", "headers_end_early"),
        (b"A: 1\nlost indent\nSubject: 2\n\nb", {"a": b"1 lost indent", "subject": b"2"}, b"b", "bad_header_line"),
        (b"---- junk ----\nSubject: 2\n\nb", {"subject": b"2"}, b"b", "bad_header_line"),
        (b"just text", {}, b"just text", "headers_end_early"),
    ],
)
def test_blocks(raw, fields, body, problem):
    headers, start, found = read_headers(raw, 0, len(raw))
    assert ({name: values[0] for name, values in headers.fields.items()}, raw[start:], found) == (fields, body, problem)


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        (b"<a@b>", ("a@b",)),
        (b"<a@b> <c@d>\r\n <a@b>", ("a@b", "c@d")),
        (b"bare@id", ("bare@id",)),
        (b"Message of Eli <eli@x.org> on Monday", ("eli@x.org",)),
        (b"<broken\r\n @id>", ("broken@id",)),
        (b"your letter", ()),
        (b"<>", ()),
    ],
)
def test_ids(written, ids):
    assert parse_mail(b"From: a@b.c\r\nIn-Reply-To: " + written + b"\r\n\r\n").in_reply_to == ids


def test_the_likeliest_candidate_comes_first():
    mail = parse_mail(b"In-Reply-To: <c@x>\nReferences: <a@x> <b@x> <c@x>\nMessage-ID: <d@x>\n\n")
    assert (mail.message_id, mail.candidate_ids) == ("d@x", ("c@x", "b@x", "a@x"))


def test_very_many_references_keep_the_first_and_the_last():
    mail = parse_mail(b"References: " + b" ".join(b"<%d@x>" % n for n in range(1000)) + b"\n\n")
    assert (len(mail.references), mail.references[0], mail.references[-1]) == (200, "0@x", "999@x")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mon, 20 Aug 2018 18:21:59 -0400", "2018-08-20T22:21:59+00:00"),
        ("20 Aug 2018 18:21:59 +0000 (UTC)", "2018-08-20T18:21:59+00:00"),
        ("Mon, 20 Aug 2018 18:21:59", "2018-08-20T18:21:59+00:00"),
        ("Mon, 20 Aug 18 18:21 GMT", "2018-08-20T18:21:00+00:00"),
    ],
)
def test_dates(written, expected):
    date = parse_mail(f"Date: {written}\n\n".encode()).date
    assert date is not None
    assert date.isoformat() == expected


@pytest.mark.parametrize(
    "written", ["Wed, 05 Sep 2018 29:24:05 +0700", "yesterday", "1 Jan 99999 00:00:00 +0000", "," * 99]
)
def test_dates_that_are_none(written):
    mail = parse_mail(f"From: a@b.c\nDate: {written}\n\n".encode())
    assert (mail.date, [problem.code for problem in mail.problems]) == (None, ["bad_date"])


@pytest.mark.parametrize(
    ("headers", "email"),
    [
        (b"From: A <a@x.org>\nReply-To: r@x.org\n", "a@x.org"),
        (b'From: "A" <>\nReply-To: <r@x.org>\n', "r@x.org"),
        (b"From: A Name\nSender: s@x.org\n", "s@x.org"),
        (b"From: A Name\nReturn-Path: <p@x.org>\n", "p@x.org"),
        (b"From: MAILER-DAEMON\nReply-To: r@x.org\n", "MAILER-DAEMON"),
        (b'From: "Shop" <>, "Sales" <sales@x.org>\n', "sales@x.org"),
        (b"From: a@x.org\nFrom: b@x.org\n", "a@x.org"),
    ],
)
def test_who_wrote_it(headers, email):
    sender = parse_mail(headers + b"\nbody").from_
    assert sender is not None
    assert sender.email == email


def test_several_and_missing_senders_are_named():
    assert [each.code for each in parse_mail(b"From: a@x.org, b@x.org\n\n").problems] == ["several_senders"]
    assert [each.code for each in parse_mail(b"Subject: x\n\n").problems] == ["no_sender"]


def test_envelope_recipients_that_servers_noted():
    raw = b"Delivered-To: A@x.org\nX-Original-To: b@x.org\nEnvelope-To: c@x.org, d@x.org\nDelivered-To: b@x.org\n\n"
    assert parse_mail(raw).delivered_to == ("a@x.org", "b@x.org", "c@x.org", "d@x.org")


def test_the_other_fields():
    raw = (
        b"From: A <a@x.org>\nSender: s@x.org\nTo: t@x.org\nCc: Team: c@x.org;\nReply-To: r@x.org\n"
        b"Subject: Two\n  words\n"
        b"List-Id: The list <list.x.org>\nX-Steward-Loop: token\nReturn-Path: <p@x.org>\n"
        b"Authentication-Results: mx; spf=pass\nAuthentication-Results: mx2; dkim=fail\n\n"
    )
    mail = parse_mail(raw)
    assert mail.subject == "Two words"
    assert mail.sender is not None
    assert mail.sender.email == "s@x.org"
    assert [each.email for each in (*mail.to, *mail.cc, *mail.reply_to)] == ["t@x.org", "c@x.org", "r@x.org"]
    assert (mail.list_id, mail.our_mark, mail.return_path) == ("list.x.org", "token", "p@x.org")
    assert mail.authentication_results == ("mx; spf=pass", "mx2; dkim=fail")


def test_a_byte_order_mark_and_empty_lines_before_the_headers():
    assert parse_mail(b"\xef\xbb\xbfSubject: x\n\n").subject == "x"
    assert parse_mail(b"\r\n\r\nSubject: x\r\n\r\n").subject == "x"


def test_a_mail_with_carriage_returns_only():
    mail = parse_mail(b"Subject: x\rFrom: a@b.c\r\rfirst\rsecond")
    assert (mail.subject, mail.body.text) == ("x", "first\nsecond")
