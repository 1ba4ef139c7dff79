"""Customers' own agreements as operators review them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import InstallationMail
from steward.people.models import OperatorAct
from steward.privacy.agreements.actions import Ending, Proposal, Signer, end, end_what_is_due, submit
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.uploads import read_upload
from steward.privacy.egress.models import AccountTerms
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db
LIST = "/operator/agreements"


@pytest.fixture
def handed_in(northwind, settings):
    settings.STEWARD_HOSTING = True
    with account_scope(northwind.pk):
        proposal = Proposal(notice_days=45, mode="specific")
        signer = Signer(name="Ada Berg", email="ada@northwind.example", position="CEO")
        return submit(read_upload(b"%PDF-1.7 theirs"), proposal, signer, actor=SYSTEM)


@pytest.fixture
def page(handed_in):
    return f"{LIST}/{handed_in.pk}"


def stored(agreement):
    with account_scope(agreement.account_id):
        return Agreement.objects.get(pk=agreement.pk)


def test_what_waits_is_listed_and_read_with_its_terms(operator_client, handed_in, page, olga):
    assert [each.pk for each in operator_client.get(LIST).context["reviews"]] == [handed_in.pk]
    text = operator_client.get(page).content.decode()
    assert "45 days" in text
    assert "Ada Berg" in text
    answer = operator_client.get(f"{page}/files/file")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 theirs"
    assert answer["Content-Disposition"].startswith("attachment; ")
    acts = OperatorAct.objects.filter(operator_id=olga.pk).order_by("id").values_list("act", flat=True)
    assert list(acts)[-3:] == ["agreements.read", "agreement.read", "agreement.file_read"]


def test_from_the_queue_into_force(operator_client, handed_in, page):
    operator_client.post(f"{page}/review")
    assert stored(handed_in).state == "in_review"
    both = SimpleUploadedFile("both.pdf", b"%PDF-1.7 both")
    assert operator_client.post(f"{page}/countersignature", {"file": both}).status_code == 302

    assert stored(handed_in).state == "in_force"
    with account_scope(handed_in.account_id):
        terms = AccountTerms.objects.get(ends_at=None)
    assert (terms.notice_days, terms.mode) == (45, "specific")
    assert InstallationMail.objects.filter(purpose="agreement").exists()
    assert not operator_client.get(LIST).context["reviews"]
    assert [each.pk for each in operator_client.get(f"{LIST}?state=closed").context["reviews"]] == [handed_in.pk]


@pytest.mark.parametrize(("sent", "state"), [("changes", "changes_requested"), ("rejected", "rejected")])
def test_it_is_answered_in_words(operator_client, handed_in, page, sent, state):
    operator_client.post(f"{page}/review")
    assert operator_client.post(f"{page}/answer", {"words": "", "as": sent}).status_code == 422
    operator_client.post(f"{page}/answer", {"words": "Clause 9 is missing.", "as": sent})

    row = stored(handed_in)
    assert (row.state, row.review_words) == (state, "Clause 9 is missing.")
    assert InstallationMail.objects.filter(purpose="agreement").exists()


def test_nothing_is_signed_before_it_is_read(operator_client, handed_in, page):
    both = SimpleUploadedFile("both.pdf", b"%PDF-1.7 both")
    operator_client.post(f"{page}/countersignature", {"file": both})
    operator_client.post(f"{page}/answer", {"words": "No.", "as": "rejected"})
    assert stored(handed_in).state == "submitted"
    assert not InstallationMail.objects.exists()


def test_what_is_no_document_is_not_taken(operator_client, handed_in, page):
    operator_client.post(f"{page}/review")
    for files in ({}, {"file": SimpleUploadedFile("both.pdf", b"<html>")}):
        assert operator_client.post(f"{page}/countersignature", files).status_code == 422
    assert stored(handed_in).state == "in_review"


def test_what_does_not_exist_is_not_found(operator_client, handed_in, page):
    assert operator_client.get(f"{page}/files/countersigned").status_code == 404
    assert operator_client.get(f"{LIST}/{handed_in.account_id}").status_code == 404


OF_ACCOUNT = "/operator/accounts/northwind/agreement"


@pytest.fixture
def in_force(operator_client, handed_in, page):
    operator_client.post(f"{page}/review")
    operator_client.post(f"{page}/countersignature", {"file": SimpleUploadedFile("both.pdf", b"%PDF-1.7 both")})
    return handed_in


def test_what_the_terms_mean_is_read_before_it_is_signed(operator_client, page):
    text = operator_client.get(page).content.decode()
    assert "at least 45 days before" in text
    assert "before an owner or an admin has agreed to it" in text


def test_the_agreement_of_an_account_is_ended_with_words_and_the_address_typed(operator_client, in_force, olga):
    assert "End the agreement" in operator_client.get(OF_ACCOUNT).content.decode()
    for typed in ({"words": "Unpaid.", "word": "contoso"}, {"words": "", "word": "northwind"}):
        answer = operator_client.post(f"{OF_ACCOUNT}/ending", typed)
        assert answer.status_code == 422
        assert typed["words"] in answer.content.decode()
        assert stored(in_force).state == "in_force"
    before = InstallationMail.objects.count()
    answer = operator_client.post(f"{OF_ACCOUNT}/ending", {"words": "Unpaid.", "word": " Northwind"})
    assert answer["Location"] == OF_ACCOUNT

    over = stored(in_force)
    assert (over.state, over.ended_side, over.ended_by, over.ended_words) == ("ended", "provider", olga.pk, "Unpaid.")
    with account_scope(in_force.account_id):
        assert not AccountTerms.objects.filter(ends_at=None).exists()
    assert InstallationMail.objects.count() == before + 2, "the owner, and the operators"
    assert OperatorAct.objects.filter(act="agreement.ended", account_id=in_force.account_id).count() == 1
    page = operator_client.get(OF_ACCOUNT).content.decode()
    assert "ended by us" in page
    assert "Unpaid." in page
    assert "End the agreement" not in page
    assert operator_client.post(f"{OF_ACCOUNT}/ending", {"words": "Again.", "word": "northwind"}).status_code == 302
    assert OperatorAct.objects.filter(act="agreement.ended").count() == 1


def test_the_provider_sets_a_last_day_and_takes_it_back(operator_client, in_force):
    day = now().date() + timedelta(days=60)
    typed = {"words": "Unpaid.", "word": "northwind", "ends_at": str(day)}
    assert operator_client.post(f"{OF_ACCOUNT}/ending", typed | {"ends_at": "2020-01-01"}).status_code == 422
    assert operator_client.post(f"{OF_ACCOUNT}/ending", typed)["Location"] == OF_ACCOUNT
    assert (stored(in_force).state, stored(in_force).last_day) == ("in_force", day)
    page = operator_client.get(OF_ACCOUNT).content.decode()
    assert "data-ends" in page
    assert "Take the end back" in page
    assert operator_client.post(f"{OF_ACCOUNT}/staying")["Location"] == OF_ACCOUNT
    assert stored(in_force).last_day is None
    assert OperatorAct.objects.filter(act="agreement.end_taken_back").count() == 1
    assert operator_client.post(f"{OF_ACCOUNT}/staying").status_code == 302
    assert OperatorAct.objects.filter(act="agreement.end_taken_back").count() == 1


def test_when_its_last_day_is_over_it_has_ended(in_force, stop_clock, contoso):
    stop_clock(datetime.now(UTC))
    with account_scope(in_force.account_id):
        end(in_force, Ending(side=Agreement.Side.PROVIDER, by=None, at=now() + timedelta(days=9)), actor=SYSTEM)
    assert end_what_is_due() == 0
    stop_clock(now() + timedelta(days=9, seconds=1))
    assert end_what_is_due() == 1
    assert stored(in_force).state == "ended"


def test_what_the_account_has_set_only_the_account_takes_back(operator_client, in_force, ada):
    with account_scope(in_force.account_id):
        end(in_force, Ending(side=Agreement.Side.ACCOUNT, by=ada.pk, at=now() + timedelta(days=9)), actor=SYSTEM)
    page = operator_client.get(OF_ACCOUNT).content.decode()
    assert "The account ends it." in page
    assert "Take the end back" not in page
    operator_client.post(f"{OF_ACCOUNT}/staying")
    assert stored(in_force).last_day is not None
