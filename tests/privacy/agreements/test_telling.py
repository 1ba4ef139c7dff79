"""Who hears of an agreement: owners and admins in the bell, owners by mail, nobody of what they did themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils.translation import override

from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.notifications.account_models import AccountNotice
from steward.outbox.models import InstallationMail
from steward.people.actions import add_member
from steward.people.models import Membership, Role
from steward.privacy.agreements.actions import (
    Ending,
    Proposal,
    Signer,
    accept_terms,
    conclude,
    countersign,
    end,
    keep_in_force,
    reject,
    request_changes,
    submit,
    take_into_review,
)
from steward.privacy.agreements.composing import FORM
from steward.privacy.agreements.ending_words import Step, words_for_operators, words_for_owners
from steward.privacy.agreements.models import Agreement, TextNotice
from steward.privacy.agreements.notices import _words, _words_of_text
from steward.privacy.agreements.telling import tell_accounts_of_new_texts, tell_of_new_texts
from steward.privacy.agreements.uploads import read_upload
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db
OPERATOR = new_id()
TEXT = read_upload(b"%PDF-1.7 ours")
BOTH = read_upload(b"%PDF-1.7 with both signatures")


@pytest.fixture(autouse=True)
def _no_terms(settings: Any) -> None:
    settings.STEWARD_TERMS_VERSION = ""


@pytest.fixture
def nora(hosted: Account) -> Membership:
    """The second owner."""
    return add_member("nora@northwind.example", name="Nora", role=Role.OWNER, password=None, actor=SYSTEM)


@pytest.fixture
def abe(hosted: Account) -> Membership:
    """An admin."""
    return add_member("abe@northwind.example", name="Abe", role=Role.ADMIN, password=None, actor=SYSTEM)


def told(kind: str) -> set[str]:
    """Whom the bell tells of it, by name."""
    notices = AccountNotice.objects.filter(kind=kind)
    return {Membership.objects.get(pk=notice.membership_id).name for notice in notices}


def mails() -> int:
    return InstallationMail.objects.filter(purpose="agreement").count()


def concluded(account: Account, signer: Signer) -> Agreement:
    actor = Actor(ActorKind.AGENT, signer.member_id)
    return conclude(account, signer, language="en", registry_version=1, actor=actor)


def in_review(signer: Signer) -> Agreement:
    return take_into_review(submit(TEXT, Proposal(), signer, actor=SYSTEM), operator_id=OPERATOR)


def test_what_one_owner_concludes_the_others_hear(
    hosted: Account, signer: Signer, nora: Membership, abe: Membership
) -> None:
    concluded(hosted, signer)
    assert (told("agreement.concluded"), mails()) == ({"Nora", "Abe"}, 1)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("agreement.countersigned", lambda made: countersign(made, BOTH, operator_id=OPERATOR)),
        ("agreement.changes_requested", lambda made: request_changes(made, "Clause 9", operator_id=OPERATOR)),
        ("agreement.rejected", lambda made: reject(made, "Never", operator_id=OPERATOR)),
    ],
)
def test_what_the_operator_answers_everybody_hears(
    hosted: Account, signer: Signer, nora: Membership, abe: Membership, kind: str, answer: Any
) -> None:
    answer(in_review(signer))
    assert (told(kind), mails()) == ({signer.name, "Nora", "Abe"}, 2)


def test_the_end_is_heard(hosted: Account, signer: Signer, nora: Membership, abe: Membership) -> None:
    made = concluded(hosted, signer)
    words = Ending(side=Agreement.Side.ACCOUNT, by=signer.member_id)
    end(made, words, actor=Actor(ActorKind.AGENT, signer.member_id))
    assert told("agreement.ended") == {"Nora", "Abe"}


def test_a_last_day_is_heard_and_so_is_that_it_was_taken_back(
    hosted: Account, signer: Signer, nora: Membership, abe: Membership
) -> None:
    made, actor = concluded(hosted, signer), Actor(ActorKind.AGENT, signer.member_id)
    words = Ending(side=Agreement.Side.ACCOUNT, by=signer.member_id, at=now() + timedelta(days=9))
    end(made, words, actor=actor)
    assert told("agreement.end_set") == {"Nora", "Abe"}
    keep_in_force(made, side=Agreement.Side.ACCOUNT, actor=actor)
    assert told("agreement.end_taken_back") == {"Nora", "Abe"}
    assert told("agreement.ended") == set()


def test_new_terms_of_use_are_told_once_until_they_are_accepted(
    northwind: Account, contoso: Account, ada: Membership, settings: Any
) -> None:
    settings.STEWARD_TERMS_VERSION = "2027-01"
    with account_scope(northwind.pk):
        accept_terms("2027-01", member_id=ada.pk, actor=SYSTEM)

    assert tell_accounts_of_new_texts() == 1
    assert tell_accounts_of_new_texts() == 0
    assert mails() == 1
    with account_scope(northwind.pk):
        assert told("terms.published") == set()
    with account_scope(contoso.pk):
        assert told("terms.published") == {"Zoe"}
    settings.STEWARD_TERMS_VERSION = "2027-02"
    assert tell_accounts_of_new_texts() == 2


def test_a_new_wording_is_told_to_who_has_concluded_an_earlier_one(hosted: Account, signer: Signer) -> None:
    assert tell_of_new_texts() == 0  # nothing is in force
    made = concluded(hosted, signer)
    assert tell_of_new_texts() == 0  # in today's wording
    Agreement.objects.filter(pk=made.pk).update(form_version="2020-01")

    assert (tell_of_new_texts(), tell_of_new_texts()) == (1, 0)
    assert TextNotice.objects.get().version == FORM
    assert told("agreement.reworded") == {signer.name}


def test_who_has_a_text_of_their_own_is_asked_for_no_other_wording(hosted: Account, signer: Signer) -> None:
    countersign(in_review(signer), BOTH, operator_id=OPERATOR)
    assert tell_of_new_texts() == 0


@pytest.mark.parametrize("language", [code for code, _ in configured.LANGUAGES])
def test_the_mails_are_complete_in_every_language(hosted: Account, language: str) -> None:
    state, side, texts = Agreement.State, Agreement.Side, TextNotice.Text
    rows = [
        Agreement(origin="ours", state=state.IN_FORCE, signer_name="Ada"),
        Agreement(origin="theirs", state=state.IN_FORCE),
    ]
    ends = [
        Agreement(origin="ours", ended_side=one, ended_words="Unpaid", ends_at=now() + timedelta(days=9))
        for one in (side.ACCOUNT, side.PROVIDER)
    ]
    with override(language):
        written = [_words(row, hosted) for row in rows] + [_words_of_text(text, "7", hosted) for text in texts]
        written += [words_for_owners(step, end, hosted) for step in Step for end in ends]
        to_operators = [words_for_operators(step, end, hosted) for step in Step for end in ends]
    for subject, text in to_operators:
        assert hosted.slug in subject
        assert "%(" not in subject + text
        assert f"/operator/accounts/{hosted.slug}/agreement" in text
    for subject, text in written:
        assert subject
        assert "%(" not in text
        assert "/console/settings/privacy/agreement" in text
        assert hosted.name in text
    assert len({subject for subject, _ in written}) == 6
