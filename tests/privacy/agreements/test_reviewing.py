"""A customer's own text: the states it goes through, who is told, and what the gate goes by in the end."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine

from steward.events.models import Event
from steward.files.actions import read_file
from steward.files.sniffing import DOCX, PDF
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lib.working_days import working_days_after
from steward.outbox.models import InstallationMail
from steward.people.actions import add_member
from steward.people.models import Role
from steward.privacy.agreements.access import count_overdue, file_of, reviews, standing_of_account
from steward.privacy.agreements.actions import (
    Proposal,
    Signer,
    conclude,
    countersign,
    reject,
    request_changes,
    submit,
    take_into_review,
    withdraw,
)
from steward.privacy.agreements.models import Agreement, Review
from steward.privacy.agreements.states import MOVES, WrongState, move
from steward.privacy.agreements.uploads import Problem, UploadRefused, read_upload
from steward.privacy.egress.models import AccountTerms
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db
S = Agreement.State
OPERATOR = new_id()
TEXT = read_upload(b"%PDF-1.7 of ours")
BOTH = read_upload(b"%PDF-1.7 with both signatures")
STRICT = Proposal(notice_days=60, mode="specific", regions=("eu",), language="da")


def handed_in(signer: Signer, proposal: Proposal = STRICT) -> Agreement:
    return submit(TEXT, proposal, signer, actor=SYSTEM)


def docx(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *names):
            archive.writestr(name, "<x/>")
    return kept.getvalue()


def test_a_countersigned_text_drives_the_gate(hosted: Account, signer: Signer) -> None:
    waiting = take_into_review(handed_in(signer), operator_id=OPERATOR)
    assert not AccountTerms.objects.exists()

    signed = countersign(waiting, BOTH, operator_id=OPERATOR)

    terms = AccountTerms.objects.get(ends_at=None)
    assert (terms.agreement_id, terms.notice_days, terms.mode, terms.regions) == (signed.pk, 60, "specific", ["eu"])
    kept, name = file_of(signed, "countersigned")
    assert b"".join(read_file(kept)) == BOTH.content
    assert name.endswith("-countersigned.pdf")
    assert signed.sha256 == sha256(TEXT.content).hexdigest()
    assert InstallationMail.objects.filter(purpose="agreement").count() == 1


def test_it_replaces_ours_and_ours_replaces_it(hosted: Account, signer: Signer) -> None:
    ours = conclude(hosted, signer, language="en", registry_version=1, actor=SYSTEM)
    theirs = take_into_review(handed_in(signer), operator_id=OPERATOR)
    assert standing_of_account().in_force == ours

    countersign(theirs, BOTH, operator_id=OPERATOR)
    ours.refresh_from_db()
    assert ours.state == S.SUPERSEDED

    conclude(hosted, signer, language="en", registry_version=1, actor=SYSTEM)
    theirs.refresh_from_db()
    assert theirs.state == S.SUPERSEDED
    assert AccountTerms.objects.get(ends_at=None).notice_days == 30


@pytest.mark.parametrize("state", list(S))
def test_no_state_is_skipped(hosted: Account, signer: Signer, state: S) -> None:
    made = handed_in(signer)
    wanted = {S.IN_REVIEW, S.SUPERSEDED, S.ENDED}

    if state in wanted:
        assert move(made, state).state == state
    else:
        with pytest.raises(WrongState):
            move(made, state)


def test_what_is_over_stays_over() -> None:
    assert [state for state, following in MOVES.items() if not following] == [S.REJECTED, S.SUPERSEDED, S.ENDED]
    assert not [state for state, following in MOVES.items() if S.DRAFT in following]


def test_only_what_is_in_review_is_answered(hosted: Account, signer: Signer) -> None:
    made = handed_in(signer)

    for answer in (request_changes, reject):
        with pytest.raises(WrongState):
            answer(made, "No", operator_id=OPERATOR)
    with pytest.raises(WrongState):
        countersign(made, BOTH, operator_id=OPERATOR)
    assert not InstallationMail.objects.exists()
    assert not AccountTerms.objects.exists()


def test_changes_are_asked_for_in_words_and_the_next_text_takes_its_place(hosted: Account, signer: Signer) -> None:
    add_member("nora@northwind.example", name="Nora", role=Role.OWNER, password=None, actor=SYSTEM)
    first = take_into_review(handed_in(signer), operator_id=OPERATOR)

    asked = request_changes(first, "Clause 9: 24 hours", operator_id=OPERATOR)
    second = handed_in(signer)

    assert asked.review_words == "Clause 9: 24 hours"
    asked.refresh_from_db()
    assert asked.state == S.SUPERSEDED
    assert standing_of_account().waiting == second
    assert [row.pk for row in reviews()] == [second.pk]
    assert InstallationMail.objects.filter(purpose="agreement").count() == 2  # both owners


def test_what_waits_can_be_taken_back_and_what_is_in_force_cannot(hosted: Account, signer: Signer) -> None:
    gone = withdraw(handed_in(signer), actor=SYSTEM)
    assert gone.state == S.ENDED
    assert list(reviews()) == []

    signed = countersign(take_into_review(handed_in(signer), operator_id=OPERATOR), BOTH, operator_id=OPERATOR)
    with pytest.raises(WrongState):
        withdraw(signed, actor=SYSTEM)
    assert AccountTerms.objects.filter(ends_at=None).exists()


def test_an_answer_is_due_within_ten_working_days(hosted: Account, signer: Signer) -> None:
    friday = datetime(2026, 11, 20, 12, tzinfo=UTC)
    due = datetime(2026, 12, 4, 12, tzinfo=UTC)
    assert working_days_after(friday, 10) == due

    with time_machine.travel(friday, tick=False):
        handed_in(signer)
    assert Review.objects.get().due_at == due
    assert (count_overdue(due), count_overdue(due + timedelta(seconds=1))) == (0, 1)


def test_a_notice_shorter_than_the_law_leaves_is_refused(hosted: Account, signer: Signer) -> None:
    with pytest.raises(ValueError, match="30 days"):
        handed_in(signer, Proposal(notice_days=29))


def test_another_account_sees_nothing_of_it(northwind: Account, contoso: Account, settings: Any) -> None:
    settings.STEWARD_HOSTING = True
    with account_scope(northwind.pk):
        made = handed_in(Signer(name="Ada", email="ada@northwind.example"))

    with account_scope(contoso.pk):
        assert not standing_of_account().versions
        assert not Agreement.objects.filter(pk=made.pk).exists()
    assert Review.objects.get().account_id == northwind.pk


def test_events_say_states_and_no_words(hosted: Account, signer: Signer) -> None:
    reject(take_into_review(handed_in(signer), operator_id=OPERATOR), "Ada, never", operator_id=OPERATOR)

    told = [(each.kind, each.changes) for each in Event.objects.filter(kind__startswith="agreement.").order_by("id")]
    assert [kind for kind, _ in told] == ["agreement.submitted", "agreement.in_review", "agreement.rejected"]
    assert "Ada" not in str(told)
    assert now() >= Agreement.objects.get().created_at


@pytest.mark.parametrize(("content", "type_"), [(b"%PDF-1.4", PDF), (docx(), DOCX)], ids=["pdf", "docx"])
def test_files_are_known_by_what_they_hold(content: bytes, type_: str) -> None:
    assert read_upload(content).content_type == type_


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"%PDF-" + bytes(10 * 1024**2), Problem.TOO_LARGE),
        (b"<html>", Problem.NEITHER),
        (b"PK\x03\x04 cut off", Problem.NEITHER),
        (docx("word/vbaProject.bin"), Problem.NEITHER),
    ],
    ids=["empty", "large", "html", "broken", "programs"],
)
def test_files_that_are_not_taken(content: bytes, problem: Problem) -> None:
    with pytest.raises(UploadRefused) as refused:
        read_upload(content)
    assert refused.value.problem is problem
