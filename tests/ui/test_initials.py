"""Stand-ins for a face, in the scripts people write their names in."""

import pytest

from steward.ui.initials import TINTS, initials, tint


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Eli Aronsen", "EA"),
        ("Ada King Lovelace", "AL"),
        ("ben", "B"),
        ("eli.aronsen@example.com", "EA"),
        ("info@example.com", "I"),
        ("Nguyễn Thu Hà", "NH"),
        ("E\u0301mile Zola", "ÉZ"),
        ("Ørsted Åse", "ØÅ"),
        ("ßigrid Vik", "ßV"),
        ("ليلى الخطيب", "ل"),
        ("田中太郎", "田"),
        ("김 민수", "김"),
        ("สมชาย ใจดี", "ส"),
        ("कमल मिश्र", "कमि"),
        ("Иван Петров", "ИП"),
        ("דנה לוי", "דל"),
        ('"Dr." (Eli) Aronsen', "DA"),
        ("🎉 party", "P"),
        ("4 Seasons", "4S"),
        ("", "?"),
        ("…", "?"),
        ("@", "?"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_a_tint_is_the_same_for_the_same_person_and_within_range():
    assert tint("Eli@Example.com ") == tint("eli@example.com")
    assert {tint(f"person {number}") for number in range(200)} == set(range(1, TINTS + 1))
