"""Ending the agreement that is in force, by either side: from then on the gate refuses what needs one."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.agreements.actions.concluding import hold_account
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.notices import tell_owners_of
from steward.privacy.agreements.states import WrongState, move
from steward.privacy.egress.terms import end_terms

S = Agreement.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Which side ends it, who of it (a member or an operator, by the bare id), and why, in words that may be empty."""

    side: Agreement.Side
    by: UUID | None
    words: str = ""


def end(agreement: Agreement, ending: Ending, *, actor: Actor) -> Agreement:
    """End what is in force, at once; rows and files stay. Raises `WrongState` when it is not in force (any more)."""
    with transaction.atomic():
        hold_account(agreement.account_id)
        if not Agreement.objects.filter(pk=agreement.pk, state=S.IN_FORCE).exists():
            raise WrongState(f"{agreement.pk} is not in force")
        moved = move(
            agreement,
            S.ENDED,
            ended_at=now(),
            ended_side=ending.side,
            ended_by=ending.by,
            ended_words=ending.words.strip(),
        )
        end_terms(actor=actor)
        tell_owners_of(moved, but=actor.id)
    return moved
