"""What the database leaves out names nobody: its patterns find all that the pattern of a redaction finds."""

import re
from unittest import mock

import pytest

from steward.lib.redacting import UNSEEN, pattern_of
from steward.privacy.mentions.narrowing import like


def matches(pattern, text):
    """As `LIKE` does with a text in lower case."""
    wild = {"%": ".*", "_": "."}
    parts = re.findall(r"\\(.)|(.)", pattern, re.DOTALL)
    body = "".join(re.escape(quoted) if quoted else wild.get(one, re.escape(one)) for quoted, one in parts)
    return bool(re.fullmatch(body, text.lower(), re.DOTALL))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Eli Brandt", "asks for ELI\n> BRANDT."),
        ("Zoë Łukasz", "Zoe\u0308 Łukasz"),  # the accent after the letter
        ("Yilmaz Demir", "Yılmaz Demir"),
        ("Anna Schmidt", "An\u00adna Schm\u200bidt"),
        ("eli_99%@example.org", "ELI_99%@EXAMPLE.ORG"),
        ("room 12", "room ١٢"),
        ("+48 22 123 45 67", "+48 (22) 1234567"),
        ("Νίκος Παππάς", "ΝΊΚΟΣ ΠΑΠΠΆΣ"),
        ("İnci Şen", "İNCI ŞEN"),
        ("Иван Йорданов", "ИВАН ЙОРДАНОВ"),
        ("محمد علي", "كتب محمد علي"),
        ("김 민준", "김\n민준"),
    ],
)
def test_what_the_pattern_finds_is_not_left_out(name, text):
    assert pattern_of([name]).search(text), "else this case says nothing"
    assert matches(like(name), text.translate(str.maketrans("", "", UNSEEN)))


def test_where_the_database_knows_ascii_alone_other_letters_are_any():
    capitals = mock.Mock(lower=lambda: "ПЕТРОВА")  # as such a database has them
    assert matches(like("Петрова", is_ascii_alone=True), capitals)
    assert not matches(like("Петрова"), capitals)


def test_most_texts_are_left_out():
    assert not matches(like("Eli Brandt"), "Brand new lamps for Eli")
    assert not matches(like("eli@example.org"), "eli@example.net")
