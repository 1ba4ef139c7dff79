"""The owner's page of the agreement: concluded by click, handed in, downloaded; and the terms of use."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.console.settings import agreement as settings_pages
from steward.lib.clock import now
from steward.people.models import Membership
from steward.people.signed_in import CONFIRMED
from steward.privacy.agreements.models import Agreement, Review, TermsAcceptance
from steward.privacy.agreements.tasks import set_file
from steward.privacy.agreements.telling import tell_of_new_texts
from steward.privacy.egress.models import AccountTerms
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.registries import hosting_registry, publish_registry

pytestmark = pytest.mark.django_db
PAGE = "/console/settings/privacy/agreement"
SIGNED = {
    "name": "Ada Berg",
    "position": "Managing director",
    "company": "Northwind ApS",
    "company_address": "Havnegade 1\nAarhus",
    "accepts": "on",
    "registry_version": "1",
}
OWN = {"name": "Ada Berg", "position": "CEO", "language": "da", "notice_days": "60", "mode": "specific"}


@pytest.fixture(autouse=True)
def _hosted(settings):
    settings.STEWARD_HOSTING = True
    settings.STEWARD_TERMS_VERSION = ""
    publish_registry(hosting_registry())


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def only_agreement(account):
    with account_scope(account.id):
        return Agreement.objects.get()


def pdf(content=b"%PDF-1.7 ours"):
    return SimpleUploadedFile("../../etc/passwd", content, content_type="text/html")


def test_the_owner_concludes_it_by_a_click(adas, northwind):
    assert "No agreement is in force" in adas.get(PAGE).content.decode()
    assert adas.post(f"{PAGE}/signing", SIGNED).status_code == 302

    made = only_agreement(northwind)
    assert (made.signer_name, made.signer_position, made.signer_address) == (
        "Ada Berg", "Managing director", "127.0.0.1",
    )  # fmt: skip
    with account_scope(northwind.id):
        assert AccountTerms.objects.get(ends_at=None).agreement_id == made.pk
    assert "The file is being made." in adas.get(PAGE).content.decode()


def test_its_files_are_downloads_and_hold_what_was_hashed(adas, northwind, client_of, contoso):
    adas.post(f"{PAGE}/signing", SIGNED)
    made = only_agreement(northwind)
    set_file.func(account=str(northwind.pk), agreement=str(made.pk))
    made = only_agreement(northwind)

    answer = adas.get(f"{PAGE}/{made.pk}/file")
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"%PDF-")
    assert sha256(content).hexdigest() == made.sha256
    assert made.sha256 in adas.get(PAGE).content.decode()
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert "sandbox" in answer["Content-Security-Policy"]
    said = b"".join(adas.get(f"{PAGE}/{made.pk}/content").streaming_content)
    assert sha256(said).hexdigest() == made.content_sha256
    for part in ("countersigned", "account", "id"):
        assert adas.get(f"{PAGE}/{made.pk}/{part}").status_code == 404


def test_the_draft_is_read_before(adas):
    answer = adas.get(f"{PAGE}/draft.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment; ")


def test_it_is_set_when_the_transaction_of_the_request_is_over(adas, monkeypatch):
    made = []
    monkeypatch.setattr(settings_pages, "render", lambda content: made.append(content) or b"%PDF-")
    answer = adas.get(f"{PAGE}/draft.pdf")
    assert not made
    assert b"".join(answer.streaming_content) == b"%PDF-"
    assert len(made) == 1


def test_a_newer_list_is_read_before_it_is_signed(adas, northwind):
    publish_registry(hosting_registry(name="Other GmbH"))
    answer = adas.post(f"{PAGE}/signing", SIGNED)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The list of subprocessors has changed" in page
    assert 'value="2"' in page
    assert "Managing director" in page
    with account_scope(northwind.id):
        assert not Agreement.objects.exists()


def test_who_signs_has_shown_lately_who_they_are(adas, northwind):
    session = adas.session
    session[CONFIRMED] = "2020-01-01T00:00:00+00:00"
    session.save()
    for form, end in ((SIGNED, "signing"), (OWN | {"text": pdf()}, "own")):
        answer = adas.post(f"{PAGE}/{end}", form)
        assert answer["Location"].startswith("/console/settings/sign-in/confirmation")
    with account_scope(northwind.id):
        assert not Agreement.objects.exists()


@pytest.mark.parametrize("end", ["", "/signing", "/own", "/ending", "/staying", "/draft.pdf", "/withdrawal", "/terms"])
def test_admins_read_it_and_owners_act(client_of, ada, ben, end):
    for role, expected in (("agent", 403), ("admin", 200 if end in {"", "/draft.pdf"} else 403)):
        with account_scope(ben.account_id):
            Membership.objects.filter(pk=ben.pk).update(role=role)
        browser = client_of(ben)
        assert (browser.post if end in {"/staying", "/withdrawal", "/terms"} else browser.get)(
            PAGE + end
        ).status_code == expected


def test_an_admin_is_shown_no_button(client_of, ben):
    with account_scope(ben.account_id):
        Membership.objects.filter(pk=ben.pk).update(role="admin")
    page = client_of(ben).get(PAGE).content.decode()
    assert "Owners conclude agreements" in page
    assert "/signing" not in page


def test_an_own_text_is_handed_in_with_its_terms_and_taken_back(adas, northwind):
    assert adas.post(f"{PAGE}/own", OWN | {"text": pdf()}).status_code == 302
    made = only_agreement(northwind)
    assert (made.state, made.notice_days, made.mode, made.language) == ("submitted", 60, "specific", "da")
    assert Review.objects.get().account_id == northwind.pk
    assert "waits for review" in adas.get(PAGE).content.decode()

    adas.post(f"{PAGE}/withdrawal")
    assert only_agreement(northwind).state == "ended"
    assert adas.post(f"{PAGE}/withdrawal").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", pdf(b"<html>"), "neither a PDF nor a Word document"),
        ("text", pdf(b""), "empty"),
        ("notice_days", "29", "30"),
        ("mode", "none", "none"),
        ("regions", ["moon"], "moon"),
        ("position", "", "required"),
    ],
)
def test_what_is_wrong_with_it_is_said_and_the_rest_stays(adas, northwind, field, value, words):
    answer = adas.post(f"{PAGE}/own", OWN | {"text": pdf()} | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Ada Berg" in page
    with account_scope(northwind.id):
        assert not Agreement.objects.exists()


def test_who_runs_it_for_themselves_is_told_why_there_is_none(adas, settings):
    settings.STEWARD_HOSTING = False
    assert "You run Steward yourself" in adas.get(PAGE).content.decode()
    assert adas.post(f"{PAGE}/signing", SIGNED)["Location"] == PAGE
    assert adas.post(f"{PAGE}/own", OWN | {"text": pdf()})["Location"] == PAGE
    assert adas.get(f"{PAGE}/draft.pdf")["Location"] == PAGE


def test_new_terms_of_use_are_asked_for_and_kept_with_who_and_when(adas, ada, northwind, settings):
    settings.STEWARD_TERMS_VERSION = "2027-01"
    assert "Version 2027-01 waits" in adas.get(PAGE).content.decode()

    adas.post(f"{PAGE}/terms", {"version": "2026-01"})
    with account_scope(northwind.id):
        assert not TermsAcceptance.objects.exists()
    adas.post(f"{PAGE}/terms", {"version": "2027-01"})
    adas.post(f"{PAGE}/terms", {"version": "2027-01"})

    with account_scope(northwind.id):
        accepted = TermsAcceptance.objects.get()
    assert (accepted.version, accepted.member_id) == ("2027-01", ada.pk)
    assert Account.objects.get(pk=northwind.pk).terms_version == "2027-01"
    page = adas.get(PAGE).content.decode()
    assert "Version 2027-01, accepted" in page
    assert "waits for you" not in page


def test_the_file_names_the_company_and_its_address(adas, northwind):
    adas.post(f"{PAGE}/signing", SIGNED)
    said = b"".join(adas.get(f"{PAGE}/{only_agreement(northwind).pk}/content").streaming_content).decode()
    assert "Northwind ApS" in said
    assert "Havnegade 1" in said


def test_what_was_agreed_is_said_in_plain_words(adas):
    assert "at least 30 days before" in adas.get(f"{PAGE}/signing").content.decode()
    adas.post(f"{PAGE}/signing", SIGNED)
    page = adas.get(PAGE).content.decode()
    assert "at least 30 days before" in page
    assert "switched off for you at once" in page


def test_the_owner_ends_it_by_typing_the_address_of_the_account(adas, ada, northwind):
    assert adas.get(f"{PAGE}/ending")["Location"] == PAGE  # nothing is in force
    adas.post(f"{PAGE}/signing", SIGNED)
    answer = adas.post(f"{PAGE}/ending", {"word": "contoso", "words": "We move."})
    assert answer.status_code == 422
    assert "We move." in answer.content.decode()
    assert only_agreement(northwind).state == "in_force"

    assert adas.post(f"{PAGE}/ending", {"word": "northwind", "words": "We move."})["Location"] == PAGE
    made = only_agreement(northwind)
    assert (made.state, made.ended_side, made.ended_by, made.ended_words) == ("ended", "account", ada.pk, "We move.")
    with account_scope(northwind.id):
        assert not AccountTerms.objects.filter(ends_at=None).exists()
    page = adas.get(PAGE).content.decode()
    assert "No agreement is in force" in page
    assert "ended by you" in page
    assert "We move." in page


def test_the_owner_sets_a_last_day_and_takes_it_back(adas, ada, northwind):
    adas.post(f"{PAGE}/signing", SIGNED)
    answer = adas.post(f"{PAGE}/ending", {"word": "northwind", "words": "We move.", "ends_at": "2020-01-01"})
    assert answer.status_code == 422
    assert "This day is over." in answer.content.decode()
    assert "We move." in answer.content.decode()
    last = {"word": "northwind", "words": "We move.", "ends_at": "9999-12-31"}
    assert adas.post(f"{PAGE}/ending", last).status_code == 422, "no day comes after it"
    day = now().date() + timedelta(days=40)
    assert (
        adas.post(f"{PAGE}/ending", {"word": "northwind", "words": "We move.", "ends_at": str(day)}).status_code == 302
    )
    made = only_agreement(northwind)
    assert (made.state, made.last_day) == ("in_force", day)
    page = adas.get(PAGE).content.decode()
    assert "data-ends" in page
    assert "ended by you" not in page
    assert adas.post(f"{PAGE}/staying").status_code == 302
    assert only_agreement(northwind).last_day is None
    assert "data-ends" not in adas.get(PAGE).content.decode()


def test_what_one_is_told_stands_on_top_until_it_is_read(adas, ben, client_of, northwind):
    with account_scope(ben.account_id):
        Membership.objects.filter(pk=ben.pk).update(role="admin")
    adas.post(f"{PAGE}/signing", SIGNED)
    told, other = "Your data processing agreement is concluded", client_of(ben)
    assert told not in adas.get(PAGE).content.decode()  # she did it herself
    assert told in other.get(PAGE).content.decode()
    assert "Agreement: to be read" in other.get("/console/notifications").content.decode()
    assert other.post(f"{PAGE}/read").status_code == 303
    assert told not in other.get(PAGE).content.decode()
    assert "Agreement: to be read" not in other.get("/console/notifications").content.decode()


def test_what_is_accepted_waits_for_nobody_any_more(adas, ben, client_of, northwind, settings):
    settings.STEWARD_TERMS_VERSION = "2027-01"
    with account_scope(ben.account_id):
        Membership.objects.filter(pk=ben.pk).update(role="admin")
        assert tell_of_new_texts() == 1
    told = "There are new terms of use to accept"
    for browser in (adas, client_of(ben)):
        assert told in browser.get(PAGE).content.decode()
    adas.post(f"{PAGE}/terms", {"version": "2027-01"})
    for browser in (adas, client_of(ben)):
        assert told not in browser.get(PAGE).content.decode()
