"""The form of our log: one entry is one line, in UTC, and names no address with a token in it."""

import logging
import re
from datetime import UTC, datetime

from django.http import HttpRequest

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INDENT = "    "


class LineFormatter(logging.Formatter):
    """`2026-11-22T00:20:31.042Z WARNING steward.jobs: words`.

    Whatever is put into the words begins no new entry: controls are written as escapes, and the lines of a traceback,
    which may quote what somebody sent, are indented.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's name
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        words = record.message
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and len(request.path) > 1:
            # Django names the path; paths carry one-time tokens, routes do not.
            words = words.replace(request.path, _route_of(request))
        record.message = _CONTROLS.sub(_escaped, words)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802  logging's name
        return _indented(super().formatException(ei))  # type: ignore[arg-type]  # as logging gives it

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  logging's name
        return _indented(stack_info)


def _route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.route if match else "") or "-"


def _escaped(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def _indented(text: str) -> str:
    return "\n".join(_INDENT + _CONTROLS.sub(_escaped, line) for line in text.split("\n"))
