"""The form of our log."""

import logging
import sys

from django.test import RequestFactory
from django.urls import ResolverMatch

from steward.project.log_lines import LineFormatter

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def line(words, *values, **more):
    record = logging.LogRecord("steward.x", logging.WARNING, __file__, 1, words, values, more.pop("exc_info", None))
    record.created, record.msecs = 1_790_000_000.042, 42.0
    record.__dict__.update(more)
    return LineFormatter(FORMAT).format(record)


def test_it_says_when_in_utc_how_bad_and_where():
    assert line("done") == "2026-09-21T14:13:20.042Z WARNING steward.x: done"


def test_what_somebody_sent_begins_no_line():
    hostile = "a\r\n2026-01-01T00:00:00.000Z INFO steward.x: signed in\x1b[2J\u2028b\x85"
    written = line("refused: %s", hostile)
    assert len(written.splitlines()) == 1
    assert "\x1b" not in written
    assert written.endswith("refused: a\\r\\n2026-01-01T00:00:00.000Z INFO steward.x: signed in\\x1b[2J\\u2028b\\x85")


def test_a_traceback_is_indented():
    try:
        raise ValueError("x\n2026-01-01T00:00:00.000Z INFO steward.x: signed in")
    except ValueError:
        first, *others = line("failed", exc_info=sys.exc_info()).split("\n")
    assert first.endswith("failed")
    assert len(others) > 3
    assert all(each.startswith("    ") for each in others)


def test_a_route_stands_for_a_path_with_a_token_in_it():
    request = RequestFactory().get("/console/invitations/secret-token")
    said = "Internal Server Error: %s"
    request.resolver_match = ResolverMatch(print, (), {}, route="console/invitations/<token>")
    assert line(said, request.path, request=request).endswith("Server Error: console/invitations/<token>")
    request.resolver_match = None
    assert line(said, request.path, request=request).endswith("Server Error: -")
