"""Who may enter the console of an account just now: asked for every request, and for every stream that opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from steward.lib.clock import now
from steward.people.models import DepartmentMembership, Membership, Requires, SecurityPolicy, Session
from steward.people.networks import is_inside
from steward.people.second_factors import has_second_factor
from steward.people.sessions import ACCOUNT, BEGAN
from steward.people.signed_in import holds_second_factor, note_seen
from steward.tenancy.reading import Reading, read_ahead


class Refusal(StrEnum):
    """Why somebody does not get in; the first reason that applies."""

    SIGNED_OUT = "signed_out"  # nobody is signed in here
    ENDED = "ended"  # the session was idle for too long, or is too old
    NETWORK = "network"  # not from one of the account's networks
    SECOND_FACTOR = "second_factor"  # required, and not shown in this session
    ENROLMENT = "enrolment"  # required, and there is none


class Visitor(Protocol):
    """What has to be known of who asks: a Django request with `account`, or anything alike."""

    session: Any
    user: Any
    account: Any
    META: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """Who asks, as far as they are known, and why they may not enter; None when they may."""

    me: Membership | None
    refusal: Refusal | None = None


def may_enter(visitor: Visitor, *, is_active: bool = True) -> Entry:
    """Judge one request; in the scope of its account.

    `is_active` is false for what a page asks by itself: it does not keep a session awake that nobody uses.
    """
    user_id = visitor.user.pk
    if user_id is None:
        return Entry(None, Refusal.SIGNED_OUT)
    with read_ahead(_MEMBER.asking(user=user_id), _BELONGINGS.asking(user=user_id), _POLICY.asking()):
        me = member_of(visitor)
        policy = policy_of_account()
    if me is None:
        return Entry(None, Refusal.SIGNED_OUT)
    refusal = _refusal(visitor, me, policy)
    if refusal is None and is_active:
        note_seen(visitor.session, until=_end_of(visitor.session, policy))
    return Entry(me, refusal)


def member_of(visitor: Visitor) -> Membership | None:
    """The signed-in person's membership in the account in scope; None when nobody is signed in here."""
    user = visitor.user
    if not user.is_authenticated or visitor.session.get(ACCOUNT) != str(visitor.account.id):
        return None
    me = next(iter(_MEMBER(user=user.pk)), None)
    if me is not None:
        belongings: Any = DepartmentMembership.objects.filter(membership=me)
        belongings._result_cache = _BELONGINGS(user=user.pk)
        belongings._prefetch_done = True
        # As `prefetch_related` leaves them.
        me._prefetched_objects_cache = {"departments": belongings}  # type: ignore[attr-defined]
    return me


_MEMBER = Reading(lambda *, user: Membership.objects.filter(user=user))
_BELONGINGS = Reading(lambda *, user: DepartmentMembership.objects.filter(membership__user=user))
_POLICY = Reading(lambda: SecurityPolicy.objects.all())


def policy_of_account() -> SecurityPolicy:
    """How one gets into the account in scope; the defaults when nobody has chosen."""
    return next(iter(_POLICY()), None) or SecurityPolicy()


def needs_second_factor(me: Membership, policy: SecurityPolicy) -> bool:
    """Whether the account requires a second factor of this member."""
    return policy.second_factor == Requires.ALL or (policy.second_factor == Requires.ADMINS and me.sees_all)


def _refusal(visitor: Visitor, me: Membership, policy: SecurityPolicy) -> Refusal | None:
    if has_ended(visitor.session, policy):
        return Refusal.ENDED
    if policy.networks and not is_inside(visitor.META.get("REMOTE_ADDR", ""), policy.networks):
        return Refusal.NETWORK
    if needs_second_factor(me, policy):
        # One that was shown in this session and removed since counts for nothing.
        if not has_second_factor(visitor.user):
            return Refusal.ENROLMENT
        if not holds_second_factor(visitor.session):
            return Refusal.SECOND_FACTOR
    return None


def has_ended(session: Any, policy: SecurityPolicy) -> bool:
    """Whether the session is older than the account allows, or was not used for longer."""
    at = now()
    if BEGAN not in session or at >= _oldest(session, policy):
        return True
    row: Session | None = getattr(session, "row", None)
    seen = row.seen_at if row is not None and row.seen_at is not None else at
    return at - seen >= timedelta(minutes=policy.idle_minutes)


def _end_of(session: Any, policy: SecurityPolicy) -> datetime:
    """When the session ends if it is not used again."""
    return min(_oldest(session, policy), now() + timedelta(minutes=policy.idle_minutes))


def _oldest(session: Any, policy: SecurityPolicy) -> datetime:
    return datetime.fromisoformat(session[BEGAN]) + timedelta(hours=policy.lifetime_hours)
