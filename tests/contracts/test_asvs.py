"""Each ASVS 5.0 requirement of our chapters is kept by a test, or `docs/security/asvs.csv` says why not."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ITEMS = [
    tuple(line.split())
    for line in (Path(__file__).parent / "asvs_items.txt").read_text().splitlines()
    if not line.startswith("#")
]


@cache
def told():
    """The lines of the table by the id of the requirement."""
    with (ROOT / "docs/security/asvs.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == len({row["id"] for row in rows}), "a requirement stands twice"
    return {row["id"]: row for row in rows}


@cache
def names_in(path):
    """The tests and their classes in a file."""
    return set(re.findall(r"^\s*(?:async )?(?:def|class) (\w+)", (ROOT / path).read_text(), flags=re.MULTILINE))


def test_nothing_stands_there_that_is_no_requirement():
    assert told().keys() == {item for item, _level in ITEMS}


@pytest.mark.parametrize(("item", "level"), ITEMS)
def test_it_is_kept_by_a_test_or_says_why_not(item, level):
    row = told()[item]
    assert row["level"] == level
    assert row["kept_by"] in {"test", "reason", "later"}
    assert row["where"].strip(), "neither a test nor a reason"
    if row["kept_by"] != "test":
        assert len(row["where"].split()) >= 5, "a reason is a sentence"
        return
    for each in row["where"].split():
        path, *names = each.split("::")
        assert (ROOT / path).is_file(), path
        for name in names:
            assert name in names_in(path), each
