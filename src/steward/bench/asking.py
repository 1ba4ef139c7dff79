"""Requests through the real WSGI application, in this process, by somebody who is signed in, or by nobody."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from steward.people.models import Membership
from steward.people.signed_in import stored_session
from steward.tenancy.reading import statements_in


class Unexpected(RuntimeError):
    """A page answered otherwise than with 200."""


class Asker:
    """Somebody with a session, or nobody in particular, who asks for pages at a host."""

    def __init__(self, person: Membership | None, host: str) -> None:
        self._application = get_wsgi_application()
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={_signed_in(person)}" if person else ""
        self._host = host

    def ask(self, address: str, *, by_htmx: bool = False, mark: str = "") -> tuple[float, bytes]:
        """Seconds from handing the request over to having the last byte, and the page. Raises `Unexpected`.

        With the mark (ETag) of a page one has already, the answer is 304 without a page.
        """
        more = {"HTTP_HX_REQUEST": "true"} if by_htmx else {"HTTP_IF_NONE_MATCH": mark} if mark else {}
        seconds, page, _headers = self._asked(address, more, "304" if mark else "200")
        return seconds, page

    def mark_of(self, address: str) -> str:
        """The ETag of a page. Raises `Unexpected` and `KeyError`."""
        return self._asked(address, {}, "200")[2]["ETag"]

    def _asked(self, address: str, more: dict[str, str], expected: str) -> tuple[float, bytes, dict[str, str]]:
        environ = self._environ(address) | more
        statuses: list[str] = []
        told: dict[str, str] = {}

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            statuses.append(status)
            told.update(headers)

        begin = time.perf_counter()
        response = self._application(environ, start)  # type: ignore[arg-type]
        try:
            page = b"".join(response)
        finally:
            close = getattr(response, "close", None)
            if close:
                close()
        seconds = time.perf_counter() - begin
        if not statuses[0].startswith(expected):
            raise Unexpected(f"{statuses[0]} for {address}")
        return seconds, page, told

    def _environ(self, address: str) -> dict[str, Any]:
        parts = urlsplit(address)
        return {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": self._host,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self._host,
            "HTTP_COOKIE": self._cookie,
            "HTTP_ACCEPT_LANGUAGE": "en",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        }


def _signed_in(person: Membership) -> str:
    return stored_session(person.user, person.account_id)


Statement = tuple[str, Any]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """What the database is asked inside, with the parameters. What only asks whether it is there is not counted."""
    asked: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        asked.extend(statements_in(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked
