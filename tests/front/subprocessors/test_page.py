"""The public page of subprocessors: what it says of each, and how it reads."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from msgspec import structs

from steward.lib.clock import now
from steward.privacy.egress.registry import document as doc
from steward.testing.listings import PAGE, engagement, publish, read, registry, rows_on, text_of, words_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
ATOM = "{http://www.w3.org/2005/Atom}"


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
