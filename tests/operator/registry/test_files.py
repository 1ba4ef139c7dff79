"""Files of due diligence: attached, kept as long as a version names them, downloaded by operators alone."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.lib.clock import now
from steward.people.models import OperatorAct
from steward.privacy.egress.registry.document import Diligence, Evidence, VendorAgreement
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import forget_unnamed_papers, keep_paper, read_paper
from steward.privacy.subprocessors.models import KeptPaper
from steward.testing.browsing import client_of, client_of_operator, visitor_at
from steward.testing.registry_forms import (
    DRAFT,
    OFFICE,
    RELAY,
    add_relay,
    begin,
    fields_of,
    form_of,
    keep,
    registry,
    said,
)

pytestmark = pytest.mark.django_db

PDF, TEXT = b"%PDF-1.7\nreport of the audit", "<script>alert('Prüfbericht')</script>".encode()
MAIL = b"From: vera@relay.example\r\nSubject: Our certificate\r\n\r\nPlease find it attached.\r\n"
HASH = hashlib.sha256(PDF).hexdigest()
FOUND = {"due_diligence": "stated", "due_diligence-0-is_there": "on"}
FILES = f"{OFFICE}/files"


def upload(content, name):
    """A file as a browser sends it; what it says of its type is not believed."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def with_report(browser):
    """The draft with a relay, whose audit has its report."""
    add_relay(browser)
    form = form_of(browser, RELAY) | FOUND | {"due_diligence-0-papers": [upload(PDF, "Audit 2026.pdf")]}
    keep(browser, RELAY, form)
    [company] = registry().subprocessors
    return company


def test_the_draft_says_how_many_files_each_company_has(operator_client):
    with_report(operator_client)
    [company] = operator_client.get(DRAFT).context["companies"]
    assert company["files"] == 1


def publish(browser, **more):
    edition = {"edition": form_of(browser, f"{DRAFT}/publication")["edition"]}
    assert browser.post(f"{DRAFT}/approval", edition | more).status_code == 302
    assert browser.post(f"{DRAFT}/publishing", edition).status_code == 302


def shown(response):
    """The files of a page, by the name of the field that takes more of them."""
    rows = [row for section in response.context["sections"] for row in section.rows if getattr(row, "papers", None)]
    return {row.papers.name: row.papers for row in rows}


def test_files_are_attached_to_findings_safeguards_and_agreements(operator_client):
    add_relay(operator_client)
    typed = FOUND | {
        "safeguards": "stated", "safeguards-2-is_there": "on", "agreements": "stated",
        "agreements-0-is_there": "on", "agreements-0-version": "7", "agreements-0-effective_from": "2026-01-01T00:00",
        "agreements-0-location": "The safe in Brno", "agreements-0-location_unsaid": "",
        "due_diligence-0-papers": [upload(PDF, "Audit 2026.pdf"), upload(TEXT, "notes.html"), upload(PDF, "again.pdf")],
        "safeguards-2-papers": [upload(MAIL, "  training .eml")], "agreements-0-papers": [upload(PDF, "DPA.pdf")],
    }  # fmt: skip
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | typed)

    [relay] = registry().subprocessors
    [finding], [promise], [agreement] = relay.due_diligence, relay.safeguards, relay.agreements
    assert (type(finding), type(promise), type(agreement)) == (Diligence, Evidence, VendorAgreement)
    audit, notes = finding.papers
    assert (audit.title, audit.sha256, audit.size) == ("Audit 2026", HASH, len(PDF))
    assert (audit.content_type, audit.added_on) == ("application/pdf", now().date())
    assert (notes.title, notes.content_type) == ("notes", "text/plain")
    assert [(one.title, one.content_type) for one in promise.papers] == [("training", "message/rfc822")]
    assert [(one.title, one.sha256) for one in agreement.papers] == [("DPA", HASH)]
    assert (agreement.location, finding.documents, promise.evidence) == ("The safe in Brno", None, None)
    assert KeptPaper.objects.count() == 3, "the same bytes are kept once"
    kept = KeptPaper.objects.get(pk=HASH)
    assert b"report" not in bytes(kept.content)

    keep(operator_client, RELAY, form_of(operator_client, RELAY))
    assert registry().subprocessors == (relay,), "sent back as it came, nothing is lost"


def test_a_download_is_what_was_attached_and_nothing_in_it_runs(operator_client, olga):
    with_report(operator_client)
    answer = operator_client.get(f"{FILES}/{HASH}")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''Audit%202026.pdf"
    assert "sandbox" in answer["Content-Security-Policy"]
    text = keep_paper(TEXT)
    answer = operator_client.get(f"{FILES}/{text.pk}")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert OperatorAct.objects.filter(operator_id=olga.pk, act="registry.file_read", about=HASH[:12]).exists()
    assert operator_client.get("/operator/log").status_code == 200
    assert operator_client.get(f"{FILES}/{'0' * 64}").status_code == 404


def test_operators_alone_get_it(operator_client, northwind, ada):
    with_report(operator_client)
    answer = visitor_at().get(f"{FILES}/{HASH}")
    assert (answer.status_code, "sign-in" in answer["Location"]) == (302, True)
    assert client_of(ada).get(f"{FILES}/{HASH}").status_code == 404, "not at an account's own address"
    assert visitor_at(northwind).get(f"{FILES}/{HASH}").status_code == 404
    assert operator_client.post(f"{FILES}/{HASH}").status_code == 405


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "“empty.pdf” is empty."),
        (b"MZ\x90\0\x03", "setup.pdf", "“setup.pdf” is none of these"),
        (b"PK\x03\x04", "macro.docx", "“macro.docx” is none of these"),
        (b"%PDF-" + b"x" * (10 * 2**20), "scan.pdf", "“scan.pdf” is larger than 10 MB"),
    ],
)
def test_a_refused_file_costs_nothing_else(operator_client, content, name, words):
    add_relay(operator_client)
    before = registry()
    typed = said(address="Typed by hand") | FOUND
    typed |= {"due_diligence-0-papers": [upload(content, name), upload(PDF, "good.pdf")]}
    answer = operator_client.post(RELAY, form_of(operator_client, RELAY) | typed)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "Typed by hand" in text
    assert registry() == before
    papers = shown(answer)["due_diligence-0-papers"]
    assert [one.title for one in papers.rows] == ["good"], "what was good need not be chosen again"
    assert operator_client.get(f"{FILES}/{HASH}").status_code == 200

    keep(operator_client, RELAY, fields_of(answer))
    [relay] = registry().subprocessors
    assert relay.address == "Typed by hand"
    assert [(one.title, one.sha256) for one in relay.due_diligence[0].papers] == [("good", HASH)]


def test_a_file_stays_when_something_else_is_refused(operator_client):
    add_relay(operator_client)
    typed = FOUND | {"legal_name": "", "due_diligence-0-papers": [upload(PDF, "good.pdf")]}
    answer = operator_client.post(RELAY, form_of(operator_client, RELAY) | typed)
    assert answer.status_code == 422
    keep(operator_client, RELAY, fields_of(answer) | {"legal_name": "Relay GmbH"})
    assert [one.title for one in registry().subprocessors[0].due_diligence[0].papers] == ["good"]


def test_a_file_of_a_row_that_is_not_ticked_is_asked_about(operator_client):
    add_relay(operator_client)
    form = form_of(operator_client, RELAY) | {"safeguards-0-papers": [upload(PDF, "good.pdf")]}
    answer = operator_client.post(RELAY, form)
    assert answer.status_code == 422
    assert "Tick this, too, or empty what is below it." in answer.content.decode()


def test_titles_are_changed_and_files_taken_out(operator_client):
    with_report(operator_client)
    form = form_of(operator_client, RELAY) | {"due_diligence-0-papers-0-title": " Report  of\tthe audit "}
    keep(operator_client, RELAY, form | {"due_diligence-0-papers": [upload(MAIL, "mail.eml")]})
    [finding] = registry().subprocessors[0].due_diligence
    assert [one.title for one in finding.papers] == ["Report of the audit", "mail"]
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | {"due_diligence-0-papers-0-out": "on"})
    [finding] = registry().subprocessors[0].due_diligence
    assert [one.title for one in finding.papers] == ["mail"]


def test_what_is_named_and_not_kept_is_told(operator_client):
    with_report(operator_client)
    typed = {"due_diligence-0-papers-0-sha256": "0" * 64, "due_diligence-0-papers-0-title": "Lost"}
    answer = operator_client.post(RELAY, form_of(operator_client, RELAY) | typed)
    assert answer.status_code == 422
    assert "“Lost” is not kept any more. Attach it once more." in answer.content.decode()


def test_there_are_ten_of_a_row_at_most(operator_client):
    add_relay(operator_client)
    files = [upload(f"note {i}".encode(), f"{i}.txt") for i in range(11)]
    answer = operator_client.post(RELAY, form_of(operator_client, RELAY) | FOUND | {"due_diligence-0-papers": files})
    assert answer.status_code == 422
    assert "At most 10 files can be attached here." in answer.content.decode()
    keep(operator_client, RELAY, fields_of(answer) | {"due_diligence-0-papers-4-out": "on"})
    assert len(registry().subprocessors[0].due_diligence[0].papers) == 10


def test_who_writes_at_the_same_time_loses_no_file(operator_client, otto):
    with_report(operator_client)
    mine, his = form_of(operator_client, RELAY), client_of_operator(otto)
    keep(his, RELAY, form_of(his, RELAY) | {"due_diligence-0-papers-0-title": "His title"})
    answer = operator_client.post(RELAY, mine | {"due_diligence-0-papers": [upload(MAIL, "mine.eml")]})
    assert answer.status_code == 409
    assert "In the draft now:" in answer.content.decode()
    assert shown(answer)["due_diligence-0-papers"].theirs == "His title"
    keep(operator_client, RELAY, fields_of(answer))
    assert [one.title for one in registry().subprocessors[0].due_diligence[0].papers] == ["Audit 2026", "mine"]


def test_who_approves_sees_the_files_and_so_does_who_looks_at_the_version(operator_client, otto, settings):
    settings.STEWARD_HOSTING = True
    with_report(operator_client)
    his = client_of_operator(otto)
    page = his.get(f"{DRAFT}/publication")
    assert f"{FILES}/{HASH}" in page.content.decode()
    [one] = page.context["filed"]
    assert (one.title, one.company, one.of, one.size, one.is_new) == (
        "Audit 2026", "Relay GmbH", "Security", len(PDF), True,
    )  # fmt: skip
    assert b"".join(his.get(f"{FILES}/{HASH}").streaming_content) == PDF
    publish(his)
    assert [one.sha256 for one in his.get(f"{OFFICE}/versions/1").context["filed"]] == [HASH]
    begin(operator_client)
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | {"due_diligence-0-papers-0-out": "on"})
    page = his.get(f"{DRAFT}/publication")
    assert (page.context["filed"], [one.sha256 for one in page.context["unfiled"]]) == ([], [HASH])
    assert "Nothing that the public sees: files have changed." in page.content.decode()


def test_the_public_knows_nothing_of_them(operator_client):
    add_relay(operator_client)
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | FOUND)
    publish(operator_client)
    begin(operator_client)
    typed = {"due_diligence-0-papers": [upload(PDF, "Audit 2026.pdf")]}
    keep(operator_client, RELAY, form_of(operator_client, RELAY) | typed)
    publish(operator_client)
    visitor = visitor_at()
    for path in ("", ".json", ".atom", "/feed.json"):
        text = visitor.get(f"/subprocessors{path}").content.decode()
        assert HASH not in text, path
        assert "Audit 2026" not in text, path
    told = visitor.get("/subprocessors.json").json()
    [row] = told["subprocessors"]
    assert row["facts"]["due_diligence"]["values"] == ["Security"]
    [before, after] = published().versions
    assert before.registry.subprocessors != after.registry.subprocessors
    comparison = visitor.get("/subprocessors.json?version=2&compare=1").json()["changes"]
    assert not (comparison or {}).get("changes"), "nothing that the public sees has changed"


def test_they_are_kept_as_long_as_the_draft_or_a_version_names_them(olga, operator_client, stop_clock):
    stop_clock(datetime.now(UTC))
    with_report(operator_client)
    loose = keep_paper(MAIL).pk
    assert forget_unnamed_papers() == 0, "a form that came back may name it again"
    stop_clock(now() + timedelta(days=2))
    assert forget_unnamed_papers() == 1
    assert not KeptPaper.objects.filter(pk=loose).exists()
    browser = client_of_operator(olga)
    publish(browser)
    begin(browser)
    keep(browser, RELAY, form_of(browser, RELAY) | {"due_diligence-0-papers-0-out": "on"})
    publish(browser)
    stop_clock(now() + timedelta(days=400))
    assert forget_unnamed_papers() == 0
    assert read_paper(HASH) == PDF


def test_of_a_draft_that_is_thrown_away_they_go(operator_client, stop_clock):
    stop_clock(datetime.now(UTC))
    with_report(operator_client)
    operator_client.post(f"{DRAFT}/discarding")
    stop_clock(now() + timedelta(days=2))
    assert forget_unnamed_papers() == 1
    assert not KeptPaper.objects.exists()


def test_what_has_been_taken_in_again_is_as_new(operator_client, stop_clock):
    stop_clock(datetime.now(UTC))
    keep_paper(PDF)
    stop_clock(now() + timedelta(days=2))
    keep_paper(PDF)
    assert forget_unnamed_papers() == 0
    assert read_paper(HASH) == PDF
