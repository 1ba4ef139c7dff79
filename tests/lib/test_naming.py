"""Whether a text names somebody else."""

import time

import pytest

from steward.lib.naming import names_others

OWN = {"eli@example.org"}


@pytest.mark.parametrize(
    ("text", "is_about_others"),
    [
        ("Call Eli back.", False),
        ("See eli@example.org.", False),
        ("See Eli@Example.ORG, please", False),
        ("Ask (boss@example.org).", True),
        ("<farah@example.net> wrote", True),
        ("neli@example.org", True),
        ("Met FARAH nasser today", True),
        ("at 5 @ the office", False),
        ("", False),
    ],
)
def test_addresses_and_names(text, is_about_others):
    assert names_others(text, OWN, ["Farah Nasser", "Bo"]) is is_about_others


def test_a_name_of_two_letters_is_in_too_many_words():
    assert not names_others("A book about bo", OWN, ["Bo"])


@pytest.mark.parametrize("text", ["QUJD" * 50_000, "a@" * 50_000, "a." * 100_000, "@." * 50_000])
def test_the_time_grows_with_the_length_and_not_with_its_square(text):
    """A file in Base64 that somebody pasted must not keep an export from being made."""
    began = time.process_time()
    names_others(text, OWN, ["Farah Nasser"])
    assert time.process_time() - began < 1
