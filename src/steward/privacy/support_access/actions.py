"""Asking for access, granting, refusing, revoking it, and how it ends.

Only `ask_for_access` and `withdraw_request` are for operators, and open the account's scope themselves. All else is
what the account does, in its scope.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.people.operators import note
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.models import LONGEST, USUAL_HOURS, Area, SupportGrant
from steward.privacy.support_access.sessions import end_sessions_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope

State = SupportGrant.State
LONGEST_HOURS = LONGEST // timedelta(hours=1)
FARTHEST = timedelta(days=30)  # ahead that a grant may begin
LONGEST_REASON = 2_000  # characters


class GrantRefused(ValueError):
    """What was asked for cannot be: no reason, no area, too long, or too far ahead."""


class NobodyToAsk(GrantRefused):
    """The account is shut: whoever could grant it does not get in."""


class GrantChanged(ValueError):
    """It was answered, withdrawn, revoked, or is over already."""


def ask_for_access(
    account_id: UUID,
    operator_id: UUID,
    *,
    reason: str,
    areas: Collection[str],
    may_write: bool = False,
    may_erase: bool = False,
    hours: int = USUAL_HOURS,
    reference: str = "",
    only_me: bool = True,
) -> SupportGrant:
    """Ask an account to let support in; its owners and admins decide. `only_me`: for this operator, not the whole team.

    Raises `GrantRefused`, `NobodyToAsk` of them for a suspended account, and `SealedAccount` for a terminated one.
    """
    with account_scope(account_id):
        if not Account.objects.filter(pk=account_id, state=Account.State.ACTIVE).exists():
            raise NobodyToAsk("the account is suspended, and nobody gets in there who could grant it")
        grant = SupportGrant(
            reason=_reason(reason),
            reference=reference.strip()[:200],
            staff=[operator_id] if only_me else [],
            areas=_areas(areas),
            may_write=may_write,
            may_erase=may_erase,
            hours=_hours(hours),
            asked_by=operator_id,
            asked_at=now(),
        )
        grant.save(force_insert=True)
        record("support.requested", grant, actor=staff(operator_id), changes=_told(grant))
        note(operator_id, "support.asked", account_id=account_id, about=str(grant.pk))
    return grant


def withdraw_request(account_id: UUID, grant_id: UUID, operator_id: UUID) -> None:
    """Take back what nobody has answered yet. Raises `GrantChanged`."""
    with account_scope(account_id):
        grant = _closed(grant_id, State.REQUESTED, State.WITHDRAWN)
        record("support.withdrawn", grant, actor=staff(operator_id))
        note(operator_id, "support.withdrawn", account_id=account_id, about=str(grant_id))


def give_up_access(account_id: UUID, grant_id: UUID, operator_id: UUID) -> None:
    """Support needs it no more: it ends before its time, for everybody it was for. Raises `GrantChanged`."""
    with account_scope(account_id):
        grant = _closed(grant_id, State.GRANTED, State.ENDED)
        end_sessions_of(grant, "closed")
        record("support.ended", grant, actor=staff(operator_id))
        note(operator_id, "support.given_up", account_id=account_id, about=str(grant_id))


def grant_access(
    grant: SupportGrant,
    *,
    by: Granter,
    starts_at: datetime | None = None,
    hours: int | None = None,
    areas: Collection[str] | None = None,
    may_write: bool | None = None,
    may_erase: bool = False,
    staff: Collection[UUID] | None = None,
) -> SupportGrant:
    """Consent to what was asked for, or to less: fewer areas, only reading, other hours, fewer people.

    It begins now unless told, and lets nobody erase unless that is said, whatever was asked for. Raises `GrantRefused`
    when it would be more, and `GrantChanged`.
    """
    given = grant.areas if areas is None else _areas(areas)
    writes = grant.may_write if may_write is None else may_write
    team = list(grant.staff if staff is None else staff)
    boxes = (writes and not grant.may_write) or (may_erase and not grant.may_erase)
    if not {*given} <= {*grant.areas} or boxes or not _is_fewer(team, grant.staff):
        raise GrantRefused("more than was asked for")
    columns = _times(starts_at, grant.hours if hours is None else hours)
    columns |= {"areas": given, "may_write": writes, "may_erase": may_erase, "staff": team}
    columns |= {"granted_by": by.member, "granted_at": now()}
    with transaction.atomic():
        asked = SupportGrant.objects.filter(pk=grant.pk, state=State.REQUESTED)
        if not asked.update(state=State.GRANTED, **columns):
            raise GrantChanged(grant.pk)
        grant.refresh_from_db()
        _granted(grant, by.member)
    return grant


def offer_access(
    *,
    by: Granter,
    reason: str,
    areas: Collection[str],
    may_write: bool = False,
    may_erase: bool = False,
    hours: int = USUAL_HOURS,
    starts_at: datetime | None = None,
    staff: Collection[UUID] = (),
) -> SupportGrant:
    """Let support in unasked. Raises `GrantRefused`."""
    with transaction.atomic():
        grant = SupportGrant(
            reason=_reason(reason),
            staff=list(staff),
            areas=_areas(areas),
            may_write=may_write,
            may_erase=may_erase,
            state=State.GRANTED,
            asked_at=now(),
            granted_by=by.member,
            granted_at=now(),
            **_times(starts_at, hours),
        )
        grant.save(force_insert=True)
        _granted(grant, by.member)
    return grant


def refuse_access(grant: SupportGrant, *, by: Membership, answer: str = "") -> None:
    """Say no to a request. Raises `GrantChanged`."""
    with transaction.atomic():
        grant = _closed(grant.pk, State.REQUESTED, State.REFUSED, answer=answer.strip()[:LONGEST_REASON])
        record("support.refused", grant, actor=actor_of(by))


def revoke_access(grant: SupportGrant, *, by: Membership, answer: str = "") -> None:
    """End what was granted, at once: whoever looks sees nothing from their next statement on. Raises `GrantChanged`."""
    with transaction.atomic():
        grant = _closed(grant.pk, State.GRANTED, State.REVOKED, answer=answer.strip()[:LONGEST_REASON])
        end_sessions_of(grant, "revoked")
        record("support.revoked", grant, actor=actor_of(by))


def end_due_grants() -> int:
    """Write down that grants of the account in scope are over; returns how many. They opened nothing since then."""
    ended = 0
    for grant in list(SupportGrant.objects.over()):
        with transaction.atomic():
            if SupportGrant.objects.over().filter(pk=grant.pk).update(state=State.ENDED, ended_at=grant.expires_at):
                end_sessions_of(grant, "expired")
                record("support.ended", grant, actor=SYSTEM)
                ended += 1
    return ended


def end_all_access() -> int:
    """End every access of the account in scope before its time, also one that is to come; returns how many.

    For when nobody there could end it: the account is shut, or a backup brought back what was ended since.
    """
    ended = end_due_grants()
    for grant in list(SupportGrant.objects.filter(state=State.GRANTED)):
        with suppress(GrantChanged), transaction.atomic():  # it ended in this moment
            grant = _closed(grant.pk, State.GRANTED, State.ENDED)
            end_sessions_of(grant, "revoked")
            record("support.ended", grant, actor=SYSTEM)
            ended += 1
    return ended


def end_all_access_everywhere() -> int:
    """The same in every account. Opens scopes of its own."""
    ended = 0
    for account_id in list(Account.objects.filter(departing_since=None).values_list("pk", flat=True)):
        with upkeep_scope(account_id):
            ended += end_all_access()
    return ended


def staff(operator_id: UUID) -> Actor:
    """An operator as who acts in an account. It is given nothing by that: what they see, the grant says."""
    return Actor(ActorKind.STAFF, operator_id)


def _granted(grant: SupportGrant, member: Membership) -> None:
    from steward.privacy.support_access.tasks import end  # noqa: PLC0415  tasks call this module

    record("support.granted", grant, actor=actor_of(member), changes=_told(grant))
    enqueue(end, at=grant.expires_at, grant=grant.pk)


def _closed(grant_id: UUID, before: str, after: str, **columns: Any) -> SupportGrant:
    """The grant in its last state; raises `GrantChanged` when it is in another one than `before`."""
    found = SupportGrant.objects.filter(pk=grant_id, state=before)
    if before == State.GRANTED:
        found = found.filter(expires_at__gt=now())
    if not found.update(state=after, ended_at=now(), **columns):
        raise GrantChanged(grant_id)
    return SupportGrant.objects.get(pk=grant_id)


def _told(grant: SupportGrant) -> dict[str, Any]:
    told: dict[str, Any] = {"areas": [*grant.areas], "may_write": grant.may_write, "hours": grant.hours}
    told["may_erase"] = grant.may_erase
    if grant.expires_at and grant.starts_at:
        told |= {"since": grant.starts_at.isoformat(), "until": grant.expires_at.isoformat()}
    return told


def _times(starts_at: datetime | None, hours: int) -> dict[str, Any]:
    begins = max(now(), starts_at or now())
    if begins > now() + FARTHEST:
        raise GrantRefused("too far ahead")
    return {"hours": _hours(hours), "starts_at": begins, "expires_at": begins + timedelta(hours=_hours(hours))}


def _reason(reason: str) -> str:
    words = reason.replace("\0", "").strip()
    if not words or len(words) > LONGEST_REASON:
        raise GrantRefused("it needs a reason, and no novel")
    return words


def _areas(areas: Collection[str]) -> list[str]:
    if not areas or not {*areas} <= {*Area.values}:
        raise GrantRefused("it needs an area there is")
    return [area for area in Area.values if area in areas]


def _hours(hours: int) -> int:
    if not 1 <= hours <= LONGEST_HOURS:
        raise GrantRefused("an hour at least, seven days at most")
    return hours


def _is_fewer(team: Collection[UUID], asked: Collection[UUID]) -> bool:
    """No names are the whole team."""
    return not asked or ({*team} <= {*asked} and bool(team))
