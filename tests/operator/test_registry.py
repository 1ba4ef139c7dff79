"""The registry in the back office: from an empty list to a published one, and nobody loses what they typed."""

import json
from datetime import timedelta

import pytest

from steward.lib.clock import now
from steward.people.models import OperatorAct
from steward.people.operators import create_operator
from steward.people.second_factors import new_totp_secret, store_totp
from steward.people.sessions import CONFIRMED
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Mechanism, Protocol, canonical, parse_registry
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import RegistryDraft
from steward.testing.browsing import client_of_operator

pytestmark = pytest.mark.django_db

OFFICE = "/operator/registry"
DRAFT = f"{OFFICE}/draft"
RELAY, MAIL = f"{DRAFT}/subprocessors/relay", f"{DRAFT}/subprocessors/relay/engagements/relay-mail"


@pytest.fixture
def otto():
    """Another operator."""
    operator = create_operator("otto@operator.example", password=None)
    store_totp(operator.user, new_totp_secret())
    return operator


@pytest.fixture
def example():
    """Two versions of the past."""
    return import_versions(example_versions())


def form_of(browser, path, **typed):
    """The form of a page as its reader would send it back, with some of it typed anew. None takes a field away."""
    response = browser.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return fields_of(response) | typed


def fields_of(response):
    """What the form of a page holds."""
    context = response.context
    found = {"seen": context["seen"]} if "seen" in context else {"edition": context["edition"]}
    sections = context.get("sections", [])
    lines = [line for section in sections for line in section.lines]
    for section in sections:
        if section.count[0]:
            found[f"{section.count[0]}-count"] = str(section.count[1])
        for row in section.rows:
            lines += row.lines()
            if row["is_there"].value():
                found[row["is_there"].html_name] = "on"
    lines += context["form"].lines() if "form" in context else []
    for line in lines:
        for field in filter(None, [line.unsaid, line.field, *(told.field for told in line.told)]):
            found |= sent(field)
    return found


def sent(field):
    """A field as a browser sends it."""
    value = field.value()
    if field.widget_type == "checkbox":
        return {field.html_name: "on"} if value else {}
    if field.widget_type == "checkboxselectmultiple" and not value:
        return {}
    if isinstance(value, list | tuple):
        return {field.html_name: [str(one) for one in value]}
    return {field.html_name: "" if value is None else field.field.widget.format_value(value) or ""}


def said(**typed):
    """What is typed, with the box for "not stated" unticked."""
    return typed | {f"{name.rsplit('_en', 1)[0]}_unsaid": "" for name in typed}


def registry():
    return parse_registry(RegistryDraft.objects.get().document)


def keep(browser, path, form):
    response = browser.post(path, form)
    assert response.status_code == 302, errors_of(response)
    return response


def errors_of(response):
    """What the page that came back says is wrong, by field."""
    sections = response.context.get("sections", [])
    lines = [*(line for one in sections for line in one.lines), *(each for one in sections for row in one.rows
             for each in row.lines())]  # fmt: skip
    lines += response.context["form"].lines() if "form" in response.context else []
    fields = [field for line in lines for field in (line.field, *(one.field for one in line.told)) if field]
    return {field.html_name: list(field.errors) for field in fields if field.errors}


def begin(browser):
    assert browser.post(f"{DRAFT}/opening").status_code == 302


def add_relay(browser):
    """Who provides the service, and a subprocessor that has one use, as operators would type it."""
    begin(browser)
    keep(browser, f"{DRAFT}/provider", form_of(browser, f"{DRAFT}/provider", legal_name="Host s.r.o.", service="Desk"))
    company = form_of(browser, f"{DRAFT}/subprocessors/new", key="relay", legal_name="Relay GmbH", kind="service")
    keep(browser, f"{DRAFT}/subprocessors/new", company)
    path = f"{RELAY}/engagements/new"
    use = form_of(browser, path, key="relay-mail", purposes=["mail.deliver"], **said(categories=["user.content"]))
    keep(browser, path, use)


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


def test_a_version_and_the_draft_are_files_to_keep(operator_client, example):
    answer = operator_client.get(f"{OFFICE}/versions/2/document.json")
    assert answer.content.decode() == RegistryVersion.objects.get(number=2).document
    assert answer["Content-Disposition"] == 'attachment; filename="subprocessors-2.json"'
    begin(operator_client)
    assert json.loads(operator_client.get(f"{DRAFT}/document.json").content) == json.loads(answer.content)
    assert operator_client.get(f"{OFFICE}/versions/3").status_code == 404


def test_a_version_tells_what_it_changed(operator_client, example):
    text = operator_client.get(f"{OFFICE}/versions/2").content.decode()
    assert "Twilio" in text
    assert "data-difference" in text
    assert "data-difference" not in operator_client.get(f"{OFFICE}/versions/1").content.decode()


NEW = f"{DRAFT}/subprocessors/new"
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


def test_a_version_tells_how_many_notices_it_made(operator_client, northwind, contoso, settings, run_jobs):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    keep(operator_client, f"{DRAFT}/regions/new", form_of(operator_client, f"{DRAFT}/regions/new", code="home",
                                                          name_en="Home", countries="Germany"))  # fmt: skip
    for number in (1, 2):
        if number == 2:
            begin(operator_client)
            path = f"{RELAY}/engagements/new"
            use = form_of(operator_client, path, key="more", purposes=["data.host"])
            keep(operator_client, path, use | {"regions": ["home"], "regions_unsaid": ""})
        edition = form_of(operator_client, f"{DRAFT}/publication")["edition"]
        operator_client.post(f"{DRAFT}/approval", {"edition": edition, "alone_because": "I am alone."})
        edition = form_of(operator_client, f"{DRAFT}/publication")["edition"]
        answer = operator_client.post(f"{DRAFT}/publishing", {"edition": edition})
        assert answer.status_code == 302
    assert "2 accounts are told" in operator_client.get(answer["Location"]).content.decode()
    assert operator_client.get(answer["Location"]).context["noticed"].accounts == 0
    run_jobs("subprocessors.announce")
    run_jobs("subprocessors.tell_account")
    answer = operator_client.get(answer["Location"])
    noticed = answer.context["noticed"]
    assert (noticed.accounts, noticed.people, noticed.mails, noticed.undelivered) == (2, 2, 2, 0)
    assert "2 accounts of 2 are told by now" in answer.content.decode()


def test_who_writes_over_somebody_else_is_told_and_loses_nothing(operator_client, otto):
    add_relay(operator_client)
    mine = form_of(operator_client, RELAY) | said(known_as="Mine", address="Street 1")
    his = client_of_operator(otto)
    keep(his, RELAY, form_of(his, RELAY) | said(known_as="His"))
    answer = operator_client.post(RELAY, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "data-overtaken" in text
    assert "Mine" in text
    assert "Known as" in answer.context["theirs"]
    assert theirs_of(answer) == {"known_as": "His", "address": "Not stated"}
    assert "In the draft now:" in text
    assert registry().subprocessors[0].known_as == "His"
    keep(operator_client, RELAY, mine | {"seen": answer.context["seen"]})
    assert registry().subprocessors[0].known_as == "Mine"


def test_what_the_other_has_written_stands_beside_ones_own(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, MAIL), client_of_operator(otto)
    typed = said(description_en="His words", countries="Norway") | {"is_optional": "no", "notes-0-is_there": "on"}
    typed |= {"notes-0-words_en": "The Danish page has two.", "purposes": ["mail.deliver", "data.host"]}
    keep(his, MAIL, form_of(his, MAIL) | typed)
    answer = operator_client.post(MAIL, mine | said(description_en="Mine", description_pl="Moje"))

    assert answer.status_code == 409
    beside = theirs_of(answer)
    assert (beside["description_en"], beside["description_pl"]) == ("His words", "nothing")
    assert (beside["countries"], beside["is_optional"]) == ("Norway", "Part of the service")
    assert "Hosting" in beside["purposes"]
    assert beside["notes-0-words_en"] == "The Danish page has two."
    assert "categories" not in beside
    assert "In the draft now: ticked" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    kept = fields_of(answer)
    assert kept["description_en"] == "Mine"
    assert "notes-1-words_en" in kept, "his note has a row, and there is one for another"


def theirs_of(response):
    """What stands beside the fields of a page that came back, by field."""
    sections = response.context["sections"]
    lines = [*(line for one in sections for line in one.lines), *(each for one in sections for row in one.rows
             for each in row.lines())]  # fmt: skip
    found = {line.field.html_name: line.theirs for line in lines if line.field}
    found |= {one.field.html_name: one.theirs for line in lines for one in line.told}
    return {name: words for name, words in found.items() if words is not None}


def test_who_changes_another_part_is_in_nobodys_way(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, RELAY) | said(known_as="Mine"), client_of_operator(otto)
    keep(his, MAIL, form_of(his, MAIL) | said(description_en="His words"))
    keep(operator_client, RELAY, mine)
    [relay] = registry().subprocessors
    assert (relay.known_as, relay.engagements[0].description) == ("Mine", {"en": "His words"})


def test_what_was_taken_out_or_thrown_away_meanwhile_can_still_be_kept(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, RELAY) | said(known_as="Mine"), client_of_operator(otto)
    his.post(f"{RELAY}/removal")
    answer = operator_client.post(RELAY, mine)
    assert answer.status_code == 409
    assert answer.context["is_gone"]
    his.post(f"{DRAFT}/discarding")
    answer = operator_client.post(RELAY, mine | {"seen": answer.context["seen"]})
    assert answer.status_code == 409
    assert "Mine" in answer.content.decode()
    keep(operator_client, RELAY, mine | {"seen": answer.context["seen"]})
    assert registry().subprocessors[0].known_as == "Mine"


def test_an_engagement_of_a_company_that_is_gone_waits_for_it(operator_client, otto):
    add_relay(operator_client)
    mine = form_of(operator_client, MAIL) | said(description_en="Mine")
    client_of_operator(otto).post(f"{RELAY}/removal")
    for _again in range(2):
        answer = operator_client.post(MAIL, mine)
        assert answer.status_code == 409
        assert "Mine" in answer.content.decode()
        mine["seen"] = answer.context["seen"]


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


def test_faults_stand_where_they_are_put_right_and_hinder_the_approval(operator_client):
    add_relay(operator_client)
    use = form_of(operator_client, MAIL) | said(categories=["user.content", "user.device.ip_address"])
    keep(operator_client, MAIL, use)
    words = "None of its purposes needs this category of data: IP address"
    for path in (DRAFT, MAIL, f"{DRAFT}/publication"):
        assert words in operator_client.get(path).content.decode(), path
    assert words not in operator_client.get(RELAY).content.decode()
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422


def test_a_list_that_does_not_say_who_provides_the_service_is_not_approved(operator_client):
    begin(operator_client)
    page = operator_client.get(DRAFT).content.decode()
    assert "The legal name is missing." in page
    assert f'href="{DRAFT}/provider"' in page
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422


def test_a_second_person_approves_where_there_is_one(operator_client, otto, settings):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    path = f"{DRAFT}/publication"
    text = operator_client.get(path).content.decode()
    assert "another operator has to approve" in text
    edition = {"edition": form_of(operator_client, path)["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422
    assert client_of_operator(otto).post(f"{DRAFT}/approval", edition).status_code == 302
    assert operator_client.post(f"{DRAFT}/publishing", edition).status_code == 302
    assert RegistryVersion.objects.get().approved_by == otto.pk


def test_alone_it_takes_a_reason_where_accounts_of_others_are_served(operator_client, settings):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422
    reason = edition | {"alone_because": "A company of one."}
    assert operator_client.post(f"{DRAFT}/approval", reason).status_code == 302
    operator_client.post(f"{DRAFT}/publishing", edition)
    assert RegistryVersion.objects.get().alone_because == "A company of one."


def test_nobody_approves_what_they_have_not_seen(operator_client, otto):
    add_relay(operator_client)
    path, his = f"{DRAFT}/publication", client_of_operator(otto)
    form = form_of(operator_client, path) | said(summary_en="My summary")
    keep(his, RELAY, form_of(his, RELAY) | said(known_as="His"))
    for each in ("publication", "approval", "publishing"):
        answer = operator_client.post(f"{DRAFT}/{each}", form)
        assert answer.status_code == 409, each
        assert "data-overtaken" in answer.content.decode()
    assert "My summary" in operator_client.post(path, form).content.decode()


def test_a_change_that_needs_notice_says_so_with_its_day(operator_client, example):
    begin(operator_client)
    company = form_of(operator_client, NEW, key="relay", legal_name="Relay GmbH", kind="service")
    keep(operator_client, NEW, company)
    path = f"{RELAY}/engagements/new"
    keep(operator_client, path, form_of(operator_client, path, key="relay-mail", purposes=["mail.deliver"]))
    page = operator_client.get(f"{DRAFT}/publication")
    [difference] = page.context["differences"]
    assert (difference.key, difference.needs_notice) == ("relay-mail", True)
    assert page.context["stands_from"] - now() > timedelta(days=29, hours=23)
    edition = {"edition": page.context["edition"]}
    operator_client.post(f"{DRAFT}/approval", edition)
    answer = operator_client.post(f"{DRAFT}/publishing", edition, follow=True)
    assert "Version 3 is published." in answer.content.decode()
    assert "From" in operator_client.get(OFFICE).content.decode()


def test_a_draft_is_thrown_away(operator_client):
    begin(operator_client)
    operator_client.post(f"{DRAFT}/discarding")
    assert not RegistryDraft.objects.exists()
    assert operator_client.get(DRAFT).status_code == 302
    assert operator_client.get(NEW).status_code == 302


def test_publishing_asks_who_one_is_again(operator_client):
    begin(operator_client)
    session = operator_client.session
    session[CONFIRMED] = (now() - timedelta(hours=2)).isoformat()
    session.save()
    answer = operator_client.get(f"{DRAFT}/publication")
    assert answer.status_code == 302
    assert "second-factor" in answer["Location"]
