"""Exporting a person from the console: whom, how far it is, the passphrase once, the archive, and its end."""

import re

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.exports.models import Export
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.scope import account_scope
from steward.testing.archives import unpacked
from steward.testing.jobs import run_jobs
from steward.testing.listings import words_in
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/console/settings/privacy/exports"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def ticket(eli):
    return make_ticket(eli, subject="A lamp")


def ask(browser, **more):
    """The address of the page of an export about Eli."""
    found = browser.post(f"{PAGE}/search", {"email": "eli@example.org"})
    contact = found.headers["Location"].partition("contact=")[2]
    chosen = {"contact": contact, "kind": "access", "with_notes": "on", "language": "en", "days": "7"} | more
    answer = browser.post(f"{PAGE}/new", chosen)
    assert answer.status_code == 303, answer.content
    return answer.headers["Location"]


def text_of(browser, page):
    return words_in(browser.get(page).content.decode())


def test_from_an_address_to_the_archive(northwind, adas, ticket):
    new = adas.post(f"{PAGE}/search", {"email": "Eli@example.org"}).headers["Location"]
    assert "eli@example.org" in adas.get(new).content.decode()
    page = ask(adas)
    assert 'data-fresh-url="' in adas.get(page).content.decode()
    assert adas.get(page, headers={"X-Requested-With": "live"}).status_code == 200
    assert adas.get(f"{page}/archive").status_code == 404
    run_jobs()
    assert "data-fresh-end" in adas.get(page, headers={"X-Requested-With": "live"}).content.decode()
    shown = adas.post(f"{page}/passphrase")
    assert shown.headers["Cache-Control"] == "no-store"
    [passphrase] = re.findall(r'<code class="secret" dir="ltr">([a-z0-9-]+)</code>', shown.content.decode())
    assert passphrase not in adas.get(page).content.decode()
    assert adas.post(f"{page}/passphrase").status_code == 303
    answer = adas.get(f"{page}/archive")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "eli" not in answer.headers["Content-Disposition"].lower()
    files = unpacked(b"".join(answer.streaming_content), passphrase)
    assert b"A lamp" in files["index.html"]
    assert page in adas.get(PAGE).content.decode()
    with account_scope(northwind.id):
        export = Export.objects.get()
        assert export.downloads == 1
        assert Event.objects.filter(object_id=export.pk, kind="export.downloaded").exists()


def test_nobody_has_the_address(adas, ticket):
    answer = adas.post(f"{PAGE}/search", {"email": "nobody@example.org"})
    assert answer.status_code == 422
    assert "Nobody here has this address" in words_in(answer.content.decode())


def test_what_is_typed_wrong_is_said(adas, ticket):
    contact = ticket.requester_id
    answer = adas.post(f"{PAGE}/new", {"contact": contact, "kind": "access", "language": "en", "days": "31"})
    assert answer.status_code == 422
    assert "data-error" in answer.content.decode()


def test_an_archive_is_deleted_before_its_time(northwind, adas, ticket):
    page = ask(adas)
    run_jobs()
    assert adas.post(f"{page}/removal").status_code == 303
    assert "The archive is deleted" in text_of(adas, page)
    assert adas.get(f"{page}/archive").status_code == 404
    adas.post(f"{page}/removal")
    assert "It was deleted before" in text_of(adas, page)


def test_an_archive_expires_on_the_page_too(northwind, adas, ticket):
    page = ask(adas)
    run_jobs()
    with account_scope(northwind.id):
        Export.objects.update(expires_at=now())
    assert "Show the passphrase" not in text_of(adas, page)
    assert "Deleted" in text_of(adas, PAGE)
    assert adas.get(f"{page}/archive").status_code == 404
    assert adas.post(f"{page}/passphrase").status_code == 303


def test_a_request_is_answered_by_its_kind(northwind, adas, ticket):
    with account_scope(northwind.id):
        new = NewRequest(PrivacyRequest.Type.PORTABILITY, PrivacyRequest.Channel.AGENT, now(), subject=ticket.requester)
        asked = open_request(new, actor=SYSTEM)
    page = adas.get(f"{PAGE}/new?request={asked.pk}").content.decode()
    assert re.search(r'value="portability"[^>]*checked', page)
    chosen = {"request": asked.pk, "kind": "portability", "language": "en", "days": "3"}
    adas.post(f"{PAGE}/new", chosen)
    with account_scope(northwind.id):
        export = Export.objects.get()
        assert (export.request_id, export.days, export.with_notes) == (asked.pk, 3, False)


def test_a_request_for_something_else_leads_nowhere(northwind, adas, ticket):
    with account_scope(northwind.id):
        new = NewRequest(PrivacyRequest.Type.ERASE, PrivacyRequest.Channel.AGENT, now(), subject=ticket.requester)
        asked = open_request(new, actor=SYSTEM)
    assert adas.get(f"{PAGE}/new?request={asked.pk}").status_code == 404
    assert adas.get(f"{PAGE}/new?request={northwind.id}").status_code == 404
    assert adas.get(f"{PAGE}/new").status_code == 303


def test_whoever_may_not_sees_nothing(client_of, cleo, ticket, adas):
    page = ask(adas)
    assert client_of(cleo).get(PAGE).status_code == 403
    assert client_of(cleo).get(page).status_code == 403
    assert "privacy/exports" not in client_of(cleo).get("/console/settings/profile").content.decode()


def test_another_account_finds_nothing(client_of, zoe, ticket, adas):
    page = ask(adas)
    run_jobs()
    browser = client_of(zoe)
    for end in ("", "/archive"):
        assert browser.get(f"{page}{end}").status_code == 404
    for end in ("/passphrase", "/removal"):
        assert browser.post(f"{page}{end}").status_code == 404
    assert browser.get(f"{PAGE}/new?contact={ticket.requester_id}").status_code == 404


def test_the_ticket_leads_there(adas, ticket):
    assert f"{PAGE}/new?contact={ticket.requester_id}" in adas.get(f"/console/tickets/{ticket.code}").content.decode()
