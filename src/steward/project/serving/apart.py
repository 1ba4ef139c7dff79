"""Serving streams and nothing else: for a process of its own, so that pages and streams are scaled apart."""

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from steward.project.serving.asgi import Dispatcher
from steward.project.serving.protocol import WSGI, Environ, Limits, StartResponse
from steward.project.serving.streams import STREAMS

_PROBES = frozenset({"/healthz", "/readyz"})


def streams_only() -> Dispatcher:
    """The registered streams; who may open one is asked of Django, which answers probes as well. Otherwise 404."""
    return Dispatcher(_limited(WSGIHandler()), limits=Limits.from_settings(), is_https=settings.SESSION_COOKIE_SECURE)


def _limited(application: WSGI) -> WSGI:
    def answer(environ: Environ, start_response: StartResponse) -> Any:
        if environ["PATH_INFO"] in _PROBES or environ["PATH_INFO"] in STREAMS:
            return application(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This process serves streams only.\n"]

    return answer
