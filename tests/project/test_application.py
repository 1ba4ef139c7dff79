"""Django as it is served: static files around it, its route told to the access log."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from steward.project.serving.application import application
from steward.project.serving.protocol import Environ


def ticket(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(code)


urlpatterns = [path("console/tickets/<str:code>", ticket)]


class Answer:
    def __init__(self, environ: Environ) -> None:
        self.environ = environ
        self.status = ""
        self.headers: dict[str, str] = {}
        body: Any = application()(environ, self.start)
        self.body = b"".join(body)
        getattr(body, "close", lambda: None)()

    def start(self, status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        self.status, self.headers = status, dict(headers)


def get(where: str) -> Answer:
    import io

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": "", "SERVER_NAME": "a", "SERVER_PORT": "80",
        "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
    }  # fmt: skip
    return Answer(environ)


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
def test_the_route_is_left_for_the_access_log_without_the_code() -> None:
    answer = get("/console/tickets/NW-1")
    assert answer.status == "200 OK"
    assert answer.environ["steward.route"] == "console/tickets/<str:code>"
    assert "steward.route" not in get("/nowhere/eli@example.org").environ


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "app.css").write_text("p {}")
    (tmp_path / "app.0123456789ab.css").write_text("p {}")
    return tmp_path


@override_settings(MIDDLEWARE=[])
def test_only_names_that_change_with_the_content_are_kept_for_ever(static: Path) -> None:
    with override_settings(STATIC_ROOT=static):
        plain, hashed = get("/static/app.css"), get("/static/app.0123456789ab.css")
    assert (plain.body, hashed.body) == (b"p {}", b"p {}")
    assert "immutable" not in plain.headers["Cache-Control"]
    assert "immutable" in hashed.headers["Cache-Control"]
    for answer in (plain, hashed):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.environ["steward.route"] == django_settings.STATIC_URL


@override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__)
def test_static_files_do_not_lead_out_of_their_folder(static: Path) -> None:
    (static.parent / "secret").write_text("secret")
    with override_settings(STATIC_ROOT=static):
        for where in ("/static/../secret", "/static//etc/passwd", "/static/..%2Fsecret"):
            assert get(where).status.startswith("404")


@override_settings(MIDDLEWARE=[])
def test_without_collected_files_those_of_the_sources_are_served(tmp_path: Path) -> None:
    source = next((Path(__file__).parents[2] / "src/steward/ui/static").rglob("*.css"))
    name = source.relative_to(Path(__file__).parents[2] / "src/steward/ui/static")
    with override_settings(STATIC_ROOT=tmp_path / "none"):
        assert get(f"/static/{name}").body == source.read_bytes()
