"""Counting the queries of a page."""

import re
import time
from collections.abc import Callable
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.tenancy.reading import statements_in

_VALUES = re.compile(r"'[^']*'|\b\d+\b|\(\s*%s(?:\s*,\s*%s)+\s*\)")


def queries_of(page: Callable[[], object]) -> list[str]:
    """The statements that a page makes, in order; those that went together, one by one."""
    with CaptureQueriesContext(connection) as captured:
        page()
    return [statement for query in captured.captured_queries for statement in _statements(query["sql"])]


def _statements(sql: str) -> list[str]:
    # Only readings go together: what is written may hold anything between its quotes.
    is_reading = sql.lstrip("(").startswith("SELECT")
    return [statement for statement, _ in statements_in(sql, None)] if is_reading else [sql]


def assert_same_queries_for_more_rows(page: Callable[[], object], add_rows: Callable[[], object]) -> None:
    """Fail when the page makes more queries once there are more rows, showing those it made more often.

    `page` is called once beforehand, so that what is kept for later requests is kept already; the clock by which that
    grows old stands still. There must be a row at the start: the first one may bring a query of its own.
    """
    with patch("time.monotonic", return_value=time.monotonic()):
        page()
        before = queries_of(page)
        add_rows()
        after = queries_of(page)
    if len(after) > len(before):
        raise AssertionError(f"{len(before)} queries became {len(after)}:\n" + "\n".join(_repeated(before, after)))


def _repeated(before: list[str], after: list[str]) -> list[str]:
    shapes = [[_VALUES.sub("?", query) for query in queries] for queries in (before, after)]
    return [
        f"{shapes[1].count(shape)} times instead of {shapes[0].count(shape)}: {shape[:300]}"
        for shape in dict.fromkeys(shapes[1])
        if shapes[1].count(shape) > shapes[0].count(shape)
    ]
