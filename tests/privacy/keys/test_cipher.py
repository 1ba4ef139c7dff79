"""Encrypted values and files: nothing of them can be changed, cut, reordered or moved."""

import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.ids import new_id
from steward.privacy.keys import store
from steward.privacy.keys.cipher import decrypt, encrypt
from steward.privacy.keys.errors import Tampered
from steward.privacy.keys.streaming import FRAME_BYTES, EncryptingWriter, decrypt_chunks, plaintext_bytes

HEADER = 17
FRAME = FRAME_BYTES + 16
SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES, 3 * FRAME_BYTES + 5]


def test_the_same_text_never_looks_the_same(account: UUID) -> None:
    blobs = {encrypt(account, b"again", context="c") for _ in range(50)}
    assert len(blobs) == 50
    assert {len(blob) for blob in blobs} == {1 + 12 + 5 + 16}
    assert not any(b"again" in blob for blob in blobs)


def test_a_value_opens_only_where_it_was_stored(account: UUID) -> None:
    other = new_id()
    store.create_account_key(other)
    blob = encrypt(account, b"secret", context="t.c:1")
    assert decrypt(account, blob, context="t.c:1") == b"secret"
    for owner, context in [(account, "t.c:2"), (account, "t.c:"), (other, "t.c:1")]:
        with pytest.raises(Tampered):
            decrypt(owner, blob, context=context)


def test_every_flipped_bit_is_noticed(account: UUID) -> None:
    blob = encrypt(account, b"secret", context="c")
    for position in range(len(blob)):
        changed = bytearray(blob)
        changed[position] ^= 0x10
        with pytest.raises(Tampered):
            decrypt(account, bytes(changed), context="c")


def test_every_cut_is_noticed(account: UUID) -> None:
    blob = encrypt(account, b"secret", context="c")
    for end in range(len(blob)):
        with pytest.raises(Tampered):
            decrypt(account, blob[:end], context="c")


def sealed(account: UUID, plaintext: bytes, context: str = "files:1") -> bytes:
    file = io.BytesIO()
    with EncryptingWriter(account, file, context=context) as writer:
        writer.write(plaintext)
    return file.getvalue()


def opened(account: UUID, stored: bytes, context: str = "files:1") -> bytes:
    return b"".join(decrypt_chunks(account, io.BytesIO(stored), context=context))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_back(account: UUID, size: int) -> None:
    plaintext = bytes(range(256)) * (size // 256 + 1)
    stored = sealed(account, plaintext[:size])
    assert opened(account, stored) == plaintext[:size]
    assert plaintext_bytes(len(stored)) == size


@given(pieces=st.lists(st.binary(max_size=FRAME_BYTES), max_size=5))
def test_how_a_file_was_written_makes_no_difference(shared_account: UUID, pieces: list[bytes]) -> None:
    file = io.BytesIO()
    with EncryptingWriter(shared_account, file, context="c") as writer:
        for piece in pieces:
            assert writer.write(piece) == len(piece)
    assert opened(shared_account, file.getvalue(), "c") == b"".join(pieces)


class Dripping(io.BytesIO):
    """Gives at most 1,000 bytes a read, as pipes and object stores do."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 1000) if size and size > 0 else 1000)


def test_short_reads_are_put_together(account: UUID) -> None:
    plaintext = b"x" * (FRAME_BYTES * 2 + 9)
    stored = Dripping(sealed(account, plaintext))
    assert b"".join(decrypt_chunks(account, stored, context="files:1")) == plaintext


@pytest.mark.parametrize("size", SIZES)
def test_a_cut_file_is_noticed(account: UUID, size: int) -> None:
    stored = sealed(account, b"y" * size)
    frames = range(HEADER, len(stored), FRAME)
    for end in {
        0,
        1,
        HEADER - 1,
        *frames,
        *(start + 16 for start in frames if start + 16 < len(stored)),
        len(stored) - 1,
    }:
        with pytest.raises(Tampered):
            opened(account, stored[:end])


@pytest.mark.parametrize("size", SIZES)
def test_something_added_is_noticed(account: UUID, size: int) -> None:
    stored = sealed(account, b"y" * size)
    for addition in (b"\0", stored[HEADER:], stored):
        with pytest.raises(Tampered):
            opened(account, stored + addition)


def test_reordered_repeated_and_dropped_frames_are_noticed(account: UUID) -> None:
    stored = sealed(account, b"a" * FRAME_BYTES + b"b" * FRAME_BYTES + b"c")
    header, first, second, last = (
        stored[:HEADER],
        *(stored[HEADER + i * FRAME : HEADER + (i + 1) * FRAME] for i in range(3)),
    )
    for frames in ([second, first, last], [first, first, last], [first, last], [second, last], [first, second], [last]):
        with pytest.raises(Tampered):
            opened(account, b"".join([header, *frames]))


def test_frames_of_another_file_do_not_fit(account: UUID) -> None:
    one, two = sealed(account, b"a" * 100), sealed(account, b"b" * 100)
    for mixed in (one[:HEADER] + two[HEADER:], two[:HEADER] + one[HEADER:]):
        with pytest.raises(Tampered):
            opened(account, mixed)


def test_a_file_opens_only_under_its_own_name_and_account(account: UUID) -> None:
    other = new_id()
    store.create_account_key(other)
    stored = sealed(account, b"a")
    for owner, context in [(account, "files:2"), (other, "files:1")]:
        with pytest.raises(Tampered):
            opened(owner, stored, context)


def test_a_value_is_no_file_and_a_file_no_value(account: UUID) -> None:
    with pytest.raises(Tampered):
        opened(account, encrypt(account, b"x" * 100, context="files:1"))
    with pytest.raises(Tampered):
        decrypt(account, sealed(account, b"x" * 100), context="files:1")


def test_what_an_error_interrupted_does_not_open(account: UUID) -> None:
    file = io.BytesIO()
    with pytest.raises(ZeroDivisionError), EncryptingWriter(account, file, context="c") as writer:
        writer.write(b"x" * FRAME_BYTES)
        raise ZeroDivisionError
    with pytest.raises(Tampered):
        opened(account, file.getvalue(), "c")
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")


@pytest.mark.parametrize("stored", [0, 16, HEADER, HEADER + 15, HEADER + FRAME, HEADER + FRAME + 15])
def test_impossible_sizes_are_noticed(stored: int) -> None:
    with pytest.raises(Tampered):
        plaintext_bytes(stored)
