"""The example shows every row and fact of the two lists, each in six languages."""

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec import Struct, json
from msgspec.structs import replace

from steward.privacy.egress.registry.changes import Change, changes_between, engaged_in
from steward.privacy.egress.registry.document import (
    Area,
    Kind,
    Measure,
    Registry,
    Safeguard,
    Source,
    Standard,
    Words,
    canonical,
    parse_registry,
)
from steward.privacy.egress.registry.faults import faults_of
from steward.privacy.subprocessors.example import EXAMPLE, example_versions
from steward.privacy.subprocessors.prose import LANGUAGES, filled

OLD, NEW = date(2019, 10, 28), date(2024, 12, 13)
AWS = "Amazon Web Services, LLC"
INFRASTRUCTURE, SERVICE, GROUP = Kind.INFRASTRUCTURE, Kind.SERVICE, Kind.GROUP_ENTITY

# key, kind, legal name, customers served, countries, closer place, English description
ROWS_2019 = [
    ("linode-eu", INFRASTRUCTURE, "Linode, LLC", None, None, "European Union", "Hosts servers"),
    ("linode-united-kingdom", INFRASTRUCTURE, "Linode, LLC", None, ("GB",), None, "Hosts servers"),
    ("linode-united-states", INFRASTRUCTURE, "Linode, LLC", None, ("US",), None, "Hosts servers"),
    ("linode-singapore", INFRASTRUCTURE, "Linode, LLC", None, ("SG",), None, "Hosts servers"),
    ("aws-ireland", INFRASTRUCTURE, AWS, ("eu",), ("IE",), None, "Hosts servers"),
    ("aws-california", INFRASTRUCTURE, AWS, ("us",), ("US",), "Northern California", "Hosts servers"),
    ("aws-singapore", INFRASTRUCTURE, AWS, ("apac",), ("SG",), None, "Hosts servers"),
    ("websupport-eu", INFRASTRUCTURE, "Websupport, s.r.o.", ("eu",), None, None, "Hosts servers"),
    ("quality-unit-llc", GROUP, "Quality Unit, LLC", None, None, None, "delivering the service, as a subprocessor"),
    (
        "ukraine-service",
        SERVICE,
        "Quality Unit Ukraine",
        None,
        None,
        None,
        "delivering the service, as a subcontractor",
    ),
    ("twilio-calls", SERVICE, "Twilio, Inc.", None, None, None, "VoIP"),
]
ROWS_2024 = [
    ("aws-germany", INFRASTRUCTURE, AWS, ("eu",), ("DE",), None, "Hosts servers"),
    ("aws-ireland", INFRASTRUCTURE, AWS, ("eu",), ("IE",), None, "Hosts servers"),
    ("aws-california", INFRASTRUCTURE, AWS, ("us",), ("US",), "Northern California", "Hosts servers"),
    ("aws-singapore", INFRASTRUCTURE, AWS, ("apac",), ("SG",), None, "Hosts servers"),
    ("quality-unit-sro", GROUP, "Quality Unit, s.r.o.", None, None, None, "delivering the service, as a subprocessor"),
    (
        "ukraine-service",
        SERVICE,
        "Quality Unit Ukraine",
        None,
        None,
        None,
        "delivering the service, as a subcontractor",
    ),
    ("twilio-calls", SERVICE, "Twilio, Inc.", None, None, None, "VoIP"),
    ("mailchimp-mail", SERVICE, "Intuit", None, None, None, "Ticketing and e-mail delivery"),
    ("openai-answers", SERVICE, "OpenAI", None, None, None, "Improves answers to customers"),
]
PURPOSES = {
    "twilio-calls": ("call.carry",),
    "mailchimp-mail": ("mail.deliver", "service.deliver"),
    "openai-answers": ("answer.suggest",),
}
TIERS = (Standard.TIER_3_PLUS, Standard.TIER_4, Standard.PCI_DSS)
AS_BEFORE = (*TIERS, Standard.SSAE_16, Standard.ISO_27001)
AS_GERMANY = (*TIERS, Standard.SOC_1, Standard.SOC_2, Standard.ISO_27001)
OF_2019, OF_2024 = example_versions()
ROWS = {OLD: ROWS_2019, NEW: ROWS_2024}


@pytest.fixture(params=[OF_2019, OF_2024], ids=["2019", "2024"])
def registry(request: pytest.FixtureRequest) -> Registry:
    return request.param  # type: ignore[no-any-return]


def test_a_list_has_every_row_and_no_other(registry: Registry) -> None:
    found = []
    for key, engaged in engaged_in(registry).items():
        company, one = engaged.subprocessor, engaged.engagement
        found.append((key, company.kind, company.legal_name, one.regions, one.countries, one.place.get("en")))
    assert found == [row[:-1] for row in ROWS[registry.stated_on]]


def test_a_list_says_what_each_is_for(registry: Registry) -> None:
    engaged = engaged_in(registry)
    for key, kind, *_, description in ROWS[registry.stated_on]:
        one = engaged[key].engagement
        assert description in one.description["en"]
        usual = ("data.host",) if kind == INFRASTRUCTURE else ("service.deliver",)
        assert one.purposes == PURPOSES.get(key, usual)


def test_a_list_says_what_the_facilities_have(registry: Registry) -> None:
    for key, engaged in engaged_in(registry).items():
        facility = engaged.engagement.facility
        if engaged.subprocessor.kind is not INFRASTRUCTURE:
            assert facility is None
            continue
        assert facility is not None
        assert facility.is_any_of
        assert facility.standards == (AS_GERMANY if key == "aws-germany" else AS_BEFORE)
        assert facility.measures == (Measure.REDUNDANT_POWER, Measure.UPS, Measure.BACKUP_GENERATORS)


def test_a_list_keeps_general_statements_for_each_company(registry: Registry) -> None:
    for company in registry.subprocessors:
        assert [one.safeguard for one in company.safeguards or ()] == list(Safeguard)
        assert [one.area for one in company.due_diligence or ()] == list(Area)
        assert all(one.evidence is None for one in company.safeguards or ())
        assert all((one.outcome, one.by, one.on) == (None, None, None) for one in company.due_diligence or ())


def test_a_list_leaves_open_what_no_page_states(registry: Registry) -> None:
    for engaged in engaged_in(registry).values():
        company, one = engaged.subprocessor, engaged.engagement
        assert {company.address, company.country, company.website, company.contact, company.agreements} == {None}
        assert {one.categories, one.persons, one.mechanism, one.endpoints, one.trains_models} == {None}
        assert not one.retention
        assert one.is_optional is None


def test_a_list_names_the_provider(registry: Registry) -> None:
    provider = registry.provider
    assert (provider.legal_name, provider.service) == ("Quality Unit, s. r. o.", "LiveAgent")
    assert (provider.account_address, provider.privacy_email) == ("*.ladesk.com", "info@liveagent.com")
    assert (provider.address, provider.country, provider.website) == (None, None, None)
    assert registry.is_example
    assert [place.code for place in registry.regions] == ["eu", "us", "apac"]


def test_a_list_may_be_published(registry: Registry) -> None:
    assert faults_of(registry) == []


def test_a_list_has_one_canonical_form(registry: Registry) -> None:
    text = canonical(registry)
    assert canonical(parse_registry(text)) == text
    assert parse_registry(text) == registry


def test_a_list_speaks_every_language_everywhere(registry: Registry) -> None:
    found = list(words_in(registry))
    assert len(found) > 90
    for words in found:
        assert sorted(words) == sorted(LANGUAGES)
        assert all(text.strip() for text in words.values())


def test_a_list_translates_what_is_a_sentence(registry: Registry) -> None:
    for words in words_in(registry):
        assert len(set(words.values())) == len(LANGUAGES), words["en"]


def test_a_list_names_no_person(registry: Registry) -> None:
    assert "andrej" not in canonical(registry).lower()


def test_a_list_says_nothing_of_what_only_this_software_does(registry: Registry) -> None:
    prose = {block.key: filled(block, registry.provider).text["en"] for block in registry.prose}
    assert "enforcement" not in prose
    assert not any("one click" in text or "one button" in text for text in prose.values())
    assert "None of the pages says" in prose["changes"]
    assert "info@liveagent.com" in prose["dpa"]


def words_in(value: object) -> Iterator[Words]:
    """Every text by language in a document, but those that are empty, for not stated."""
    if isinstance(value, dict):
        if value:
            yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from words_in(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from words_in(one)


def test_the_files_are_canonical_documents_laid_out_to_be_read() -> None:
    paths = sorted(EXAMPLE.glob("*.json"))
    assert [path.stem for path in paths] == ["2019-10-28", "2024-12-13"]
    for path in paths:
        text = path.read_text()
        assert json.format(canonical(parse_registry(text)), indent=2) + "\n" == text


def test_the_oldest_comes_first_each_with_its_date_and_sources() -> None:
    assert (OF_2019.stated_on, OF_2024.stated_on) == (OLD, NEW)
    name, gdpr = "LiveAgent, list of subprocessors", Source("LiveAgent, GDPR page", date(2018, 5, 25), "lv")
    of_2019, of_2024 = (tuple(replace(one, title={}) for one in of.sources) for of in (OF_2019, OF_2024))
    assert of_2019 == (*(Source(name, OLD, language) for language in ("pl", "vi", "ar")), gdpr)
    assert of_2024 == (Source(name, NEW, "da"), gdpr)
    assert all(one.title["en"] == one.name for one in (*OF_2019.sources, *OF_2024.sources))


def test_what_changed_from_one_list_to_the_other() -> None:
    before, after = engaged_in(OF_2019), engaged_in(OF_2024)
    changes = {key: changes_between(before.get(key), after.get(key)) for key in {*before, *after}}
    removed = {"linode-eu", "linode-united-kingdom", "linode-united-states", "linode-singapore"}
    removed |= {"websupport-eu", "quality-unit-llc"}
    added = {"aws-germany", "quality-unit-sro", "mailchimp-mail", "openai-answers"}
    assert {key for key, found in changes.items() if found == {Change.REMOVE}} == removed
    assert {key for key, found in changes.items() if found == {Change.ADD}} == added
    assert {key for key, found in changes.items() if not found} == {
        "aws-ireland",
        "aws-california",
        "aws-singapore",
        "ukraine-service",
        "twilio-calls",
    }


def test_each_engagement_says_since_when_it_is_listed() -> None:
    for key, engaged in engaged_in(OF_2024).items():
        assert engaged.engagement.listed_since == (OLD if key in engaged_in(OF_2019) else NEW)


def test_mailchimp_is_what_intuit_is_known_as() -> None:
    assert {one.legal_name: one.known_as for one in OF_2024.subprocessors if one.known_as} == {"Intuit": "MailChimp"}


def noted(registry: Registry, text: str) -> tuple[str, ...]:
    return next(note.languages for note in registry.notes if text in note.words["en"])


def test_where_the_pages_disagree_a_note_says_so() -> None:
    assert noted(OF_2019, "shorter form") == ("pl",)
    assert noted(OF_2019, "without s. r. o.") == ("pl",)
    assert noted(OF_2019, "United States and Europe") == ("pl", "vi", "ar")
    assert noted(OF_2024, "United States and Europe") == ("da",)
    for registry in (OF_2019, OF_2024):
        assert noted(registry, "Germany, the United Kingdom and Slovakia, provided by Linode, Inc.") == ("lv",)
        assert noted(registry, "bears no date") == ("lv",)
    notes = engaged_in(OF_2019)["ukraine-service"].engagement.notes
    assert [(note.languages, "calls the company a subprocessor" in note.words["en"]) for note in notes] == [
        (("pl", "vi"), True)
    ]
    for key in ("linode-united-kingdom", "linode-singapore", "aws-ireland", "aws-california", "aws-singapore"):
        assert [note.languages for note in engaged_in(OF_2019)[key].engagement.notes] == [("pl",)]


def test_the_prose_answers_what_the_source_pages_answer(registry: Registry) -> None:
    """One fact of the pages for each of their questions; the other languages have as many lines and values."""
    prose = {block.key: filled(block, registry.provider).text["en"] for block in registry.prose}
    assert len(prose) == len(registry.prose)
    for key, fact in FACTS.items():
        assert fact in prose[key], key


def test_names_and_figures_are_the_same_in_each_language(registry: Registry) -> None:
    prose = {block.key: filled(block, registry.provider).text for block in registry.prose}
    for key, facts in FIGURES.items():
        for language in LANGUAGES:
            assert [fact for fact in facts if fact not in prose[key][language]] == [], (key, language)


FIGURES = {
    "provider": ("Quality Unit, s. r. o.", "LiveAgent", "*.ladesk.com"),
    "safeguards": ("DPA",),
    "dpa": ("DPA", "info@liveagent.com"),
    "conclude-dpa": ("info@liveagent.com",),
    "officer": ("info@liveagent.com",),
    "where-kept": ("Linode, Inc.",),
    "how-long": ("14", "7", "60", "30"),
    "security": ("HTTPS", "IP", "REST API"),
    "compliance": ("2016/679", "2018"),
    "what-customers-delete": ("OAuth",),
}
FACTS = {
    "provider": "Accounts answer at *.ladesk.com.",
    "due-diligence": "- confidentiality",
    "safeguards": "- to tell the provider promptly of every breach",
    "infrastructure": "may move from one data centre to another",
    "production": "owns the infrastructure on which customers' data are hosted, or controls access",
    "other-subprocessors": "may have access to customers' data",
    "subcontractors": "access only with the customer's prior consent",
    "disclaimer": "no additional rights, and it is no binding agreement",
    "dpa": "by e-mail",
    "what-is-a-subprocessor": "on behalf of the provider",
    "how-chosen": "security, privacy and confidentiality",
    "which-safeguards": "regularly trained people",
    "where-kept": "Germany, the United Kingdom and Slovakia, provided by Linode, Inc.",
    "conclude-dpa": "writes to the provider",
    "officer": "Yes, and a team inside the company",
    "own-template": "completes it, signs it and sends it back",
    "breach": "data protection officers and local authorities",
    "how-long": "Within the next 60 days",
    "who-sees": "support, development or marketing team",
    "deletion": "without delay",
    "vendor-agreements": "every subprocessor and subcontractor",
    "third-parties": "on this page",
    "processing": "reliable service",
    "data-subjects": "Only natural persons",
    "categories": "- browser cookies",
    "special-categories": "No.",
    "transfers": "within the European Union or the United States",
    "security": "- HTTPS everywhere, for chat and e-mail too",
    "compliance": "since May 2018",
    "new-measures": "how to react to incidents and breaches",
    "what-customers-delete": "OAuth tokens, sessions and saved searches",
    "chat-consent": "in the form before the chat",
    "own-customers": "for five years after the end of the service",
}
