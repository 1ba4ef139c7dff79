"""A customer's own text: handed in, reviewed by the operator within ten working days, countersigned or rejected."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.files.actions import NewFile, store_files
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.lib.working_days import working_days_after
from steward.privacy.agreements.actions.concluding import NotNeeded, Signer, hold_account, into_force, is_needed
from steward.privacy.agreements.content import digest
from steward.privacy.agreements.models import Agreement, Review
from steward.privacy.agreements.notices import tell_owners_of
from steward.privacy.agreements.states import OPEN, WrongState, move
from steward.privacy.agreements.uploads import Upload
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.tenancy.scope import current_account_id

S = Agreement.State
WORKING_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the text says about the gate, as whoever handed it in says: the operator reads whether it is so."""

    notice_days: int = LEAST_NOTICE_DAYS
    mode: str = "general"
    regions: tuple[str, ...] = ()
    language: str = "en"


def submit(upload: Upload, proposal: Proposal, signer: Signer, *, actor: Actor) -> Agreement:
    """Hand in an own text, in place of one that still waits. Raises `NotNeeded`, or ValueError for a short notice."""
    if not is_needed():
        raise NotNeeded
    if proposal.notice_days < LEAST_NOTICE_DAYS:
        raise ValueError(f"notice is {LEAST_NOTICE_DAYS} days at least")
    at = now()
    with transaction.atomic():
        hold_account(current_account_id())
        for waiting in Agreement.objects.select_for_update(no_key=True).filter(state__in=OPEN):
            move(waiting, S.SUPERSEDED, ended_at=at)
        agreement = _kept(upload, proposal, signer, at)
        due_at = working_days_after(at, WORKING_DAYS)
        Review.objects.create(
            pk=agreement.pk, account_id=agreement.account_id, state=S.DRAFT, submitted_at=at, due_at=due_at
        )
        move(agreement, S.SUBMITTED)
        record("agreement.submitted", agreement, actor=actor)
    return agreement


def withdraw(agreement: Agreement, *, actor: Actor) -> Agreement:
    """Take back a text that is not in force yet. Raises `WrongState`."""
    with transaction.atomic():
        if not Agreement.objects.select_for_update(no_key=True).filter(pk=agreement.pk, state__in=OPEN).exists():
            raise WrongState(f"{agreement.pk} is not open")
        moved = move(agreement, S.ENDED, ended_at=now())
        record("agreement.withdrawn", moved, actor=actor)
    return moved


def take_into_review(agreement: Agreement, *, operator_id: UUID) -> Agreement:
    """An operator reads it now. Raises `WrongState`."""
    with transaction.atomic():
        moved = move(agreement, S.IN_REVIEW, reviewed_by=operator_id)
        record("agreement.in_review", moved, actor=SYSTEM)
    return moved


def request_changes(agreement: Agreement, words: str, *, operator_id: UUID) -> Agreement:
    """Say what has to be different; the account hands in another text. Raises `WrongState`."""
    return _answered(agreement, S.CHANGES_REQUESTED, words, operator_id)


def reject(agreement: Agreement, words: str, *, operator_id: UUID) -> Agreement:
    """Say that there will be no agreement on this text, and why. Raises `WrongState`."""
    return _answered(agreement, S.REJECTED, words, operator_id, ended_at=now())


def countersign(agreement: Agreement, upload: Upload, *, operator_id: UUID) -> Agreement:
    """Keep the text with both signatures; from now on the gate goes by its terms. Raises `WrongState`."""
    with transaction.atomic():
        (kept,) = store_files([NewFile(upload.content, upload.content_type)])
        return into_force(agreement, actor=SYSTEM, countersigned=kept, reviewed_by=operator_id)


def _kept(upload: Upload, proposal: Proposal, signer: Signer, at: datetime) -> Agreement:
    (kept,) = store_files([NewFile(upload.content, upload.content_type)])
    return Agreement.objects.create(
        origin=Agreement.Origin.THEIRS,
        language=proposal.language,
        file=kept,
        sha256=digest(upload.content),
        notice_days=proposal.notice_days,
        mode=proposal.mode,
        regions=list(proposal.regions),
        signer_id=signer.member_id,
        signer_name=signer.name,
        signer_position=signer.position,
        signer_address=signer.address,
        signed_at=at,
        created_at=at,
    )


def _answered(agreement: Agreement, state: S, words: str, operator_id: UUID, **columns: object) -> Agreement:
    with transaction.atomic():
        moved = move(agreement, state, review_words=words, reviewed_by=operator_id, **columns)
        record(f"agreement.{state.value}", moved, actor=SYSTEM)
        tell_owners_of(moved)
    return moved
