"""Rows as CSV (RFC 4180), a portion at a time, that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_rows(columns: Sequence[str], portions: Iterable[Iterable[dict[str, Any]]]) -> Iterator[str]:
    """A line of headings and a line for each row (RFC 4180), a portion at a time."""
    yield ",".join(columns) + "\r\n"
    for rows in portions:
        text = io.StringIO()
        csv.DictWriter(text, columns).writerows(map(_cells, rows))
        yield text.getvalue()


def _cells(values: dict[str, Any]) -> dict[str, Any]:
    """As a spreadsheet shows them: what begins like a formula would be run there, and people typed some."""
    return {
        name: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for name, value in values.items()
    }
