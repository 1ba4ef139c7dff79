"""Heads of mails without somebody; all else to the byte."""

import pytest

from steward.outbox.unaddressing import without_addressees

REST = b"Subject: Lamps\r\nX-To: eli@example.org\r\n\r\nTo: eli@example.org\r\nin the body\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"To: farah@example.net\r\nCc: Eli Berg <eli@example.org>\r\n", b"To: farah@example.net\r\n"),
        (b"To: farah@example.net,\r\n Eli <Eli@example.org>\r\n", b"To: farah@example.net\r\n"),
        (b"To: =?utf-8?q?Eli_B=C3=A5rg?= <eli@example.org>, a@b.example\r\n", b"To: a@b.example\r\n"),
        (b"To: farah@example.net\r\n", b"To: farah@example.net\r\n"),
    ],
)
def test_somebody_is_taken_off_the_head(before, after):
    assert without_addressees(before + REST, {"eli@example.org"}) == after + REST
