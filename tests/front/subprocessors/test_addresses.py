"""What is asked of the public page in its address: a day, a version, a language, JSON and feeds."""

import html
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings

from steward.lib.clock import now
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.versions import newest_head
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.testing.listings import PAGE, engagement, publish, registry, text_of, words_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
ATOM = "{http://www.w3.org/2005/Atom}"


PATHS = (
    PAGE,
    "/subprocessors.json",
    "/.well-known/subprocessors.json",
    "/subprocessors.atom",
    "/subprocessors/feed.json",
)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"as_of": "2024-13-01"}, "is no day"),
        ({"as_of": "yesterday"}, "is no day"),
        ({"as_of": "2024-1-1"}, "is no day"),
        ({"version": "nine"}, "is no number of a version"),
        ({"version": "9"}, "has no version 9"),
        ({"version": "1", "as_of": "2024-01-01"}, "not for both"),
        ({"lang": "xx"}, "not there in the language"),
        ({"compare": "7"}, "has no version 7"),
        ({"region": "none"}, "knows no region “none”"),
        ({"region": "eu\0"}, "knows no region"),
        ({"version": "٢"}, "is no number of a version"),
        ({"compare": "٢"}, "is no number of a version"),
        ({"as_of": "2024-1二-1"}, "is no day"),
    ],
)
def test_an_address_that_means_nothing_is_answered_in_words(asked, said, base):
    publish(registry(engagement()))
    answer = base.get(PAGE, asked)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    told = base.get("/subprocessors.json", asked)
    assert (told.status_code, said in json.loads(told.content)["error"]) == (400, True)


def test_faults_are_told_in_the_readers_language(base):
    publish(registry(engagement()))
    answer = base.get(PAGE, {"as_of": "zz", "lang": "pl"})
    assert "nie jest dniem" in answer.content.decode()
    assert 'lang="pl"' in answer.content.decode()


def test_before_the_first_list_its_date_is_told(base):
    import_versions(example_versions())
    answer = base.get(PAGE, {"as_of": "2019-10-27"})
    assert answer.status_code == 404
    assert "28 October 2019" in words_in(answer.content.decode())
    assert base.get(PAGE, {"as_of": "2019-10-28"}).status_code == 200


def test_what_is_no_longer_used_is_told(base):
    import_versions(example_versions())
    text = text_of(base.get(PAGE))
    assert 'id="removed-linode-eu"' in text
    assert "On the list from 28 October 2019 until 13 December 2024." in words_in(text)


def test_a_version_is_read_as_it_was_and_compared(base):
    publish(registry(engagement()), at=now() - 60 * DAY)
    publish(registry(engagement(countries=("DE", "FR"))), at=now() - DAY, summary="France, too")
    text = text_of(base.get(PAGE, {"version": 2, "compare": 1}))
    assert "More places" in words_in(text)
    assert "<del>" in text
    assert "Germany, France" in words_in(text)
    assert "there are newer ones" in words_in(text_of(base.get(PAGE, {"version": 1})))
    assert "France, too" in text


@pytest.mark.parametrize("path", ["/subprocessors.json", "/.well-known/subprocessors.json"])
def test_programs_read_the_same(path, base):
    content = registry(engagement(), engagement("far", regions=("us",)))
    version = publish(content)
    told = json.loads(text_of(base.get(path, {"region": "eu"})))
    assert (told["version"]["number"], told["version"]["sha256"]) == (1, version.sha256)
    assert told["prevailing_language"] == "en"
    [row] = told["subprocessors"]
    assert row["facts"]["legal_name"]["values"] == ["Relay GmbH"]
    assert row["facts"]["address"]["values"] is None, "not stated"
    assert row["hosts"] == ["relay.example:587"]
    assert doc.digest(doc.canonical(content)) == told["version"]["sha256"]


def test_feeds_tell_of_each_version(base):
    publish(registry(engagement()), at=now() - 60 * DAY)
    publish(registry(engagement(), engagement("ai")), summary="Better answers")
    atom = ElementTree.fromstring(text_of(base.get("/subprocessors.atom")))
    assert atom.tag == f"{ATOM}feed"
    entries = atom.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id").rpartition("=")[2] for entry in entries] == ["2", "1"]
    assert "Better answers" in entries[0].findtext(f"{ATOM}content")
    assert "New: Relay GmbH (Germany)" in entries[0].findtext(f"{ATOM}content")
    told = json.loads(text_of(base.get("/subprocessors/feed.json", {"lang": "da"})))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert (told["language"], len(told["items"])) == ("da", 2)
    assert "owners of accounts can object" in entries[0].findtext(f"{ATOM}content")


def test_a_language_that_was_asked_for_is_kept_by_the_links_of_the_page(base):
    publish(registry(engagement()), at=now() - 60 * DAY)
    publish(registry(engagement(), engagement("ai")))
    for asked in ({"lang": "da", "version": 1}, {"lang": "da", "as_of": "zz"}, {"lang": "da", "as_of": "1999-01-01"}):
        text = base.get(PAGE, asked).content.decode()
        ours = [html.unescape(one) for one in re.findall(r'href="((?:http://localhost[^"]*)?/[^"]*)"', text)]
        pages = [one for one in ours if "/subprocessors" in one and ".css" not in one]
        assert pages
        assert [one for one in pages if "lang=" not in one] == []
    text = text_of(base.get("/subprocessors/subscription", {"lang": "da"}))
    assert 'href="/subprocessors?lang=da"' in text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "asked", ["as_of=9999-12-31", "as_of=0001-01-01", "lang=%ff", "region=%00", "version=999999", "compare=0001-01-01",
              "as_of[]=1", "version=0", "lang=da&lang=xx", "as_of=2024-02-30", "region=" + "e" * 5000, "version=-1"]
)  # fmt: skip
def test_no_address_is_a_fault_of_ours(path, asked, base):
    for _ in range(2):
        assert base.get(f"{path}?{asked}").status_code in {200, 400, 404}
        if not newest_head().number:
            publish(registry(engagement()))


def test_every_page_says_another_language_is_there(base):
    publish(registry(engagement()))
    text = text_of(base.get(PAGE, {"lang": "ar", "region": "eu"}))
    assert '<html lang="ar"' in text
    assert 'dir="rtl"' in text
    for code in LANGUAGES:
        assert f"lang={code}&amp;region=eu" in text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2999-01-01"])
def test_days_at_the_ends_of_the_calendar_are_days(base, european, visitor_at, day):
    publish(registry(engagement()))
    for browser in (base, visitor_at(european)):
        for address in (PAGE, "/subprocessors.json"):
            for asked in ({"as_of": day}, {"compare": day}):
                assert browser.get(address, asked).status_code in {200, 404}


def test_no_sign_that_xml_cannot_hold_breaks_the_feed(base):
    publish(registry(engagement()), summary="A relay\x0b in \x00Frankfurt\ufffe.".replace("\x00", ""))
    feed = ElementTree.fromstring(text_of(base.get("/subprocessors.atom")))
    assert "A relay in Frankfurt." in feed.find(f"{ATOM}entry/{ATOM}content").text


@pytest.mark.parametrize("of_account", [False, True])
def test_with_a_slash_at_its_end_the_address_leads_to_the_page(of_account, base, northwind, visitor_at):
    browser = visitor_at(northwind) if of_account else base
    answer = browser.get("/subprocessors/?lang=vi&as_of=2019-10-28")
    assert (answer.status_code, answer["Location"]) == (301, "/subprocessors?lang=vi&as_of=2019-10-28")
    assert browser.get("/subprocessors/")["Location"] == "/subprocessors"
    assert browser.post("/subprocessors/").status_code == 405
