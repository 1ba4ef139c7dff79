"""The page with the copy of everything: for owners who have just shown who they are."""

import io

import pytest
import pyzipper

from steward.people.sessions import CONFIRMED
from steward.privacy.takeout.models import AccountCopy
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.listings import words_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/console/settings/privacy/copy"


def test_an_owner_orders_it_sees_the_passphrase_once_and_downloads_it(client_of, ada, northwind):
    browser = client_of(ada)
    assert "Order the copy" in words_in(browser.get(PAGE).content.decode())
    assert browser.get(f"{PAGE}/archive")["Location"] == PAGE
    assert browser.post(f"{PAGE}/order")["Location"] == PAGE
    assert "Waiting" in words_in(browser.get(PAGE).content.decode())
    assert b"data-fresh-end" not in browser.get(PAGE, headers={"X-Requested-With": "live"}).content
    run_jobs("takeout.make")
    assert b"data-fresh-end" in browser.get(PAGE, headers={"X-Requested-With": "live"}).content
    answer = browser.post(f"{PAGE}/passphrase")
    with account_scope(northwind.id):
        copy = AccountCopy.objects.get()
    assert copy.sha256 in answer.content.decode()
    passphrase = answer.context["passphrase"]
    assert answer["Cache-Control"] == "no-store"
    assert browser.post(f"{PAGE}/passphrase")["Location"] == PAGE
    assert passphrase not in browser.get(PAGE).content.decode()
    assert browser.head(f"{PAGE}/archive").status_code == 200
    content = b"".join(browser.get(f"{PAGE}/archive").streaming_content)
    with pyzipper.AESZipFile(io.BytesIO(content)) as found:
        found.setpassword(passphrase.encode())
        assert b"steward-account-copy" in found.read("manifest.json")
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert copy.downloads == 1
    assert browser.post(f"{PAGE}/removal")["Location"] == PAGE
    assert browser.get(f"{PAGE}/archive")["Location"] == PAGE


def test_who_has_not_just_shown_who_they_are_does_so_first(client_of, ada):
    browser = client_of(ada)
    session = browser.session
    session.pop(CONFIRMED, None)
    session.save()
    assert browser.get(PAGE).status_code == 200
    for method, path in (("post", "order"), ("post", "passphrase"), ("get", "archive")):
        assert "/confirmation" in getattr(browser, method)(f"{PAGE}/{path}")["Location"]


def test_nobody_but_an_owner(client_of, ben):
    browser = client_of(ben)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}/order").status_code == 403
