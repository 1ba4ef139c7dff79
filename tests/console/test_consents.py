"""Consents on screens: purposes in the settings, an agent's note in a ticket, the person's own page by their link."""

import re

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.consent.actions import Proof, give, withdraw
from steward.privacy.consent.asking import may
from steward.privacy.consent.links import token_of
from steward.privacy.consent.models import ConsentRecord, Purpose, PurposeText
from steward.privacy.consent.purposes import add_purpose
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message

LIST = "/console/settings/privacy/consent"
WORDS = {
    "en": {"name": "News", "text": "We write to you once a month."},
    "ar": {"name": "أخبار", "text": "نكتب إليك مرة في الشهر."},
}
TYPED = {"place": "newsletter", "code": "news-letter", "name_en": "News", "text_en": "We write to you once a month."}
SAID = {"purpose": "news", "said": "given", "channel": "call", "note": "Called on Tuesday"}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def news(northwind):
    with account_scope(northwind.id):
        return add_purpose("news", "newsletter", WORDS, actor=SYSTEM)


@pytest.fixture
def page(path):
    return f"{path}/consents"


@pytest.fixture
def own(northwind, eli):
    with account_scope(northwind.id):
        return f"/consent/{token_of(eli)}"


def decision(account, who, code="news"):
    with account_scope(account.id):
        return may(who, code)


def test_a_purpose_is_added_and_its_words_have_versions(adas, northwind):
    assert "Nothing is asked for yet." in adas.get(LIST).content.decode()
    assert adas.get(f"{LIST}/new").status_code == 200
    one = adas.post(f"{LIST}/new", TYPED)["Location"]
    assert "News" in adas.get(LIST).content.decode()
    assert adas.post(f"{LIST}/new", TYPED).status_code == 422, "a code is used once"
    begun = adas.get(one).content.decode()
    assert "We write to you once a month." in begun
    new = {"name_en": "News", "text_en": "Daily.", "name_da": "Nyt", "text_da": "Hver dag.", "asks_again": "on"}
    assert adas.post(one, new | {"text_da": ""}).status_code == 422, "a language has both or none"
    assert adas.post(one, new | {"is_required": "on"}).status_code == 303
    with account_scope(northwind.id):
        found, texts = Purpose.objects.get(), list(PurposeText.objects.order_by("number"))
        assert (found.least_version, found.is_required, [text.number for text in texts]) == (2, True, [1, 2])
        assert texts[1].words["da"] == {"name": "Nyt", "text": "Hver dag."}
    after = adas.get(one).content.decode()
    assert ("counts no longer" in after, "Hver dag." in after) == (True, True)
    assert adas.post(f"{one}/retirement", {"word": "no"}).status_code == 422
    adas.post(f"{one}/retirement", {"word": "retire"})
    assert "Retired" in adas.get(LIST).content.decode()
    assert 'name="text_en"' not in adas.get(one).content.decode()


def test_only_who_keeps_the_settings_keeps_purposes(bens, client_of, zoe, news):
    assert bens.get(LIST).status_code == 403
    assert client_of(zoe).get(f"{LIST}/{news.pk}").status_code == 404


def test_an_agent_notes_what_somebody_said_with_proof(bens, page, path, news, northwind, eli, ben):
    assert f"{page}" in bens.get(path).content.decode()
    assert "They have consented to nothing yet." in bens.get(page).content.decode()
    refused = bens.post(page, SAID | {"note": ""})
    assert (refused.status_code, "Say what shows that they agreed." in refused.content.decode()) == (422, True)
    assert bens.post(page, SAID | {"said": "withdrawn"}).status_code == 422, "there is nothing to take back"
    assert bens.post(page, SAID).status_code == 303
    assert decision(northwind, eli).is_allowed
    shown = bens.get(page).content.decode()
    assert all(words in shown for words in ("Called on Tuesday", "by telephone", "Northwind", "Ben"))
    assert bens.post(page, SAID | {"said": "withdrawn", "channel": "mail"}).status_code == 303
    assert decision(northwind, eli).reason == "withdrawn"
    assert bens.post(page, SAID | {"channel": "mail"}).status_code == 303
    with account_scope(northwind.id):
        by_mail = ConsentRecord.objects.get(ended_at=None)
        assert by_mail.message_id == Message.objects.get(ticket__requester=eli).pk
        by_mail.delete()
        kept = ConsentRecord.objects.get()
        assert (kept.ended_how, kept.ended_by_id, kept.given_by_id) == ("mail", ben.pk, ben.pk)


def test_who_only_reads_here_notes_nothing(client_of, dana, cleo, zoe, page, news):
    reads = client_of(dana)
    text = reads.get(page).content.decode()
    assert ("Note what they said" in text, "/consent/" in text) == (False, False)
    assert reads.post(page, SAID).status_code == 403
    assert client_of(cleo).get(page).status_code == 404
    assert client_of(zoe).get(page).status_code == 404


def test_the_person_takes_it_back_and_gives_it_again(visitor_at, northwind, eli, own, news):
    with account_scope(northwind.id):
        give(eli, news, Proof(channel="mail", language="en"), actor=SYSTEM)
    browser = visitor_at(northwind)
    shown = browser.get(own).content.decode()
    assert "We write to you once a month." in shown
    assert "Eli" not in shown, "who has the link is not told whose it is"
    assert decision(northwind, eli).is_allowed, "looking changes nothing"
    assert browser.post(own, {"purpose": news.pk, "wants": "no"}).status_code == 303
    assert decision(northwind, eli).reason == "withdrawn"
    assert "I consent again" in browser.get(own).content.decode()
    browser.post(own, {"purpose": news.pk, "wants": "yes"}, REMOTE_ADDR="192.0.2.77")
    assert decision(northwind, eli).is_allowed
    with account_scope(northwind.id):
        newest = ConsentRecord.objects.get(ended_at=None)
        assert (newest.channel, newest.network, newest.given_by_kind) == ("page", "192.0.2.0/24", "contact")
        told = Event.objects.filter(kind="consent.withdrawn").get()
        assert (told.actor_kind, told.actor_id) == ("contact", eli.pk)


def test_it_is_in_the_language_of_the_person_and_with_the_words_they_saw(visitor_at, northwind, eli, own, news):
    with account_scope(northwind.id):
        type(eli).objects.filter(pk=eli.pk).update(language="ar")
        give(eli, news, Proof(channel="mail", language="ar"), actor=SYSTEM)
    text = visitor_at(northwind).get(own).content.decode()
    assert re.search(r'<html[^>]*lang="ar"[^>]*dir="rtl"', text)
    assert 'lang="ar"' in text
    assert "نكتب إليك مرة في الشهر." in text


def test_nobody_agrees_to_what_they_were_never_asked(visitor_at, northwind, eli, own, news):
    browser = visitor_at(northwind)
    assert browser.post(own, {"purpose": news.pk, "wants": "yes"}).status_code == 404
    assert browser.post(own, {"purpose": "x", "wants": "yes"}).status_code == 404
    assert not decision(northwind, eli).is_allowed


def test_a_link_that_is_none_says_nothing(visitor_at, northwind, contoso, own, eli, news):
    assert visitor_at(northwind).get("/consent/" + "A" * 43).status_code == 404
    assert visitor_at(contoso).get(own).status_code == 404, "at another account"
    assert visitor_at().get(own).status_code == 404, "at no account"
    with account_scope(northwind.id):
        give(eli, news, Proof(channel="mail"), actor=SYSTEM)
        withdraw(eli, news, how="mail", actor=SYSTEM)
        ConsentRecord.objects.all().delete()
    assert "consented to nothing" in visitor_at(northwind).get(own).content.decode()
