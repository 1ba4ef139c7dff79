"""Ending the agreement that is in force, by either side: from then on the gate refuses what needs one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.privacy.agreements.actions.concluding import hold_account
from steward.privacy.agreements.ending_words import Step
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.notices import tell_of_end
from steward.privacy.agreements.states import WrongState, move
from steward.privacy.egress.terms import end_terms, keep_terms
from steward.tenancy.models import SHUT_FOR_GOOD, Account
from steward.tenancy.scope import account_scope

S = Agreement.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Which side ends it, who of it (a member or an operator, by the bare id), and why, in words that may be empty.

    `at` is a moment to come until which it stays in force; without one it ends at once.
    """

    side: Agreement.Side
    by: UUID | None
    words: str = ""
    at: datetime | None = None


def end(agreement: Agreement, ending: Ending, *, actor: Actor) -> Agreement:
    """End what is in force, at once or at a moment to come; rows and files stay, and both sides are told.

    Raises `WrongState` when it is not in force (any more), and for another day than the other side has set.
    """
    columns = {"ended_side": ending.side, "ended_by": ending.by, "ended_words": ending.words.strip()}
    with transaction.atomic():
        hold_account(agreement.account_id)
        current = Agreement.objects.filter(pk=agreement.pk, state=S.IN_FORCE).first()
        if current is None or _is_settled(current, ending):
            raise WrongState(f"{agreement.pk} is not in force, or ends as the other side has said")
        if ending.at is not None and ending.at > now():
            found = _with(agreement, ends_at=ending.at, **columns)
            record("agreement.end_set", found, actor=actor, changes={"until": ending.at.isoformat()})
        else:
            found = move(agreement, S.ENDED, ended_at=now(), ends_at=None, **columns)
        end_terms(actor=actor, at=ending.at if found.ends_at else None)
        tell_of_end(Step.TO_COME if found.ends_at else Step.ENDED, found, but=actor.id)
    return found


def _is_settled(agreement: Agreement, ending: Ending) -> bool:
    """Whether its end is over, or the other side's: with another day it would be ours to take back, and theirs gone.

    At once each side ends it whatever the other has said.
    """
    if agreement.ends_at is None:
        return False
    is_to_come = ending.at is not None and ending.at > now()
    return agreement.ends_at <= now() or (is_to_come and agreement.ended_side != ending.side)


def keep_in_force(agreement: Agreement, *, side: Agreement.Side, actor: Actor) -> Agreement:
    """Take an end that is to come back, by the side that has set it. Raises `WrongState` when there is none such."""
    with transaction.atomic():
        hold_account(agreement.account_id)
        waiting = Agreement.objects.filter(pk=agreement.pk, state=S.IN_FORCE, ended_side=side, ends_at__gt=now())
        if not waiting.exists():
            raise WrongState(f"{agreement.pk} does not end, or by the other side")
        kept = _with(agreement, ends_at=None, ended_side="", ended_by=None, ended_words="")
        keep_terms(kept.pk)
        record("agreement.end_taken_back", kept, actor=actor)
        tell_of_end(Step.TAKEN_BACK, kept, but=actor.id)
    return kept


def end_what_is_due() -> int:
    """End what was in force until now, in every account; returns how many. The gate knows the moment by itself."""
    served = Account.objects.exclude(state__in=SHUT_FOR_GOOD).order_by("id").values_list("id", flat=True)
    ended = 0
    for account_id in list(served):
        with account_scope(account_id):
            ended += end_due()
    return ended


def end_due() -> int:
    """The same in the account in scope."""
    with transaction.atomic():
        due = list(Agreement.objects.select_for_update(no_key=True).filter(state=S.IN_FORCE, ends_at__lte=now()))
        for agreement in due:
            ended = move(agreement, S.ENDED, ended_at=agreement.ends_at)
            record("agreement.ended", ended, actor=SYSTEM)
            tell_of_end(Step.ENDED, ended)
    return len(due)


def _with(agreement: Agreement, **columns: object) -> Agreement:
    Agreement.objects.filter(pk=agreement.pk).update(**columns)
    agreement.refresh_from_db()
    return agreement
