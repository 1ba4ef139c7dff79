"""Who is signed in where: beginning sessions, showing them, ending them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language

from steward.events.actions import record
from steward.jobs import enqueue_for_installation
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.people.browsers import note_browser
from steward.people.devices import device_label
from steward.people.languages import language_of
from steward.people.models import Membership, Session, User
from steward.people.notices import Reader
from steward.people.second_factors import STRONG
from steward.people.sessions import ACCOUNT, BEGAN, CONFIRMED, DEVICE, FACTORS, SessionStore, hashed
from steward.people.tasks import note_ended_sessions
from steward.tenancy.languages import spoken
from steward.tenancy.scope import account_in_scope, account_scope

FRESH = timedelta(minutes=10)  # how long showing who one is opens the pages on which one changes how one signs in
FILLING_IN = timedelta(minutes=20)  # how long such a page may take to fill in, besides
_SEEN_EVERY = timedelta(minutes=1)  # a row is not written for each request


def begin_session(request: HttpRequest, user: User, *, factors: Iterable[str]) -> None:
    """Make the session of the request, which has a new key, one of this person, at this host's account."""
    session, account, at = request.session, getattr(request, "account", None), now().isoformat()
    session[FACTORS] = list(factors)
    session[BEGAN] = session[CONFIRMED] = at
    session[DEVICE] = device_label(request.headers.get("User-Agent", ""))
    if account is None:
        note_browser(request, user, reader=Reader(user.email, spoken(get_language() or "")), zone="UTC")
        return
    # Its row is valid on every host, so the host alone proves nothing.
    session[ACCOUNT] = str(account.id)
    with account_scope(account.id):
        me = Membership.objects.filter(user=user).first()
        if me is not None:
            reader = Reader(user.email, language_of(me, account), account.slug)
            is_new = note_browser(request, user, reader=reader, zone=account.time_zone)
            told = {"factors": session[FACTORS]} | ({"new_browser": True} if is_new else {})
            record("member.signed_in", me, actor=Actor(ActorKind.AGENT, me.id), changes=told)


def stored_session(user: User, account_id: UUID, *, factors: Iterable[str] = ("password",)) -> str:
    """A session as sign-in leaves it, without a browser; returns its key. Scripts that measure and test enter by it."""
    session, at = SessionStore(), now().isoformat()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            ACCOUNT: str(account_id),
            FACTORS: list(factors),
            BEGAN: at,
            CONFIRMED: at,
        }
    )
    session.save()
    return session.session_key or ""


def confirm_session(request: HttpRequest, *, factors: Iterable[str]) -> None:
    """The person has shown again who they are: the session gets a new key, and holds what was shown."""
    session = request.session
    session[FACTORS] = sorted({*session.get(FACTORS, []), *factors})
    session[CONFIRMED] = now().isoformat()
    session.cycle_key()


def holds_second_factor(session: Any) -> bool:
    """Whether a second factor was shown in the session."""
    return not STRONG.isdisjoint(session.get(FACTORS, []))


def is_fresh(session: Any, *, is_sent: bool = False) -> bool:
    """Whether the person has shown lately who they are: by everything they have, as when signing in.

    `is_sent` is true of a form that comes back: nobody loses what they typed while they typed it.
    """
    lasts = FRESH + FILLING_IN if is_sent else FRESH
    return CONFIRMED in session and now() - datetime.fromisoformat(session[CONFIRMED]) < lasts


def note_seen(session: Any, *, until: datetime) -> None:
    """Remember that the session was used now, once in a minute, and that unused it ends at `until`."""
    row: Session | None = getattr(session, "row", None)
    if row is None:
        return
    is_long_ago = row.seen_at is None or now() - row.seen_at >= _SEEN_EVERY
    if is_long_ago or row.expire_date - until >= _SEEN_EVERY:
        Session.objects.filter(pk=row.pk).update(seen_at=now(), expire_date=until)


def sessions_of(user_id: UUID) -> QuerySet[Session]:
    """Where a person is signed in, in all their accounts, the one seen last first."""
    living = Session.objects.filter(user_id=user_id, expire_date__gt=now())
    return living.select_related("account").order_by("-seen_at", "session_key")


def is_current(row: Session, session_key: str | None) -> bool:
    """Whether the row is the session with this key, as in the cookie."""
    return session_key is not None and row.session_key == hashed(session_key)


def end_session(row: Session, *, actor: Actor) -> None:
    """End one session. One that has ended already stays so."""
    _end(Session.objects.filter(pk=row.pk), actor)


def end_sessions(membership: Membership, *, but: str | None = None, actor: Actor | None = None) -> int:
    """End the sessions of a member in this account; those in other accounts go on. Returns how many.

    `but` is the key, as in the cookie, of one that goes on.
    """
    mine = Session.objects.filter(user_id=membership.user_id, account_id=membership.account_id)
    return _end(_other(mine, but), actor or Actor(ActorKind.SYSTEM))


def end_sessions_everywhere(user_id: UUID, *, but: str | None = None, actor: Actor) -> int:
    """End a person's sessions in all accounts: what opened them is no longer true. Returns how many."""
    return _end(_other(Session.objects.filter(user_id=user_id), but), actor)


def end_sessions_of_account(account_id: UUID, *, but: str | None = None, actor: Actor) -> int:
    """End everybody's sessions in one account. Returns how many."""
    return _end(_other(Session.objects.filter(account_id=account_id), but), actor)


def _other(sessions: QuerySet[Session], but: str | None) -> QuerySet[Session]:
    return sessions if but is None else sessions.exclude(session_key=hashed(but))


def _end(sessions: QuerySet[Session], actor: Actor) -> int:
    with transaction.atomic():
        # Locked: one that two want to end is told of once.
        ended = list(sessions.select_for_update(no_key=True).values_list("pk", "account_id", "user_id"))
        Session.objects.filter(pk__in=[pk for pk, _, _ in ended]).delete()
        here = account_in_scope()
        _record_endings([user_id for _, account_id, user_id in ended if account_id == here and here], actor)
        for account_id in {account_id for _, account_id, _ in ended if account_id and account_id != here}:
            users = [str(user_id) for _, account, user_id in ended if account == account_id]
            enqueue_for_installation(note_ended_sessions, account=account_id, users=users, by=actor.kind.value)
    return len(ended)


def _record_endings(users: list[UUID], actor: Actor) -> None:
    members = {each.user_id: each for each in Membership.objects.filter(user_id__in=users)} if users else {}
    for user_id in users:
        if user_id in members:
            record("session.ended", members[user_id], actor=actor)
