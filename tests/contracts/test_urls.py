"""Contract 3: every address of the site, called with another account's ids, by nobody, or in the wrong way.

The addresses come from Django's resolver, so a new one is tried without anything being added here; only a parameter
of a new name needs a sample.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from steward.brand.actions import choose_logo
from steward.brand.pictures import read_picture
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.people.actions import NewInvitation, NewSignUp, begin_sign_up, invite, issue_token, open_passage
from steward.people.models import MailedLink, Session, SignUp
from steward.people.operators import create_operator, new_operator_link, stored_operator_session
from steward.people.second_factors import new_totp_secret, store_totp
from steward.people.sessions import hashed
from steward.people.signed_in import stored_session
from steward.people.tokens import hashed_token, new_token
from steward.privacy.subprocessors.models import Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe, token_of
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.jobs import failed_job, run_jobs
from steward.testing.letters import receive, written
from steward.testing.pictures import png
from steward.testing.routes import routes
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.actions import HOLD, last_change, reply_to_ticket, tag_named, tag_ticket
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent, NewAttachment
from steward.tickets.models import Attachment, Message, Ticket

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PROBES = {"healthz", "readyz", "metrics"}  # of the installation: no account, no content
# Who holds the token of a mail holds the right: whoever else may be signed in, or nobody.
BEARER = {
    "console/reset-password/<token>", "console/invitations/<token>", "console/welcome/<token>", "sign-up/<token>",
    "subprocessors/subscription/<token>", "subprocessors/subscription/<token>/end",
}  # fmt: skip
# On the base domain only, where signing up is open.
FRONT = {
    "account", "sign-up", "sign-up/address", "sign-up/sent", "sign-up/<token>",
    "subprocessors/subscription", "subprocessors/subscription/sent", "subprocessors/subscription/<token>",
    "subprocessors/subscription/<token>/end",
}  # fmt: skip
# Of whoever's host it is: the list of subprocessors says nothing personal, and nobody signs in to read it.
LISTS = {
    "subprocessors", "subprocessors.json", ".well-known/subprocessors.json", "subprocessors.atom",
    "subprocessors/feed.json",
}  # fmt: skip
BRAND = {"console/brand/style", "console/brand/logo/<digest>"}  # what the sign-in page wears
OFFICE_ENTRANCE = {"operator/sign-in", "operator/sign-in/passkey", "operator/welcome/<token>", "operator/sign-out"}
PUBLIC = PROBES | BEARER | FRONT | LISTS | OFFICE_ENTRANCE | BRAND | {
    "", "console/sign-in", "console/sign-in/passkey", "console/reset-password",
}  # fmt: skip
OWN = "console/settings/sign-in/"
# The back office: on the base domain, for operators.
OFFICE = "operator/"
OFFICE_SIGN_IN = "/operator/sign-in"
# Programs for mail post here, with nothing but the token (RFC 8058 section 3.2).
ONE_CLICK = {"subprocessors/subscription/<token>/end"}
# Pages with a form that comes back to them.
READ_AND_WRITTEN = {
    "operator/sign-in", "operator/sign-in/second-factor", "operator/welcome/<token>", "operator/me/app",
    "operator/me/passkeys", "operator/me/password",
    "console/sign-in", "console/sign-in/second-factor", "console/reset-password", "console/reset-password/<token>",
    "console/confirm-address/<token>", "console/tickets/new", "console/settings/security", f"{OWN}confirmation",
    f"{OWN}password", f"{OWN}address", f"{OWN}app", f"{OWN}passkeys",
    "console/guide", "console/invitations/<token>", "console/welcome/<token>", "sign-up", "sign-up/<token>",
    "subprocessors/subscription", "subprocessors/subscription/<token>",
    "console/settings/profile", "console/settings/agents/new", "console/settings/agents/<uuid:member_id>",
    "console/settings/agents/<uuid:member_id>/removal", "console/settings/departments",
    "console/settings/departments/<uuid:department_id>", "console/settings/departments/<uuid:department_id>/archive",
    *(f"console/settings/mail-accounts/{path}" for path in ("new", "<uuid:mail_account_id>",
      "<uuid:mail_account_id>/removal")),
    "console/settings/mail-templates/words", "console/settings/mail-templates/preview", "console/settings/brand",
    "console/settings/notifications", "console/settings/notifications/defaults",
    "console/settings/general", "console/settings/tags", "console/settings/tags/<uuid:tag_id>",
    "console/tickets/new/draft", "console/tickets/<code>/draft",
}  # fmt: skip
# GET of what only a change needs: refused like the change itself.
OF_A_CHANGE = {"console/tickets/<code>/draft", "console/tickets/<code>/tags/choices"}
# POST where a reader in the department is not refused, and why.
READERS_MAY: dict[str, str] = {
    "console/tickets/<code>/presence": "readers look, too",
    "console/tickets/<code>/undoing": "one's own change; another's is not found, and its own permission is asked for",
    "console/reset-password/<token>": "who holds the token",
    "console/invitations/<token>": "who holds the token",
    "console/welcome/<token>": "who holds the token",
    "sign-up/<token>": "who holds the token",
    "subprocessors/subscription/<token>": "who holds the token",
    "subprocessors/subscription/<token>/end": "who holds the token",
    "console/confirm-address/<token>": "one's own address; another's is not found",
    "console/settings/sign-in/passkeys/<int:passkey_id>/name": "one's own; another's is not found",
    "console/settings/sign-in/passkeys/<int:passkey_id>/removal": "one's own; another's is not found",
    "console/settings/sessions/<uuid:session_id>/end": "one's own; another's is not found",
}


ROUTES = sorted(routes(), key=lambda route: route.pattern)
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
with_ids = pytest.mark.parametrize("route", [r for r in ROUTES if r.parameters], ids=lambda route: route.pattern)
each_office_route = pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.pattern.startswith(OFFICE)], ids=lambda route: route.pattern
)
without_ids = pytest.mark.parametrize("route", [r for r in ROUTES if not r.parameters], ids=lambda route: route.pattern)


@dataclass(frozen=True)
class Changed:
    """A ticket, and a change of it."""

    ticket: Ticket
    event: Event


def changed_by(owner, customer):
    """A ticket that the owner has just put a tag on."""
    ticket = make_ticket(customer, subject="Changed")
    with account_scope(ticket.account_id):
        actor = actor_of(owner)
        tag_ticket(ticket, tag_named("just now", actor=actor), actor=actor)
        return Changed(ticket, last_change(ticket, actor=actor, since=now() - timedelta(minutes=1)))


def held_answer(author, ticket):
    """An answer whose mail is not made yet."""
    with account_scope(ticket.account_id):
        writing = Writing("<p>Soon.</p>", held_for=HOLD)
        to = [Correspondent("Eli", "eli@example.org")]
        return reply_to_ticket(ticket, writing, author=author, actor=actor_of(author), to=to)


def all_samples(ada, ben, olga, billing, support_mail, changed):
    """What Northwind has, by the name of the parameter; several where no single one fits every route."""
    ticket = make_ticket(cast.contact(ada.account_id, "Eli"), attachments=[NewAttachment("a.txt", b"x", "text/plain")])
    reply = make_reply(ticket, ben)
    mailed = receive(support_mail, written(support_mail.address))[0].message
    run_jobs("email.send")
    with account_scope(ticket.account_id):
        attachment = Attachment.objects.get(message__ticket=ticket)
        assert Message.objects.get(pk=reply.pk).outgoing_id
    return {
        "code": [ticket.code, mailed.ticket.code],
        "message_id": [mailed.id, reply.id],
        "console/messages/<uuid:message_id>/taking-back message_id": [held_answer(ada, changed.ticket).id],
        "console/tickets/<code>/undoing code": [changed.ticket.code],
        "attachment_id": [attachment.id],
        "tag_id": [samples_of_tags(ticket)],
        "mail_account_id": [support_mail.id],
        "digest": [logo_of(ada)],
        "token": [mailed_link(ada, "password"), mailed_link(ada, "address", address="ada@new.example")],
        "session_id": [session_of(ada).handle],
        **samples_of_people(ada, ben, billing),
        **samples_of_the_back_office(olga, ticket.account),
        "passkey_id": [Authenticator.objects.create(user=ada.user, type="webauthn", data={"name": "Key"}).pk],
    }


def samples_of_tags(ticket):
    """A tag on the ticket."""
    with account_scope(ticket.account_id):
        tag = tag_named("vat", actor=SYSTEM)
        tag_ticket(ticket, tag, actor=SYSTEM)
    return tag.id


def another_tag(member):
    """A tag that is on no ticket."""
    with account_scope(member.account_id):
        return tag_named("tax", actor=SYSTEM)


def samples_of_the_back_office(operator, account):
    """An account by its slug, a job that failed, a second factor, and a link for a password."""
    return {
        "slug": [account.slug],
        "job_id": [failed_job(account)],
        "factor_id": [Authenticator.objects.create(user=operator.user, type="webauthn", data={"name": "Key"}).pk],
        "operator/welcome/<token> token": [new_operator_link(operator)],
    }


def samples_of_people(owner, member, department):
    """A colleague, a department that is not the default, and what each token opens."""
    with account_scope(owner.account_id):
        invitation = invite(NewInvitation("gil@example.org", "agent"), invited_by=owner, actor=SYSTEM)
        invited_by_token = issue_token(invitation)
    asked_by_token = new_token()
    begin_sign_up(NewSignUp(slug="fjord", company="Fjord", name="Gil", email="gil@example.org"))
    SignUp.objects.update(token_hash=hashed_token(asked_by_token))
    return {
        "member_id": [member.id],
        "department_id": [department.id],
        "invitation_id": [invitation.id],
        "console/welcome/<token> token": [open_passage(owner.user, owner.account_id)],
        "console/invitations/<token> token": [invited_by_token],
        "sign-up/<token> token": [asked_by_token],
        "subprocessors/subscription/<token> token": [subscribed()],
        "subprocessors/subscription/<token>/end token": [subscribed()],
    }


def subscribed():
    """The token of somebody who asked for the list of subprocessors by mail."""
    ask_to_subscribe("gil@example.org", language="en")
    return token_of(Subscription.objects.get())


def logo_of(owner):
    """The name of the picture the account has."""
    with account_scope(owner.account_id):
        return bytes(choose_logo(read_picture(png(8, 8)), actor=SYSTEM).logo.sha256).hex()


def mailed_link(person, purpose, **more):
    """The token of a link in a mail to somebody."""
    token = new_token()
    ends = now() + timedelta(hours=1)
    MailedLink.objects.create(token_hash=hashed_token(token), purpose=purpose, user=person.user,
                              account=person.account, expires_at=ends, **more)  # fmt: skip
    return token


def session_of(person):
    """A session of somebody in another browser."""
    return Session.objects.get(session_key=hashed(stored_session(person.user, person.account_id)))


def forms_of(ben, billing, changed):
    """What a POST must hold to be more than not found."""
    return {
        "operator/mail/retry": "state=failed&reason=bounced",
        "console/settings/tags/<uuid:tag_id>/merger": f"into={another_tag(ben).id}",
        "console/tickets/<code>/undoing": f"event={changed.event.id}",
        "console/tickets/<code>/department": f"department={billing.id}",
        "console/settings/departments/<uuid:department_id>/agents": f"member={ben.id}&role=reader",
    }


@dataclass(frozen=True)
class World:
    """What all tests of this file stand on; whatever one of them changes is undone before the next."""

    at: datetime
    samples: dict[str, list[object]]
    forms: dict[str, str]
    sessions: dict[str, str]

    def paths(self, route):
        """Every address the samples make of a route."""
        for name in route.parameters:
            assert route.sample(self.samples, name), f"no sample for parameter {name} of route {route.pattern}"
        chosen = {name: route.sample(self.samples, name) for name in route.parameters}
        most = max((len(each) for each in chosen.values()), default=1)
        return [route.path({n: each[i % len(each)] for n, each in chosen.items()}) for i in range(most)]

    def browser(self, who="", *, at=""):
        """Somebody, or nobody in particular, at the host of an account, or at the base domain."""
        browser = Client(headers={"host": f"{at}.{settings.STEWARD_DOMAIN}" if at else settings.STEWARD_DOMAIN})
        if who:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return browser


@pytest.fixture(scope="module")
def _world(lasting):
    northwind, contoso = cast.account("northwind"), cast.account("contoso")
    ada, ben, cleo, dana = (cast.member(northwind.id, name) for name in ("Ada", "Ben", "Cleo", "Dana"))
    people = {"ada": ada, "cleo": cleo, "dana": dana, "zoe": cast.member(contoso.id, "Zoe")}
    olga = create_operator("olga@operator.example", password=cast.PASSWORD)
    store_totp(olga.user, new_totp_secret())
    billing, support_mail = cast.department(northwind.id, "Billing"), cast.mail_account(northwind.id, "support")
    moment = now()
    with time_machine.travel(moment, tick=False):
        changed = changed_by(ada, cast.contact(northwind.id, "Eli"))
        samples = all_samples(ada, ben, olga, billing, support_mail, changed)
        sessions = {name: stored_session(one.user, one.account_id) for name, one in people.items()}
        sessions["olga"] = stored_operator_session(olga.user)
        forms = forms_of(ben, billing, changed)
    return World(moment, samples, forms, sessions)


@pytest.fixture
def world(_world, db, settings):
    """At the moment in which it was made: what can be taken back for seconds still can."""
    settings.STEWARD_SIGN_UP = True
    with time_machine.travel(_world.at, tick=False):
        yield _world


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
        return response.headers["Location"].startswith((settings.LOGIN_URL, OFFICE_SIGN_IN))
    return response.status_code in {403, 404, 405}


@each_route
def test_its_own_people_are_heard_by_one_method_and_not_by_others(route, world):
    browser = world.browser("ada", at="northwind")
    if route.pattern in FRONT | BEARER | {"console/sign-in"}:
        browser = world.browser(at="" if route.pattern in FRONT else "northwind")
    if route.pattern.startswith(OFFICE):
        browser = world.browser("" if route.pattern in OFFICE_ENTRANCE else "olga")
    answers = [statuses(browser, path, form=world.forms.get(route.pattern)) for path in world.paths(route)]
    heard = {m for each in answers for m, status in each.items() if status < 400 or status in {400, 422}}
    assert heard, answers
    for each in answers:
        assert all(each[method] == 405 for method in ("PUT", "PATCH", "DELETE")), each
        assert (405 in {each["GET"], each["POST"]}) != (route.pattern in READ_AND_WRITTEN), each


@with_ids
def test_the_owner_of_another_account_finds_nothing(route, world):
    for path in world.paths(route):
        answers = statuses(world.browser("zoe", at="contoso"), path)
        for method, status in answers.items():
            assert status in {404, 405}, f"{method} {path}: {status}"
        assert 404 in answers.values()


@each_route
def test_a_session_opens_no_other_account(route, world):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in world.paths(route):
        for method in METHODS:
            assert is_shut(ask(world.browser("zoe", at="northwind"), method, path)), f"{method} {path}"


@each_route
def test_nobody_in_particular_is_sent_to_sign_in(route, world):
    if route.pattern in PUBLIC:
        pytest.skip("answers everybody")
    for path in world.paths(route):
        for method in METHODS:
            response = ask(world.browser(at="northwind"), method, path)
            assert is_shut(response), f"{method} {path}: {response.status_code}"


@each_route
def test_the_base_domain_shows_nothing_of_an_account(route, world):
    for path in world.paths(route):
        for method in ("GET", "POST"):
            response = ask(world.browser(), method, path)
            assert is_shut(response) or route.pattern in PUBLIC, f"{method} {path}"
            assert b"orthwind" not in getattr(response, "content", b""), f"{method} {path}"


@each_office_route
def test_the_back_office_is_not_at_the_host_of_an_account(route, world):
    for who in ("", "ada", "olga"):
        browser = world.browser(who, at="northwind")
        for path in world.paths(route):
            answers = statuses(browser, path)
            for method, status in answers.items():
                assert status in {404, 405}, f"{who}: {method} {path}"
            assert 404 in answers.values()


@each_office_route
def test_no_member_of_an_account_opens_the_back_office(route, world):
    if route.pattern in OFFICE_ENTRANCE:
        pytest.skip("answers everybody")
    for path in world.paths(route):
        for method in METHODS:
            assert is_shut(ask(world.browser("ada"), method, path)), f"{method} {path}"


@each_route
def test_no_operator_opens_an_account(route, world):
    if route.pattern in PUBLIC or route.pattern.startswith(OFFICE):
        pytest.skip("answers everybody, or is the back office")
    for path in world.paths(route):
        for method in METHODS:
            assert is_shut(ask(world.browser("olga", at="northwind"), method, path)), f"{method} {path}"


@each_route
def test_an_unknown_host_gets_nothing(route, world):
    if route.pattern in PROBES:
        pytest.skip("asked by whatever name a balancer knows the machine")
    for path in world.paths(route):
        for method in ("GET", "POST"):
            assert ask(world.browser(at="fabrikam"), method, path).status_code == 421


def shut_pages(route):
    """Pages of the settings are 403 for who may not open them, before anything is looked up."""
    return {403} if route.pattern.startswith("console/settings/") else set()


@with_ids
def test_another_department_sees_nothing(route, world):
    if route.pattern in BEARER | BRAND:
        pytest.skip("asks for the token only, or shows itself to everybody")
    for path in world.paths(route):
        for method, status in statuses(world.browser("cleo", at="northwind"), path).items():
            assert status in {404, 405} | shut_pages(route), f"{method} {path}: {status}"


@with_ids
def test_a_reader_reads_and_changes_nothing(route, world):
    if route.pattern.startswith(OFFICE):
        pytest.skip("not at the host of an account")
    for path in world.paths(route):
        answers = statuses(world.browser("dana", at="northwind"), path)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert answers[method] in {403, 405} or route.pattern in READERS_MAY, f"{method} {path}: {answers}"
        if route.pattern in OF_A_CHANGE:
            assert answers["GET"] in {403, 404}
        else:
            assert answers["GET"] in {200, 404, 405} | shut_pages(route)


@each_route
def test_a_post_without_the_csrf_token_is_refused(route, world):
    careful = world.browser("ada", at="northwind")
    careful.handler.enforce_csrf_checks = True
    if route.pattern in ONE_CLICK:
        careful = world.browser()
        careful.handler.enforce_csrf_checks = True
    for path in world.paths(route):
        expected = {200} if route.pattern in ONE_CLICK else {403, 404, 405} if route.pattern in FRONT else {403, 405}
        assert ask(careful, "POST", path).status_code in expected


def test_what_is_told_of_routes_is_told_of_routes_that_are_there():
    told = {*PUBLIC, *READ_AND_WRITTEN, *OF_A_CHANGE, *READERS_MAY}
    assert told <= {route.pattern for route in ROUTES}


def test_an_address_that_is_none_has_the_policy_too(client_of, ada):
    assert ask(client_of(ada), "GET", "/no/such/page").status_code == 404


def test_ids_that_are_none_are_not_found(client_of, ada):
    for path in ("/console/tickets/ZZZ-00000", f"/console/messages/{ada.id}/body", f"/console/attachments/{ada.id}"):
        assert ask(client_of(ada), "GET", path).status_code == 404


def test_demo_pages_are_not_there_outside_the_demo(visitor_at, client_of, ada):
    for browser in (visitor_at(), client_of(ada)):
        assert ask(browser, "GET", "/outbox").status_code == 404
        assert ask(browser, "GET", "/outbox.json").status_code == 404
