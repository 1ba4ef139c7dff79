"""What is true of every answer: what it is, whom it is for, and what it does not tell. See docs/security."""

import io

import pytest
from django.conf import settings as django_settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.urls import URLPattern, get_resolver

from steward.people.models import Membership
from steward.people.operators import create_operator
from steward.people.second_factors import new_totp_secret, store_totp
from steward.project.serving.application import application
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.browsing import client_of, client_of_operator, visitor_at

NEVER_THERE = [
    "/.git/config", "/.env", "/.svn/entries", "/pyproject.toml", "/static/", "/static/steward/", "/static/steward/js/",
    "/media/", "/files/", "/admin/", "/docs", "/openapi.json", "/debug", "/server-status", "/__debug__/",
]  # fmt: skip


def pages(patterns=None, prefix="/"):
    """The addresses that need no id."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        whole = prefix + str(each.pattern)
        if not isinstance(each, URLPattern):
            yield from pages(each.url_patterns, whole)
        elif not each.pattern.converters:
            yield whole


PAGES = sorted(pages())


@pytest.fixture(scope="module")
def browser_for(lasting):
    """`browser_for(path)`: of whoever sees most there."""
    operator = create_operator("olga@operator.example", password=cast.PASSWORD)
    store_totp(operator.user, new_totp_secret())
    ada = cast.member(cast.account("northwind").id, "Ada")
    olgas, adas = client_of_operator(operator).cookies, client_of(ada).cookies

    def browser(path):
        if path in {"/account", "/sign-up", "/sign-up/address", "/sign-up/sent"} or "/subscription" in path:
            return visitor_at()
        if path.startswith("/standing"):
            return visitor_at()
        browser = visitor_at(None if path.startswith("/operator") else ada.account)
        browser.cookies = (olgas if path.startswith("/operator") else adas).copy()
        return browser

    return browser


@pytest.fixture(scope="module")
def _shown():
    return {}


@pytest.fixture
def shown(_shown, browser_for, db):
    """`shown(path)`: what is answered to somebody who comes from another site; asked once."""

    def answer(path):
        if path not in _shown:
            _shown[path] = browser_for(path).get(path, headers={"origin": "https://evil.example"})
        return _shown[path]

    return answer


@pytest.mark.parametrize("path", PAGES)
def test_what_has_a_text_says_in_which_characters(path, shown):
    answer = shown(path)
    if not getattr(answer, "content", b"").strip():
        return
    kind = answer.headers["Content-Type"]
    assert kind == "application/json" or "charset=utf-8" in kind, kind
    assert (b"</" in answer.content) == kind.startswith(("text/html", "application/atom+xml"))


@pytest.mark.parametrize("path", PAGES)
def test_no_other_origin_may_read_it(path, shown, browser_for):
    asked_first = browser_for(path).options(path, headers={"origin": "https://evil.example"})
    for answer in (shown(path), asked_first):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", PAGES)
def test_other_sites_learn_no_address_of_ours(path, shown):
    assert shown(path).headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_sent_back_by_trace(path, browser_for, db):
    answer = browser_for(path).trace(path)
    assert answer.status_code in {302, 404, 405}
    assert django_settings.SESSION_COOKIE_NAME.encode() not in answer.content


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_people_are_stored_by_nobody(path, shown):
    if not path.startswith(("/console", "/operator")) or path == "/console/brand/style":
        pytest.skip("for everybody")
    assert "no-store" in shown(path).headers["Cache-Control"].split(", ")


@pytest.mark.parametrize("path", NEVER_THERE)
def test_no_sources_no_lists_no_tools(path, client_of, ada, visitor_at):
    for browser in (client_of(ada), visitor_at()):
        assert browser.get(path).status_code == 404


@pytest.fixture
def _keeping_the_connection():
    """As Django's test client does: what is not committed must outlive the request."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.mark.usefixtures("_keeping_the_connection", "db")
@pytest.mark.parametrize("path", NEVER_THERE)
def test_nor_beside_the_static_files(path):
    said = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "a", "SERVER_PORT": "80",
        "HTTP_HOST": django_settings.STEWARD_DOMAIN, "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }  # fmt: skip
    application()(environ, lambda status, _headers, _error=None: said.append(status))
    assert said[0].startswith("404")


def test_a_failure_tells_its_reader_nothing(client_of, ada, monkeypatch, caplog):
    def fail(*_args, **_named):
        raise RuntimeError("SELECT secret FROM people_user")

    monkeypatch.setattr("steward.console.entrance.may_enter", fail)
    browser = client_of(ada)
    browser.raise_request_exception = False
    answer = browser.get("/console/")
    assert answer.status_code == 500
    for part in (b"secret", b"RuntimeError", b"Traceback", b".py", b"people_user", ada.name.encode()):
        assert part not in answer.content
    assert "SELECT secret" in caplog.text, "who runs the installation is told"


def test_what_a_form_does_not_offer_is_not_taken(client_of, ben, cleo, zoe):
    form = {
        "name": "Benjamin",
        "language": "",
        "signature": "",
        "appearance": "dark",
        "density": "one",
        "afterwards": "stay",
    }
    extra = {"role": "owner", "account": str(zoe.account_id), "user": str(cleo.user_id), "id": str(cleo.pk)}
    assert client_of(ben).post("/console/settings/profile", form | extra).status_code == 303
    with account_scope(ben.account_id):
        now = Membership.objects.get(pk=ben.pk)
        assert (now.name, now.role, now.user_id) == ("Benjamin", "agent", ben.user_id)
        assert Membership.objects.get(pk=cleo.pk).name == cleo.name


def test_what_stands_twice_counts_once(client_of, ben):
    browser = client_of(ben)
    body = "name=First&name=Second&language=&signature=&appearance=dark&density=one&afterwards=stay"
    answer = browser.post("/console/settings/profile?name=Third&role=owner", body, "application/x-www-form-urlencoded")
    assert answer.status_code == 303
    with account_scope(ben.account_id):
        assert Membership.objects.get(pk=ben.pk).name == "Second", "the last of the body, nothing of the address"
