"""What is found in texts, and what only looks like it."""

import time

import pytest

from steward.lib.secrets_in_text import secrets_in
from steward.lib.sensitive import Kind, kind_of, spots

# Numbers that issuers publish for trying things out, and the examples of the registry of IBANs.
FOUND = [
    ("card", "4111111111111111"),
    ("card", "4111 1111 1111 1111"),
    ("card", "4111-1111-1111-1111"),
    ("card", "5500\u00a00000\u00a00000\u00a00004"),
    ("card", "2223003122003222"),
    ("card", "3782 822463 10005"),
    ("card", "30569309025904"),
    ("card", "6011000990139424"),
    ("card", "3530111333300000"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "DE89370400440532013000"),
    ("iban", "GB29 NWBK 6016 1331 9268 19"),
    ("iban", "gb29nwbk60161331926819"),
    ("iban", "NO93 8601 1117 947"),
    ("iban", "PL61 1090 1014 0000 0712 1981 2874"),
    ("iban", "LV80 BANK 0000 4351 9500 1"),
    ("iban", "DK50 0040 0440 1162 43"),
    ("iban", "MT84MALT011000012345MTLCAST001S"),
    ("phone", "+49 30 901820"),
    ("phone", "+1 (555) 010-4477"),
    ("phone", "+4512345678"),
    ("phone", "0049 30 901820"),
    ("phone", "030/9018200"),
    ("phone", "030 12 3456"),
    ("phone", "(030) 9018 200"),
    ("phone", "0171-1234567"),
    ("phone", "(555) 010-4477"),
    ("phone", "555-010-4477"),
    ("phone", "+84 24 3825 3829"),
    ("identity", "44051401359"),  # PESEL
    ("identity", "010100-1234"),  # CPR
    ("identity", "161175-19997"),  # personas kods
    ("identity", "320012-34567"),
    ("identity", "37605030299"),  # isikukood
    ("identity", "811228-9874"),  # personnummer
    ("identity", "131052-308T"),  # henkilötunnus
    ("identity", "86095742719"),  # steuerliche Identifikationsnummer
    ("identity", "12345678Z"),  # DNI
    ("identity", "85.07.30-033.28"),  # rijksregisternummer
    ("identity", "AB 12 34 56 C"),
    ("identity", "078-05-1120"),
    ("identity", "RSSMRA85T10A562S"),
    ("secret", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    ("secret", "AKIAIOSFODNN7EXAMPLE"),
    ("email", "eli@example.org"),
    ("email", "Eli.Berg+desk@mail.example.co.uk"),
    ("email", "żółw@przykład.pl"),
]
WRONG = [
    ("card", "4111 1111 1111 1112"),  # the check digit
    ("card", "4111 1111 1111 111"),  # a digit short
    ("card", "4111 1111 1111 1111 1"[::-1]),
    ("card", "1234567890123452"),  # nobody issues these
    ("card", "0000 0000 0000 0000"),
    ("iban", "DE89 3704 0044 0532 0130 01"),  # the check digits
    ("iban", "DE89 3704 0044 0532 0130 0"),  # a digit short
    ("iban", "DE89 3704 0044 0532 0130 000"),  # a digit long
    ("iban", "XX89 3704 0044 0532 0130 00"),  # no country
    ("iban", "DE89  3704 0044 0532 0130 00"),  # two blanks
]
NOT_FOUND = [
    "2026-11-22",
    "22.11.2026",
    "01-02-2026",
    "01/02/2026 10:30",
    "2026-11-22T10:05:00",
    "10:05:30",
    "192.168.10.21",
    "KXQ-40321",
    "order 100200300",
    "44051401358",
    "311300-1234",
    "invoice 12345678901",
    "tracking 1Z999AA10123456784",
    "12345678A",
    "password",
    "the password is long",
    "1.234.567,89",
    "EUR 12,500.00",
    "ISBN 978-3-16-148410-0",
    "v1.2.3",
    "eli@localhost",
    "@example.org",
    "eli at example.org",
    "0 apples",
    "+49",
]


@pytest.mark.parametrize(("kind", "words"), FOUND)
@pytest.mark.parametrize("around", ["{}", "It is {}.", "({})", "nr:\n{}\nthanks", "{}, please", "«{}»"])
def test_found(kind, words, around):
    text = around.format(words)
    assert [(text[spot.start : spot.end], spot.kind) for spot in spots(text)] == [(words, Kind(kind))]


@pytest.mark.parametrize(("kind", "words"), FOUND)
@pytest.mark.parametrize("around", ["x {} 12/27", "12 {} ab"])
def test_numbers_with_check_digits_are_found_among_others(kind, words, around):
    text = around.format(words)
    if kind in {"card", "iban"}:
        assert (words, kind) in [(text[spot.start : spot.end], spot.kind) for spot in spots(text)]


@pytest.mark.parametrize(("kind", "words"), WRONG)
def test_wrong_numbers_are_none(kind, words):
    assert kind not in [spot.kind for spot in spots(words)]


@pytest.mark.parametrize("words", NOT_FOUND)
def test_not_found(words):
    assert [words[spot.start : spot.end] for spot in spots(words)] == []


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Password: correct-horse.", "correct-horse", "secret"),
        ("hasło = Zażółć9!", "Zażółć9", "secret"),
        ("كلمة المرور: sesame42", "sesame42", "secret"),
        ("my passport no. C01X00T47", "C01X00T47", "identity"),
        ("CCCD số 001099012345", "001099012345", "identity"),
        ("بطاقتي ٤١١١ ١١١١ ١١١١ ١١١١ شكرا", "٤١١١ ١١١١ ١١١١ ١١١١", "card"),
        ("4111\u00ad1111\u20111111\u20091111", "4111\u00ad1111\u20111111\u20091111", "card"),
    ],
)
def test_found_by_what_stands_before_it_or_in_other_scripts(text, words, kind):
    assert [(text[spot.start : spot.end], spot.kind) for spot in spots(text)] == [(words, Kind(kind))]


def test_several_in_one_text():
    text = "Card 4111 1111 1111 1111 (or 5500000000000004), call +49 30 901820, write to eli@example.org."
    assert [spot.kind for spot in spots(text)] == [Kind.CARD, Kind.CARD, Kind.PHONE, Kind.EMAIL]


def test_what_words_are_as_a_whole():
    assert kind_of(" 4111 1111 1111 1111\n") == Kind.CARD
    assert kind_of("card 4111 1111 1111 1111") is None
    assert kind_of("Eli Berg") is None


@pytest.mark.parametrize(
    "text", ["1 " * 50_000, "4" * 100_000, "+4 " * 50_000, "DE89 " * 30_000, "a@" * 50_000, "1-" * 50_000, "٤" * 50_000]
)
def test_long_texts_take_little_time(text):
    before = time.process_time()
    spots(text)
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----" * 40_000,
        "eyJ-" * 300_000,
        "eyJaaaaaaaaaa." * 80_000,
        "a:bcde " * 150_000,
        ":" * 1_000_000,
    ],
)
def test_what_is_made_to_be_slow_is_read_in_time(text):
    """A megabyte of each; where every letter begins a search of thousands it takes minutes."""
    before = time.process_time()
    list(secrets_in(text))
    assert time.process_time() - before < 15


def test_keys_of_many_lines_and_tokens_of_three_parts():
    key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"
    text = f"-----BEGIN PRIVATE KEY-----{'x' * 8_001}{key} and {key}, API key is: {token}."
    assert [text[start:end] for start, end in secrets_in(text)] == [key, key, token]
