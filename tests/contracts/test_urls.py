"""Contract 3: every address of the site, called with another account's ids, by nobody, or in the wrong way.

The addresses come from Django's resolver, so a new one is tried without anything being added here; only a parameter
of a new name needs a sample.
"""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from steward.tenancy.scope import account_scope
from steward.testing.letters import receive, written
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Message

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PROBES = {"healthz", "readyz", "metrics"}  # of the installation: no account, no content
PUBLIC = PROBES | {"", "console/sign-in"}
READ_AND_WRITTEN = {"console/sign-in", "console/tickets/new"}  # pages with a form that comes back to them
# POST where a reader in the department is not refused, and why.
READERS_MAY: dict[str, str] = {}


@dataclass(frozen=True)
class Route:
    pattern: str
    parameters: tuple[str, ...]

    def path(self, samples):
        """The address with one sample of each parameter."""
        path = "/" + self.pattern
        for name in self.parameters:
            start = path.index("<")
            path = path[:start] + str(samples[name]) + path[path.index(">") + 1 :]
        return path


def routes(patterns=None, prefix=""):
    for each in get_resolver().url_patterns if patterns is None else patterns:
        whole = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield Route(whole, tuple(each.pattern.converters))
        else:
            yield from routes(each.url_patterns, whole)


ROUTES = sorted(routes(), key=lambda route: route.pattern)
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
with_ids = pytest.mark.parametrize("route", [r for r in ROUTES if r.parameters], ids=lambda route: route.pattern)
without_ids = pytest.mark.parametrize("route", [r for r in ROUTES if not r.parameters], ids=lambda route: route.pattern)


@pytest.fixture
def samples(eli, ben, support_mail, run_jobs):
    """What Northwind has, by the name of the parameter; several where no single one fits every route."""
    ticket = make_ticket(eli, attachments=[NewAttachment("a.txt", b"x", "text/plain")])
    reply = make_reply(ticket, ben)
    mailed = receive(support_mail, written(support_mail.address))[0].message
    run_jobs("email.send")
    with account_scope(ticket.account_id):
        attachment = Attachment.objects.get(message__ticket=ticket)
        assert Message.objects.get(pk=reply.pk).outgoing_id
    return {
        "code": [ticket.code, mailed.ticket.code],
        "message_id": [mailed.id, reply.id],
        "attachment_id": [attachment.id],
    }


@pytest.fixture
def paths(request, db):
    def of(route):
        """Every address the samples make of a route."""
        samples = request.getfixturevalue("samples") if route.parameters else {}
        for name in route.parameters:
            assert name in samples, f"no sample for parameter {name} of route {route.pattern}"
        most = max((len(samples[name]) for name in route.parameters), default=1)
        return [route.path({n: samples[n][i % len(samples[n])] for n in route.parameters}) for i in range(most)]

    return of


@pytest.fixture
def forms(billing):
    """What a POST must hold to be more than not found."""
    return {"console/tickets/<code>/department": f"department={billing.id}"}


def ask(client, method, path, form=None):
    """The answer; every one carries the policy, errors and redirects too."""
    response = client.generic(method, path, form or "", content_type="application/x-www-form-urlencoded")
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, f"{method} {path} answers {response.status_code} with policy {policy!r}"
    assert "script-src 'self'" in policy or "script-src" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return response


def statuses(client, path, methods=METHODS, form=None):
    return {method: ask(client, method, path, form).status_code for method in methods}


def is_shut(response):
    """Nothing but the way to the sign-in page, or a refusal."""
    if response.status_code == 302:
        return response.headers["Location"].startswith(settings.LOGIN_URL)
    return response.status_code in {403, 404, 405}


@each_route
def test_its_own_people_are_heard_by_one_method_and_not_by_others(route, paths, client_of, visitor_at, ada, forms):
    browser = visitor_at(ada.account) if route.pattern == "console/sign-in" else client_of(ada)
    answers = [statuses(browser, path, form=forms.get(route.pattern)) for path in paths(route)]
    heard = {m for each in answers for m, status in each.items() if status < 400 or status in {400, 422}}
    assert heard, answers
    for each in answers:
        assert all(each[method] == 405 for method in ("PUT", "PATCH", "DELETE")), each
        assert (405 in {each["GET"], each["POST"]}) != (route.pattern in READ_AND_WRITTEN), each


@with_ids
def test_the_owner_of_another_account_finds_nothing(route, paths, client_of, zoe):
    zoes = client_of(zoe)
    for path in paths(route):
        for method, status in statuses(zoes, path).items():
            assert status in {404, 405}, f"{method} {path}: {status}"
        assert 404 in statuses(zoes, path).values()


@each_route
def test_a_session_opens_no_other_account(route, paths, client_of, zoe, northwind):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in paths(route):
        for method in METHODS:
            assert is_shut(ask(client_of(zoe, at=northwind), method, path)), f"{method} {path}"


@each_route
def test_nobody_in_particular_is_sent_to_sign_in(route, paths, visitor_at, northwind):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in paths(route):
        for method in METHODS:
            response = ask(visitor_at(northwind), method, path)
            assert is_shut(response), f"{method} {path}: {response.status_code}"


@each_route
def test_the_base_domain_shows_nothing_of_an_account(route, paths, visitor_at):
    for path in paths(route):
        for method in ("GET", "POST"):
            response = ask(visitor_at(), method, path)
            assert is_shut(response) or route.pattern in PUBLIC, f"{method} {path}"
            assert b"orthwind" not in getattr(response, "content", b""), f"{method} {path}"


@each_route
def test_an_unknown_host_gets_nothing(route, paths):
    if route.pattern in PROBES:
        pytest.skip("asked by whatever name a balancer knows the machine")
    for path in paths(route):
        for method in ("GET", "POST"):
            assert ask(Client(headers={"host": "fabrikam.localhost"}), method, path).status_code == 421


@with_ids
def test_another_department_sees_nothing(route, paths, client_of, cleo):
    for path in paths(route):
        for method, status in statuses(client_of(cleo), path).items():
            assert status in {404, 405}, f"{method} {path}: {status}"


@with_ids
def test_a_reader_reads_and_changes_nothing(route, paths, client_of, dana):
    for path in paths(route):
        answers = statuses(client_of(dana), path)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert answers[method] in {403, 405} or route.pattern in READERS_MAY, f"{method} {path}: {answers}"
        assert answers["GET"] in {200, 404, 405}


@each_route
def test_a_post_without_the_csrf_token_is_refused(route, paths, client_of, ada):
    careful = client_of(ada)
    careful.handler.enforce_csrf_checks = True
    for path in paths(route):
        assert ask(careful, "POST", path).status_code in {403, 405}


def test_an_address_that_is_none_has_the_policy_too(client_of, ada):
    assert ask(client_of(ada), "GET", "/no/such/page").status_code == 404


def test_ids_that_are_none_are_not_found(client_of, ada):
    for path in ("/console/tickets/ZZZ-00000", f"/console/messages/{ada.id}/body", f"/console/attachments/{ada.id}"):
        assert ask(client_of(ada), "GET", path).status_code == 404


def test_demo_pages_are_not_there_outside_the_demo(visitor_at, client_of, ada):
    for browser in (visitor_at(), client_of(ada)):
        assert ask(browser, "GET", "/outbox").status_code == 404
        assert ask(browser, "GET", "/outbox.json").status_code == 404
