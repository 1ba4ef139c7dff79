"""Signed mail (RFC 1847, RFC 8551): what was signed, to the byte. Signatures are not checked here or anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from steward.channels.email.parsing.structure import Part

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2, RFC 5652 section 5.1
MAX_NESTED = 20

END, INTEGER, OCTETS, OBJECT, SEQUENCE, SET = 0x00, 0x02, 0x04, 0x06, 0x30, 0x31
OCTETS_IN_PIECES, EXPLICIT = 0x24, 0xA0


class Malformed(ValueError):
    """It is not the structure it should be."""


def signed_parts(root: Part) -> tuple[tuple[int, int], ...]:
    """Where the signed parts of `multipart/signed` lie in the message, each with its header: that is what was signed.

    Only the outermost: those inside are part of it. None where an encoding of the whole hides the place.
    """
    return tuple((part.begin, part.end) for part in _outermost(root) if part.raw is root.raw)


def _outermost(part: Part) -> Iterator[Part]:
    if part.content_type == "multipart/signed" and len(part.children) > 1:
        yield part.children[0]
        return
    for child in part.children:
        yield from _outermost(child)


def signed_content(wrapped: bytes) -> bytes | None:
    """The content of a CMS SignedData (RFC 5652 section 5) in DER or BER; None when it is anything else."""
    reader = _Reader(wrapped)
    try:
        reader.enter(SEQUENCE)
        if reader.value(OBJECT) != SIGNED_DATA:
            return None
        reader.enter(EXPLICIT)
        reader.enter(SEQUENCE)
        reader.value(INTEGER)
        reader.skip(SET)  # the digest algorithms
        reader.enter(SEQUENCE)
        reader.value(OBJECT)
        reader.enter(EXPLICIT)
        return reader.octets()
    except Malformed:
        return None


class _Reader:
    """Goes through BER (X.690) once, forwards; every step takes at least two bytes."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def enter(self, tag: int) -> None:
        """Step into a constructed value. Where it ends does not matter to those who read its beginning."""
        self._expected(tag)

    def value(self, tag: int) -> bytes:
        """A primitive value."""
        length = self._expected(tag)
        if length is None:
            raise Malformed("a primitive value without length")
        return self._taken(length)

    def skip(self, tag: int) -> None:
        """Pass over a value, whatever is in it."""
        length = self._expected(tag)
        if length is not None:
            self._taken(length)
            return
        depth = 1
        while depth:
            inner, length = self._head()
            if length is None:
                depth += 1
            elif inner == END and length == 0:
                depth -= 1
            else:
                self._taken(length)

    def octets(self) -> bytes:
        """An octet string, in one piece or, as long ones are streamed, in many."""
        tag, length = self._head()
        if tag == OCTETS and length is not None:
            return self._taken(length)
        if tag != OCTETS_IN_PIECES:
            raise Malformed("no octet string")
        pieces: list[bytes] = []
        ends = [self._end(length)]
        while ends:
            if ends[-1] is not None and self._at >= ends[-1]:
                ends.pop()
                continue
            tag, length = self._head()
            if tag == OCTETS and length is not None:
                pieces.append(self._taken(length))
            elif tag == OCTETS_IN_PIECES and len(ends) < MAX_NESTED:
                ends.append(self._end(length))
            elif tag == END and length == 0 and ends[-1] is None:
                ends.pop()
            else:
                raise Malformed("something else in an octet string")
        return b"".join(pieces)

    def _end(self, length: int | None) -> int | None:
        return None if length is None else self._at + length

    def _expected(self, tag: int) -> int | None:
        found, length = self._head()
        if found != tag:
            raise Malformed(f"tag {found:#x} instead of {tag:#x}")
        return length

    def _head(self) -> tuple[int, int | None]:
        """Tag and length; None for the length that only an end mark tells."""
        tag, first = self._taken(2)
        if first == 0x80:
            return tag, None
        return tag, first if first < 0x80 else int.from_bytes(self._taken(min(first & 0x7F, 8)), "big")

    def _taken(self, length: int) -> bytes:
        taken = self._raw[self._at : self._at + length]
        if len(taken) != length:
            raise Malformed("it ends early")
        self._at += length
        return taken
