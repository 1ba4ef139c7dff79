"""What every answer carries, whoever makes it; and cookies behind TLS."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.test import RequestFactory

from steward.people.devices import remember_device
from steward.project.serving.asgi import Dispatcher
from steward.project.serving.protocol import Limits
from steward.tenancy.languages import LanguageMiddleware
from steward.ui.cookies import ToastCookie, cookie_name

HSTS = b"strict-transport-security"


def bare(_environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"x"]


def broken(_environ, _start):
    raise RuntimeError("broken")


async def live(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b""})


def headers(wsgi=bare, *, path="/", method="GET", body=b"", is_https=False):
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 1), "client": ("192.0.2.7", 1),
        "headers": [(b"host", b"a.example"), (b"content-length", str(len(body)).encode())],
    }  # fmt: skip
    dispatcher = Dispatcher(wsgi, limits=Limits(body=10), streams={"/live": live}, is_https=is_https)
    asyncio.run(dispatcher(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"])


# What Django answers, what fails in it, what is too large for it, a stream, and a stream asked for in the wrong way.
EVERY = [
    (200, {}),
    (500, {"wsgi": broken}),
    (413, {"method": "POST", "body": bytes(11)}),
    (200, {"path": "/live"}),
    (405, {"path": "/live", "method": "POST"}),
]


@pytest.mark.parametrize(("status", "asked"), EVERY)
def test_every_answer_has_the_policy_and_is_not_sniffed(status, asked):
    found, said = headers(**asked)
    assert found == status
    assert said[b"x-content-type-options"] == b"nosniff"
    assert HSTS not in said
    policy = said[b"content-security-policy"].decode().split("; ")
    # object-src falls back to default-src (CSP level 3, section 6.8.3).
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'"} <= set(policy)


@pytest.mark.parametrize(("status", "asked"), EVERY)
def test_behind_tls_browsers_are_told_to_stay_there(status, asked):
    assert headers(**asked, is_https=True)[1][HSTS] == b"max-age=31536000; includeSubDomains"


def test_a_policy_of_its_own_stays():
    def framed(_environ, start):
        start("200 OK", [("Content-Security-Policy", "sandbox")])
        return [b"x"]

    assert headers(framed)[1][b"content-security-policy"] == b"sandbox"


def settings_with(tmp_path, **environment):
    """The settings of cookies in a process of its own, for they are read once."""
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    program = (
        "import json; from steward.project import settings as s; "
        f"print(json.dumps([getattr(s, name) for name in {names}]))"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}
    given = kept | {"STEWARD_DATA": str(tmp_path), "STEWARD_SECRET_KEY": "x"} | environment
    done = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def test_behind_tls_cookies_are_of_one_host_and_sent_over_tls_only(child_processes, tmp_path):
    behind = settings_with(tmp_path, STEWARD_HTTPS="1")
    assert behind == ["__Host-steward_console", "__Host-steward_csrf", True, True]
    assert settings_with(tmp_path) == ["steward_console", "steward_csrf", False, False]


@pytest.fixture
def behind_tls(settings):
    settings.SESSION_COOKIE_SECURE = True


def test_so_are_all_the_others(behind_tls, ada):
    request, response = RequestFactory().get("/?lang=da", secure=True), HttpResponse()
    remember_device(request, response, ada.user)
    toasts = ToastCookie(request)
    toasts._store([Message(20, "Saved.")], response)
    for name, cookie in LanguageMiddleware(lambda _request: response)(request).cookies.items():
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    assert set(response.cookies) == {
        cookie_name(name) for name in ("steward_device", "steward_language", "steward_toasts")
    }
