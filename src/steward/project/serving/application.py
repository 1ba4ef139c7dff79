"""Django's WSGI application as it is served: its route told to the access log, static files around it."""

import re
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise import WhiteNoise

from steward.project.serving.access_log import ROUTE
from steward.project.serving.protocol import WSGI, Environ, StartResponse

HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")  # what ManifestStaticFilesStorage writes into names


class Handler(WSGIHandler):
    """Django's handler; leaves the matched route in `environ`, where the access log finds it."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        if match := request.resolver_match:
            request.environ[ROUTE] = match.route or "/"  # type: ignore[attr-defined]  # a WSGIRequest
        return response


def application() -> WSGI:
    """The WSGI application; Django must be set up. Static files are looked up once, now."""
    handler = Handler()
    static = WhiteNoise(handler, max_age=3600, allow_all_origins=False, immutable_file_test=_is_immutable)
    static.add_headers_function = _no_sniffing
    prefix = settings.STATIC_URL
    for folder in _folders():
        static.add_files(str(folder), prefix=prefix)

    def served(environ: Environ, start_response: StartResponse) -> Any:
        if environ["PATH_INFO"].startswith(prefix):
            environ[ROUTE] = prefix
        return static(environ, start_response)

    return served


def _folders() -> list[Path]:
    """STATIC_ROOT where `collectstatic` has filled it; otherwise the folders it would collect from."""
    if settings.STATIC_ROOT and Path(settings.STATIC_ROOT).is_dir():
        return [Path(settings.STATIC_ROOT)]
    storages = [storage for finder in get_finders() for storage in getattr(finder, "storages", {}).values()]
    return [Path(storage.location) for storage in reversed(storages) if Path(storage.location).is_dir()]


def _is_immutable(_path: str, url: str) -> bool:
    """Whether the name changes with the content, so that a browser may keep it for ever."""
    return HASHED.search(url) is not None


def _no_sniffing(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
