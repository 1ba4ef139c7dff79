"""What a link carries names the row it was made for, and is good for nothing else."""

from uuid import UUID

import pytest

from steward.lib.signed_ids import id_signed, signed

ABOUT, KEY = UUID(int=7), b"what it is for"


def test_what_was_signed_is_found_again():
    token = signed(ABOUT, KEY)
    assert len(token) == 43
    assert id_signed(token, KEY) == ABOUT


@pytest.mark.parametrize(
    "token",
    ["", "é" * 43, "A" * 43, signed(ABOUT, KEY)[:-1], signed(ABOUT, KEY) + "A", "B" + signed(ABOUT, KEY)[1:],
     signed(ABOUT, b"something else"), signed(UUID(int=8), KEY)[:22] + signed(ABOUT, KEY)[22:]],
)  # fmt: skip
def test_what_was_made_up_is_not(token):
    assert id_signed(token, KEY) is None
