"""The link of a person to their export: who has it downloads, until it ends, and nobody learns anything else."""

import re

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import NotThere, delete_export, offer_link, reveal_passphrase, withdraw_link
from steward.privacy.exports.models import Export
from steward.tenancy.scope import account_scope
from steward.testing.archives import export_person, unpacked
from steward.testing.listings import words_in
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/console/settings/privacy/exports"


@pytest.fixture
def export(northwind, eli):
    make_ticket(eli, subject="A lamp")
    return export_person(northwind, "eli@example.org")


@pytest.fixture
def token(northwind, export):
    with account_scope(northwind.id):
        return offer_link(export, actor=SYSTEM)


def fresh(export):
    with account_scope(export.account_id):
        return Export.objects.get(pk=export.pk)


def test_it_is_downloaded_without_signing_in(northwind, export, token, visitor_at):
    browser = visitor_at(northwind)
    page = browser.get(f"/exports/{token}")
    assert page.status_code == 200
    assert "Northwind has put together what it holds about you" in words_in(page.content.decode())
    assert "eli" not in words_in(page.content.decode()).lower(), "who has the link is not told who it is about"
    assert browser.head(f"/exports/{token}/archive").status_code == 200
    assert fresh(export).downloads == 0
    answer = browser.get(f"/exports/{token}/archive")
    with account_scope(northwind.id):
        files = unpacked(b"".join(answer.streaming_content), reveal_passphrase(export, actor=SYSTEM))
        told = Event.objects.get(object_id=export.pk, kind="export.downloaded")
    assert b"A lamp" in files["index.html"]
    assert (told.actor_kind, told.actor_id) == ("contact", export.contact_id)
    assert (fresh(export).downloads, fresh(export).link_downloads) == (1, 1)


@pytest.mark.parametrize("how", ["withdrawn", "renewed", "deleted", "expired"])
def test_a_link_that_ended_leads_nowhere(northwind, export, token, visitor_at, how):
    with account_scope(northwind.id):
        if how == "withdrawn":
            assert withdraw_link(export, actor=SYSTEM)
            assert not withdraw_link(export, actor=SYSTEM)
        elif how == "renewed":
            assert offer_link(export, actor=SYSTEM) != token
        elif how == "deleted":
            delete_export(export)
        else:
            Export.objects.update(expires_at=export.finished_at)
    browser = visitor_at(northwind)
    for end in ("", "/archive"):
        answer = browser.get(f"/exports/{token}{end}")
        assert answer.status_code == 404
        assert "This link has ended" in words_in(answer.content.decode())


def test_it_is_known_in_its_own_account_alone(token, contoso, visitor_at):
    assert visitor_at(contoso).get(f"/exports/{token}").status_code == 404
    assert visitor_at(contoso).get(f"/exports/{token}/archive").status_code == 404
    assert visitor_at().get(f"/exports/{token}").status_code == 404


def test_the_token_is_stored_hashed(export, token):
    assert token.encode() not in bytes(fresh(export).link_hash)
    assert len(fresh(export).link_hash) == 32


def test_nothing_is_offered_of_what_is_gone(northwind, export):
    with account_scope(northwind.id):
        delete_export(export)
        with pytest.raises(NotThere):
            offer_link(export, actor=SYSTEM)


def test_an_admin_makes_it_and_takes_it_back(northwind, export, client_of, ada, visitor_at):
    browser, page = client_of(ada), f"{PAGE}/{export.pk}"
    shown = browser.post(f"{page}/link").content.decode()
    [link] = re.findall(r'<code class="secret" dir="ltr">(http[^<]+)</code>', shown)
    path = "/exports/" + link.partition("/exports/")[2]
    assert visitor_at(northwind).get(path).status_code == 200
    assert link not in browser.get(page).content.decode()
    assert "downloaded 0 times by it" in words_in(browser.get(page).content.decode())
    assert browser.post(f"{page}/link/withdrawal").status_code == 303
    assert visitor_at(northwind).get(path).status_code == 404
    assert "Make a link" in words_in(browser.get(page).content.decode())
