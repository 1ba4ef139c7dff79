import time

import pytest

from steward.channels.email.parsing.addresses import read_addresses


def read(text: str | bytes, hint: str = "") -> list[tuple[str, str]]:
    raw = text if isinstance(text, bytes) else text.encode()
    return [(each.name, each.email) for each in read_addresses([raw], hint=hint)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("eli@example.com", [("", "eli@example.com")]),
        ("<eli@example.com>", [("", "eli@example.com")]),
        ("Eli Stone <eli@example.com>", [("Eli Stone", "eli@example.com")]),
        ('"Stone, Eli" <eli@example.com>', [("Stone, Eli", "eli@example.com")]),
        (r'"Eli \"Ace\" Stone" <eli@example.com>', [('Eli "Ace" Stone', "eli@example.com")]),
        ("'Eli Stone' <eli@example.com>", [("Eli Stone", "eli@example.com")]),
        ("Stone, Eli <eli@example.com>", [("Stone, Eli", "eli@example.com")]),
        ("eli@example.com (Eli Stone)", [("Eli Stone", "eli@example.com")]),
        ("Robot <r@example.com> (not read)", [("Robot", "r@example.com")]),
        ("a@x.org, B <b@x.org>,,c@x.org", [("", "a@x.org"), ("B", "b@x.org"), ("", "c@x.org")]),
        ("a@x.org; b@x.org", [("", "a@x.org"), ("", "b@x.org")]),
        ("A <a@x.org> B <b@x.org>", [("A", "a@x.org"), ("B", "b@x.org")]),
        ("Team: Ann <ann@x.org>, bob@x.org;", [("Ann", "ann@x.org"), ("", "bob@x.org")]),
        ("undisclosed-recipients:;", []),
        ("<undisclosed-recipients:;>", []),
        ("Note: Urgent <a@x.org>", [("Note: Urgent", "a@x.org")]),
        ("<@relay.org,@other.org:eli@example.com>", [("", "eli@example.com")]),
        ("mailto:eli@example.com", [("", "eli@example.com")]),
        ("<mailto:eli@example.com>", [("", "eli@example.com")]),
        ("Eli Stone eli@example.com", [("Eli Stone", "eli@example.com")]),
        ("MAILER-DAEMON (Mail System)", [("Mail System", "MAILER-DAEMON")]),
        ("Just A Name", [("Just A Name", "")]),
        ('"Shop " <>, "Sales" <sales@x.org>', [("Shop", ""), ("Sales", "sales@x.org")]),
        ('"john smith"@x.org', [("", '"john smith"@x.org')]),
        ("<two words@x.org>", [("", "two words@x.org")]),
        ("<jd@machine(comment). example>", [("", "jd@machine.example")]),
        ("Eli <eli@example.com", [("Eli", "eli@example.com")]),
        ("", []),
        (",;<>", []),
    ],
)
def test_addresses_as_people_write_them(written, expected):
    assert read(written) == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("=?utf-8?q?J=C3=BCrgen?= <j@x.org>", "Jürgen"),
        ('"=?utf-8?q?J=C3=BCrgen?=" <j@x.org>', "Jürgen"),
        ("=?iso-8859-1?Q?M=FCller=2C_Ann?= <j@x.org>", "Müller, Ann"),
        ("=?iso-8859-1?Q?M=FCller,_Ann?= <j@x.org>", "Müller, Ann"),
        ("=?utf-8?b?5bGx55Sw?= =?utf-8?b?5aSq6YOO?= <j@x.org>", "山田太郎"),
        ("j@x.org (=?utf-8?q?J=C3=BCrgen?=)", "Jürgen"),
    ],
)
def test_encoded_names(written, name):
    assert [each[0] for each in read(written)] == [name]


def test_raw_bytes_in_names_are_utf8_else_the_charset_of_the_mail_else_western():
    assert read("Jürgen <j@x.org>".encode()) == [("Jürgen", "j@x.org")]
    assert read("Jürgen <j@x.org>".encode("latin-1")) == [("Jürgen", "j@x.org")]
    assert read("岡本 <j@x.org>".encode("cp932"), hint="shift_jis") == [("岡本", "j@x.org")]


@pytest.mark.parametrize(
    "unit", ["=?", '"\\"', "a:", "(", '("', "<", '"', "\\", "a@b.c,", "=?utf-8?q?a", "a ", "a@", "@", "a,"]
)
def test_time_is_linear(unit):
    started = time.process_time()
    read_addresses([(unit * 20_000).encode()])
    assert time.process_time() - started < 2
