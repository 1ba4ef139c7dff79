"""Archives stay as every program reads them while they are small, and hold what outgrows that."""

import io
from datetime import UTC, datetime
from secrets import token_bytes

import pyzipper

from steward.privacy.exports import packing
from steward.privacy.exports.packing import Member, packed
from steward.testing.archives import unpacked

AT = datetime(2026, 3, 10, tzinfo=UTC)
ZIP64 = 45  # the version that is needed to read a part of the larger form


def versions(members, **more):
    """The version that is needed for each part; all of it can be read back."""
    archive = b"".join(packed((Member(name, AT, len(text), [text]) for name, text in members), "x" * 30, **more))
    assert unpacked(archive, "x" * 30) == dict(members)
    with pyzipper.AESZipFile(io.BytesIO(archive)) as found:
        return [each.extract_version >= ZIP64 for each in found.infolist()]


def test_the_larger_form_begins_where_the_archive_may_outgrow_the_other(monkeypatch):
    small, large = [("a", b"1"), ("b", b"2")], ("c", b"0" * 5000)
    assert versions([*small, large]) == [False, False, False]
    assert versions(small, is_large=True) == [True, True]
    monkeypatch.setattr(packing, "_LARGE", 4000)
    assert versions([*small, large, ("d", b"4")]) == [False, False, True, False], "it became no large archive by that"


def test_so_it_does_where_files_before_have_filled_it(monkeypatch):
    monkeypatch.setattr(packing, "_LARGE", 900_000)
    assert versions([(f"{number}", token_bytes(200_000)) for number in range(6)]) == [False] * 4 + [True] * 2


def test_and_where_there_are_very_many(monkeypatch):
    monkeypatch.setattr(packing, "_MANY", 2)
    assert versions([(f"{number}", b"x") for number in range(4)]) == [False, False, True, True]
