"""Writing the list in the back office: from an empty one to a published one, and nobody loses what they typed."""

import pytest

from steward.people.models import OperatorAct
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Mechanism, Protocol, canonical
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.models import RegistryDraft
from steward.testing.registry_forms import (
    DRAFT,
    MAIL,
    NEW,
    OFFICE,
    RELAY,
    add_relay,
    begin,
    errors_of,
    form_of,
    keep,
    registry,
    said,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("version", "language"), [(0, "en"), (1, "ar")])
def test_a_page_of_every_part_says_exactly_what_the_document_says(operator_client, example, version, language):
    before = published().versions[version].registry
    begin(operator_client)
    operator_client.cookies["django_language"] = language
    draft = RegistryDraft.objects.get()
    RegistryDraft.objects.update(document=canonical(before))
    paths = [f"{DRAFT}/provider", *(f"{DRAFT}/regions/{one.code}" for one in before.regions)]
    for company in before.subprocessors:
        paths.append(f"{DRAFT}/subprocessors/{company.key}")
        paths += [f"{DRAFT}/subprocessors/{company.key}/engagements/{one.key}" for one in company.engagements]
    paths += [f"{DRAFT}/prose/{one.key}" for one in before.prose]
    for path in paths:
        keep(operator_client, path, form_of(operator_client, path))
        assert registry() == before, path
    assert RegistryDraft.objects.get().edition == draft.edition, "nothing was changed"


def test_a_whole_walk_from_an_empty_list_to_a_published_one(operator_client, olga):
    assert "No list is published yet." in operator_client.get(OFFICE).content.decode()
    add_relay(operator_client)
    company = {
        **said(known_as="The relay", website="https://relay.example", contact_email="privacy@relay.example"),
        "country": "DE", "due_diligence": "stated", "due_diligence-0-is_there": "on", "due_diligence-0-by": "Olga",
        "due_diligence-0-by_unsaid": "", "due_diligence-0-on": "2026-03-01", "due_diligence-0-on_unsaid": "",
        "due_diligence-0-documents": "report.pdf\naudit.pdf", "due_diligence-0-documents_unsaid": "",
        "safeguards": "stated", "safeguards-4-is_there": "on", "safeguards-4-evidence": "Clause 9",
        "safeguards-4-evidence_unsaid": "", "agreements": "stated", "agreements-0-is_there": "on",
        "agreements-0-version": "2", "agreements-0-effective_from": "2026-01-01T00:00",
        "agreements-0-sha256": "ab" * 32, "agreements-0-sha256_unsaid": "",
        "agreements-0-is_beneficiary_clause": "yes", "agreements-0-breach_hours": "24",
        "agreements-0-breach_hours_unsaid": "",
    }  # fmt: skip
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | company)
    use = {
        **said(description_en="Sends mail.", countries="Germany\nIE", endpoints="SMTP.relay.example:587 smtp"),
        "mechanism": "adequacy", "is_optional": "no", "trains_models": "no", "description_pl": "Wysyła pocztę.",
        "standards": ["iso_27001", "soc_2"], "standards_unsaid": "", "is_any_of": "yes",
    }  # fmt: skip
    keep(operator_client, MAIL, form_of(operator_client, MAIL) | use)
    provider = said(privacy_email="privacy@host.example") | {"legal_name": "Host s.r.o.", "service": "Desk"}
    keep(operator_client, f"{DRAFT}/provider", form_of(operator_client, f"{DRAFT}/provider") | provider)
    path = f"{DRAFT}/publication"
    words = said(summary_en="The first list.") | {"summary_pl": "Pierwsza lista."}
    assert operator_client.post(path, form_of(operator_client, path) | words).status_code == 302
    edition = {"edition": form_of(operator_client, path)["edition"]}
    assert operator_client.post(f"{DRAFT}/publishing", edition).status_code == 422, "nobody has approved it"
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 302
    page = operator_client.post(f"{DRAFT}/publishing", edition, follow=True)
    assert "The first version is published" in page.content.decode()

    [version] = published().versions
    [relay], row = version.registry.subprocessors, RegistryVersion.objects.get()
    [mail], [agreement] = relay.engagements, relay.agreements
    assert (relay.known_as, relay.country, relay.address, relay.contact.email) == (
        "The relay", "DE", None, "privacy@relay.example",
    )  # fmt: skip
    assert (relay.due_diligence[0].documents, relay.due_diligence[0].outcome) == (("report.pdf", "audit.pdf"), None)
    assert [one.safeguard.value for one in relay.safeguards] == ["prompt_breach_notice"]
    assert (agreement.breach_hours, agreement.is_beneficiary_clause, agreement.signed_on) == (24, True, None)
    assert agreement.effective_from.isoformat() == "2026-01-01T00:00:00+00:00"
    assert (mail.countries, mail.mechanism, mail.is_optional) == (("DE", "IE"), Mechanism.ADEQUACY, False)
    assert [(one.host, one.port, one.protocol) for one in mail.endpoints] == [
        ("smtp.relay.example", 587, Protocol.SMTP)
    ]
    assert (mail.persons, mail.regions, mail.retention) == (None, None, {})
    assert (mail.facility.is_any_of, mail.facility.measures) == (True, None)
    assert (row.summary, row.drafted_by) == ({"en": "The first list.", "pl": "Pierwsza lista."}, olga.pk)
    acts = OperatorAct.objects.filter(operator_id=olga.pk).values_list("act", flat=True)
    assert {"registry.draft_opened", "registry.draft_changed", "registry.draft_approved", "registry.published"} <= {
        *acts
    }
    assert all(operator_client.get(f"/operator/{each}").status_code == 200 for each in ("registry", "log"))


REFUSED = [
    (NEW, {"key": "Not A Key", "legal_name": "Typed by hand"}, "key"),
    (NEW, {"key": "relay", "legal_name": "Typed by hand"}, "key"),
    (NEW, {"key": "new", "legal_name": "Typed by hand"}, "key"),
    (RELAY, {"legal_name": "", "known_as": "Typed by hand", "known_as_unsaid": ""}, "legal_name"),
    (RELAY, {"known_as": "Typed by hand"}, "known_as"),
    (RELAY, {"website": "", "website_unsaid": "", "legal_name": "Typed by hand"}, "website"),
    (RELAY, {"safeguards-0-is_there": "on", "legal_name": "Typed by hand"}, "safeguards"),
    (RELAY, {"safeguards-0-evidence": "Typed by hand", "safeguards-0-evidence_unsaid": ""}, "safeguards-0-is_there"),
    (
        RELAY,
        {"agreements": "stated", "agreements-0-is_there": "on", "legal_name": "Typed by hand"},
        "agreements-0-version",
    ),
    (MAIL, {"purposes": [], "mechanism_reference": "Typed by hand", "mechanism_reference_unsaid": ""}, "purposes"),
    (MAIL, said(countries="Typed by hand"), "countries"),
    (MAIL, said(endpoints="Typed by hand"), "endpoints"),
    (MAIL, said(endpoints="127.0.0.1.:99999 https"), "endpoints"),
    (MAIL, {"description_pl": "Typed by hand", "description_unsaid": ""}, "description_en"),
    (MAIL, {"description_en": "Typed by hand"}, "description_en"),
    (MAIL, {"notes-0-is_there": "on", "notes-0-words_pl": "Typed by hand"}, "notes-0-words_en"),
    (f"{DRAFT}/regions/new", {"code": "EU!", "name_en": "Typed by hand"}, "code"),
    (f"{DRAFT}/prose/new", {"key": "why", "title_en": "Typed by hand", "text_en": "By {nobody}"}, "text_en"),
    (f"{DRAFT}/prose/new", {"key": "why", "title_en": "Typed by hand"}, "text_en"),
    (f"{DRAFT}/provider", {"legal_name": "", "service": "Typed by hand"}, "legal_name"),
]


@pytest.mark.parametrize(("path", "typed", "wrong"), REFUSED, ids=lambda one: str(one)[:60])
def test_what_is_refused_keeps_what_was_typed(operator_client, path, typed, wrong):
    add_relay(operator_client)
    before = registry()
    answer = operator_client.post(path, form_of(operator_client, path) | typed)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert wrong in errors_of(answer) or f"id_{wrong}-about" in text
    assert all(each in text for each in typed.values() if each == "Typed by hand")
    assert "data-error" in text
    assert registry() == before


def test_parts_are_moved_taken_out_and_put_back(operator_client):
    add_relay(operator_client)
    company = form_of(operator_client, NEW, key="calls", legal_name="Calls Ltd", kind="subcontractor")
    keep(operator_client, NEW, company)
    answer = operator_client.post(f"{DRAFT}/subprocessors/calls/place", {"to": "up"})
    assert answer["Location"].endswith("#company-calls"), "back to where one was"
    assert 'id="company-calls"' in operator_client.get(DRAFT).content.decode()
    assert [one.key for one in registry().subprocessors] == ["calls", "relay"]
    operator_client.post(f"{DRAFT}/subprocessors/calls/place", {"to": "up"})
    operator_client.post(f"{MAIL}/place", {"to": "down"})
    operator_client.post(f"{MAIL}/removal")
    assert registry().subprocessors[1].engagements == ()
    first, second = (one.key for one in registry().prose[:2])
    operator_client.post(f"{DRAFT}/prose/{first}/place", {"to": "down"})
    assert [one.key for one in registry().prose[:2]] == [second, first]
    default = registry().prose[1]
    form = form_of(operator_client, f"{DRAFT}/prose/{first}", title_en="Our own words")
    keep(operator_client, f"{DRAFT}/prose/{first}", form)
    assert registry().prose[1].title["en"] == "Our own words"
    operator_client.post(f"{DRAFT}/prose/{first}/default")
    assert registry().prose[1] == default
    operator_client.post(f"{DRAFT}/prose/{first}/removal")
    assert "Put back" in operator_client.get(DRAFT).content.decode()
    operator_client.post(f"{DRAFT}/prose/{first}/default")
    assert registry().prose[-1] == default


def test_a_draft_is_thrown_away(operator_client):
    begin(operator_client)
    operator_client.post(f"{DRAFT}/discarding")
    assert not RegistryDraft.objects.exists()
    assert operator_client.get(DRAFT).status_code == 302
    assert operator_client.get(NEW).status_code == 302


@pytest.mark.parametrize(
    ("asked", "companies", "texts"),
    [
        ("twilio", 1, 0),
        ("TWILIO call", 1, 0),
        ("no such word", 0, 0),
        ("", None, None),
    ],
)
def test_parts_of_the_draft_are_found_by_words(operator_client, example, asked, companies, texts):
    begin(operator_client)
    page = operator_client.get(DRAFT, {"q": asked})
    told = page.context
    everything = registry()
    assert len(told["companies"]) == (len(everything.subprocessors) if companies is None else companies)
    assert len(told["prose"]) == (len(everything.prose) if texts is None else texts)
    assert ("Nothing in the draft has" in page.content.decode()) == (companies == 0)


def test_what_is_found_can_be_moved_among_all(operator_client):
    add_relay(operator_client)
    keep(operator_client, NEW, form_of(operator_client, NEW, key="calls", legal_name="Calls Ltd", kind="service"))
    [found] = operator_client.get(DRAFT, {"q": "calls"}).context["companies"]
    assert (found["is_first"], found["is_last"]) == (False, True)


def test_a_short_name_says_which_letters_it_may_have(operator_client):
    begin(operator_client)
    for path in (NEW, f"{DRAFT}/prose/new", f"{DRAFT}/regions/new"):
        assert "letters from a to z, digits and hyphens" in operator_client.get(path).content.decode(), path
