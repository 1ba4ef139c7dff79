"""Fields of addressees, whole and half typed, without somebody."""

import pytest

from steward.tickets.addressees import Addressees

ELI = ("eli@example.org",)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Eli Berg <eli@example.org>, farah@example.net", "farah@example.net"),
        ("farah@example.net, ELI@Example.org", "farah@example.net"),
        ('"Berg, Eli" <eli@example.org>, Zoë Ładna <zoe@example.net>', '"Zoë Ładna" <zoe@example.net>'),
        ("Eli <eli@example.org>", ""),
        ("Eli <eli@example.org", ""),
        ("joeli@example.org, eli@example.org.uk", "joeli@example.org, eli@example.org.uk"),
        ("", ""),
    ],
)
def test_somebody_is_taken_out(text, rest):
    assert Addressees(text).without(ELI) == rest


def test_who_is_alone_in_a_field():
    assert Addressees("Eli <eli@example.org>").are_all_among(ELI)
    assert not Addressees("eli@example.org, farah@example.net").are_all_among(ELI)
    assert not Addressees("").are_all_among(ELI)
