"""The public page of subprocessors: what it shows to whom, of when, and how it is kept by browsers."""

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings as django_settings
from msgspec import structs

from steward.front.subprocessors import keeping
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.authorising import authorise, object_to
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.versions import newest_head
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry, rows_on, words_in

pytestmark = pytest.mark.django_db

PAGE, DAY = "/subprocessors", timedelta(days=1)
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _nothing_kept():
    keeping.forget()


@pytest.fixture
def base(visitor_at):
    return visitor_at()


@pytest.fixture
def european(northwind):
    """An account whose data belong to the region eu."""
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu")
    return northwind


def text_of(answer):
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def read(browser, **asked):
    return rows_on(text_of(browser.get(PAGE, asked)))


def test_without_a_list_it_says_so_in_plain_words(base, settings):
    settings.STEWARD_HOSTING = False
    assert "gives data to no subprocessor" in text_of(base.get(PAGE))
    settings.STEWARD_HOSTING = True
    assert "No list has been published here yet" in text_of(base.get(PAGE))


def test_no_host_of_the_operators_own_is_shown(base, settings):
    settings.STEWARD_HOSTING, settings.STEWARD_SMTP_RELAY = False, "smtp://relay.internal:25"
    for path in (PAGE, "/subprocessors.json", "/subprocessors.atom"):
        assert "relay.internal" not in text_of(base.get(path))


def test_a_row_says_who_what_for_and_where_with_its_hosts(base):
    publish(registry(engagement(description={"en": "Carries mail to its readers."})))
    row = read(base)["relay"]
    assert row.who.startswith("Relay GmbH")
    assert row.what_for.startswith("Carries mail to its readers. Sending e-mail")
    assert row.where == "Germany For customers in: Europe"
    assert row.facts["hosts"] == ("relay.example:587",)
    assert row.facts["categories"] == ("Messages and files", "E-mail address")
    assert "Retention" not in row.words


def test_what_is_not_stated_is_named_and_none_is_none(base):
    publish(registry(engagement(categories=None, persons=()), known_as=None, address="Main Street 1, Berlin"))
    row = read(base)["relay"]
    assert row.facts["persons"] == ("None",)
    assert row.facts["address"] == ("Main Street 1, Berlin",)
    assert "Categories of data" in row.facts["unstated"][0]
    assert "Whose data" not in row.facts["unstated"][0]


def test_everything_the_list_says_is_there(base):
    company = registry(
        engagement(
            persons=("customers",),
            place={"en": "Frankfurt"},
            is_optional=True,
            mechanism=doc.Mechanism.CLAUSES,
            mechanism_reference="2021/914",
            retention={"en": "Three days"},
            trains_models=False,
            responsibilities={"en": "We keep, they carry."},
            notes=(doc.Note(words={"en": "Elsewhere it says Paris."}, languages=("da",)),),
            listed_since=date(2020, 2, 3),
        ),
        known_as="Relay",
        address="Main Street 1",
        country="DE",
        website="https://relay.example/about",
        contact=doc.Contact(name="Rita", position="Privacy", email="rita@relay.example"),
        data_protection_contact="dpo@relay.example",
        due_diligence=(doc.Diligence(area=doc.Area.SECURITY, outcome="passed", by="Olga", on=date(2024, 1, 2)),),
        safeguards=(doc.Evidence(safeguard=doc.Safeguard.TRAINING, evidence="§ 4"),),
    )
    chained = doc.Subprocessor(
        key="cables", legal_name="Cable Ltd", kind=doc.Kind.SUBCONTRACTOR, parent="company", engagements=()
    )
    publish(structs.replace(company, subprocessors=(*company.subprocessors, chained)))
    facts = read(base)["relay"].facts
    told = {name: " ".join(values) for name, values in facts.items()}
    for name, words in {
        "known_as": "Relay", "address": "Main Street 1", "country": "Germany", "website": "https://relay.example/about",
        "contact": "Rita · Privacy · rita@relay.example", "data_protection_contact": "dpo@relay.example",
        "engaged_by": "Host s.r.o.", "chain": "Cable Ltd", "kind": "Service", "place": "Frankfurt, Germany",
        "persons": "Customers who write or call", "is_optional": "Optional: it can be switched off",
        "mechanism": "standard contractual clauses, module 3 (GDPR article 46) · 2021/914", "retention": "Three days",
        "trains_models": "No", "responsibilities": "We keep, they carry.", "listed_since": "3 February 2020",
        "due_diligence": "Security · passed · by Olga · 2 January 2024",
        "safeguards": "trains those with access regularly in security and data protection · § 4",
    }.items():  # fmt: skip
        assert told[name] == words, name
    assert told["agreements"].startswith("Version 1 · in force from ")
    assert "Dansk: Elsewhere it says Paris." in read(base)["relay"].words


def test_what_operators_and_companies_write_is_text(base):
    evil = "<script>alert(1)</script>"
    publish(registry(engagement(description={"en": evil}), legal_name=evil, website="javascript:alert(1)"))
    text = text_of(base.get(PAGE))
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_it_reads_without_scripts_and_sets_no_cookie(base):
    publish(registry(engagement()))
    answer = base.get(PAGE)
    assert "<script" not in text_of(answer)
    assert not answer.cookies
    assert "csrf" not in text_of(answer).replace('name="csrf-token"', "")


def test_customers_of_one_region_see_what_serves_them(base):
    publish(registry(engagement(), engagement("far", regions=("us",)), engagement("all", regions=None)))
    assert list(read(base)) == ["relay", "far", "all"]
    assert list(read(base, region="us")) == ["far", "all"]


def test_a_region_that_came_later_is_known_before_it_was_there(base):
    old = structs.replace(registry(engagement(regions=None)), regions=())
    publish(old, at=now() - 60 * DAY)
    publish(registry(engagement(), engagement("far", regions=("us",))), at=now() - DAY)
    assert list(read(base, region="us", version=1)) == ["relay"]
    assert base.get(PAGE, {"region": "apac", "version": 1}).status_code == 400


def test_a_coming_change_stands_on_top_with_its_objection_date(base):
    publish(registry(engagement()))
    with time_machine.travel(datetime(2026, 12, 1, 9, 30, tzinfo=UTC), tick=False):
        publish(registry(engagement(), engagement("ai", purposes=("answer.suggest",))))
        text = text_of(base.get(PAGE))
        assert list(rows_on(text)) == ["relay"]
        assert text.index('id="coming"') < text.index('id="relay"')
        coming = words_in(text[text.index('id="coming"') : text.index('id="places"')])
        assert "31 December 2026, 09:30 UTC" in coming
        assert list(read(base, as_of="2027-01-01")) == ["relay", "ai"], "a day to come shows what is announced for it"


def test_what_was_made_before_is_made_anew_once_the_change_stands(base):
    start = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    publish(registry(engagement()), at=start - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=start)
    stands = start + 30 * DAY
    for moment, rows in ((stands - timedelta(seconds=1), ["relay"]), (stands, ["relay", "ai"])):
        with time_machine.travel(moment, tick=False):
            assert list(read(base)) == rows


def test_an_account_sees_its_own_region_and_what_it_switched_off(european, visitor_at):
    publish(registry(engagement(), engagement("far", regions=("us",)), engagement("ai", purposes=("answer.suggest",))))
    browser = visitor_at(european)
    assert {key: row.status for key, row in read(browser).items()} == {"relay": "used", "ai": "used"}
    with account_scope(european.id):
        object_to("ai", actor=SYSTEM, reason="No, thank you: it is secret why.")
    text = text_of(browser.get(PAGE))
    rows = rows_on(text)
    assert (rows["ai"].status, rows["relay"].status) == ("off", "used")
    assert "Off for this account" in rows["ai"].who
    assert "hosts" not in rows["ai"].facts or "None" in rows["ai"].facts["hosts"]
    assert "secret why" not in text
    assert european.name in text
    assert read(visitor_at())["ai"].status == "used", "the base domain speaks of everybody"


def test_an_account_that_is_asked_first_uses_what_it_has_agreed_to(european, visitor_at):
    publish(registry(engagement(), engagement("ai", purposes=("answer.suggest",))))
    with account_scope(european.id):
        bring_into_force(uuid4(), mode=AccountTerms.Mode.SPECIFIC, actor=SYSTEM)
        authorise("relay", actor=SYSTEM)
    assert {key: row.status for key, row in read(visitor_at(european)).items()} == {"relay": "used", "ai": "off"}


def test_an_account_opened_later_has_what_it_accepted_at_once(european, contoso, visitor_at):
    opened = european.created_at
    publish(registry(engagement()), at=opened - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=opened - DAY)
    assert list(read(visitor_at(european))) == ["relay", "ai"]
    assert list(read(visitor_at())) == ["relay"]


def test_nothing_personal_is_on_an_accounts_page(european, visitor_at, ada, ben):
    publish(registry(engagement()))
    for path in (PAGE, "/subprocessors.json", "/subprocessors.atom", "/subprocessors/feed.json"):
        text = text_of(visitor_at(european).get(path))
        for person in (ada, ben):
            assert person.user.email not in text
            assert str(person.id) not in text


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


@pytest.mark.parametrize("path", [PAGE, "/subprocessors.json", "/subprocessors.atom", "/subprocessors/feed.json"])
def test_who_has_it_already_is_told_that(path, base):
    publish(registry(engagement()), at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    first = base.get(path)
    assert first.headers["Last-Modified"] == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert "public" in first.headers["Cache-Control"]
    mark = first.headers["ETag"]
    again = base.get(path, headers={"if-none-match": mark})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", mark)
    assert base.get(path, headers={"if-modified-since": first.headers["Last-Modified"]}).status_code == 304
    publish(registry(engagement(), engagement("ai")))
    assert base.get(path, headers={"if-none-match": mark}).status_code == 200


PATHS = (
    PAGE,
    "/subprocessors.json",
    "/.well-known/subprocessors.json",
    "/subprocessors.atom",
    "/subprocessors/feed.json",
)


def varying(answer):
    """By what the answer differs, but for how it is packed."""
    return set(filter(None, answer.headers.get("Vary", "").split(", "))) - {"Accept-Encoding"}


@pytest.mark.parametrize("path", PATHS)
def test_what_caches_keep_for_everybody_carries_nobodys_choice(path, base):
    publish(registry(engagement()))
    for asked in ({"lang": "da"}, {"lang": "da", "as_of": "zz"}, {"lang": "da", "as_of": "1999-01-01"}):
        answer = base.get(path, asked, headers={"accept-language": "pl"})
        assert not answer.cookies
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert varying(answer) == set(), "the address alone says which answer it is"
        assert answer.headers["Content-Language"] == "da"
    plain = base.get(path, headers={"accept-language": "pl"})
    assert (plain.headers["Content-Language"], varying(plain)) == ("pl", {"Accept-Language", "Cookie"})
    asked = {"lang": "da"}
    again = base.get(path, asked, headers={"if-none-match": base.get(path, asked).headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, no-cache")
    assert not again.cookies
    assert varying(again) == set()
    assert base.get(path, asked).headers["ETag"] != base.get(path, {"lang": "pl"}).headers["ETag"]


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


def test_a_day_that_is_today_is_made_anew_once_a_change_stands(base):
    start = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    publish(registry(engagement()), at=start - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=start)
    stands = start + 30 * DAY
    for moment, rows in ((stands - timedelta(seconds=1), ["relay"]), (stands, ["relay", "ai"])):
        with time_machine.travel(moment, tick=False):
            assert list(read(base, as_of=stands.date().isoformat())) == rows


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


@pytest.mark.parametrize("path", PATHS)
def test_at_the_host_of_an_account_neither(path, european, visitor_at):
    publish(registry(engagement()))
    browser = visitor_at(european)
    for asked, status in {
        "": 200, "region=eu": 200, "region=us": 200, "region=none": 400, "lang=xx": 400, "as_of=garbage": 400,
        "lang=ar&as_of=9999-12-31": 200, "version=1&compare=1": 200,
    }.items():  # fmt: skip
        answer = browser.get(f"{path}?{asked}")
        assert (answer.status_code, asked) == (status, asked)
        assert not answer.cookies


def test_an_account_that_switches_something_off_has_another_page(european, visitor_at):
    publish(registry(engagement()))
    browser = visitor_at(european)
    mark = browser.get(PAGE).headers["ETag"]
    assert browser.get(PAGE, headers={"if-none-match": mark}).status_code == 304
    with account_scope(european.id):
        object_to("relay", actor=SYSTEM)
    assert browser.get(PAGE, headers={"if-none-match": mark}).status_code == 200


def test_only_so_many_answers_are_kept(base):
    for number in range(keeping.MOST + 5):
        keeping.kept(number, lambda: keeping.made("x", "text/plain", changed_at=None, good_until=None))
    assert len(keeping._kept) == keeping.MOST


def test_a_made_page_costs_one_statement(base, django_assert_num_queries):
    publish(registry(engagement()))
    text_of(base.get(PAGE))
    with django_assert_num_queries(1):
        text_of(base.get(PAGE))


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


def test_an_account_that_is_asked_for_each_sees_what_became_wider_as_off(base, european, visitor_at):
    Account.objects.update(created_at=now() - 90 * DAY)
    with account_scope(european.id):
        bring_into_force(uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)
    publish(registry(engagement()), at=now() - 60 * DAY)
    with account_scope(european.id):
        authorise("relay", actor=SYSTEM)
    assert read(visitor_at(european))["relay"].status == "used"
    publish(registry(engagement(countries=("DE", "FR"))), at=now() - 31 * DAY)
    assert read(visitor_at(european))["relay"].status == "off"
