"""Operators: who runs the installation. They sign in on the base domain, with a second factor, and open no account."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people import notices
from steward.people.browsers import forget_browsers
from steward.people.identities import forget_identity_without_account
from steward.people.models import MailedLink, Operator, OperatorAct, Session, User
from steward.people.notices import Reader
from steward.people.passwords import LONGEST
from steward.people.refusals import note_refusal
from steward.people.sessions import ACCOUNT, BEGAN, CONFIRMED, FACTORS, SessionStore
from steward.people.signed_in import begin_session, end_sessions_everywhere, holds_second_factor, note_seen
from steward.people.tokens import hashed_token, new_token
from steward.tenancy.languages import spoken
from steward.tenancy.scope import account_scope

IDLE, LIFETIME = timedelta(minutes=30), timedelta(hours=12)
FILLING_IN = timedelta(minutes=15)  # from the password to the second factor
LINK_LASTS = timedelta(hours=24)
READ_AGAIN = timedelta(minutes=10)  # reading the same page again is noted once in a while

_NO_ACCOUNT = UUID(int=0)
_MARK = "operator"  # in the session of an operator: their id. No session of an account has it.
_PENDING = "operator_pending"  # who has shown the password, and when


class AlreadyOperator(ValueError):
    """The identity is an operator already."""


class LinkGone(LookupError):
    """The link was used, is too old, or never was one."""


def create_operator(email: str, *, password: str | None) -> Operator:
    """Let an identity, which is made when there is none, open the back office. Raises `AlreadyOperator`.

    A password is kept when the identity has one already; None leaves a new one without, for a link to set.
    """
    with transaction.atomic():
        user = User.objects.filter(email=User.objects.normalise(email)).first()
        user = user or User.objects.create_user(email, password)
        operator, is_new = Operator.objects.get_or_create(user=user, defaults={"created_at": now()})
        if not is_new:
            raise AlreadyOperator(email)
        note(None, "operator.added", about=str(user.pk))
    return operator


def remove_operator(operator: Operator) -> None:
    """Shut the back office for somebody, at once. The identity goes with it unless an account needs it."""
    # Deleting an identity looks for memberships, which needs a scope: in that of no account there are none.
    with account_scope(_NO_ACCOUNT):
        user_id = operator.user_id
        operator.delete()
        Session.objects.filter(user_id=user_id, account=None).delete()
        MailedLink.objects.filter(user_id=user_id, purpose=MailedLink.Purpose.OPERATOR).delete()
        forget_identity_without_account(user_id)
        note(None, "operator.removed", about=str(user_id))


def reset_second_factors(operator: Operator) -> None:
    """Forget all second factors of somebody who lost them; the next sign-in adds one. They are told."""
    with transaction.atomic():
        Authenticator.objects.filter(user=operator.user_id).delete()
        end_sessions_everywhere(operator.user_id, actor=SYSTEM)
        forget_browsers(operator.user_id)
        note(None, "second_factor.removed", about=str(operator.user_id))
        notices.tell_factor_removed(reader_of_operator(operator.user))


def new_operator_link(operator: Operator) -> str:
    """The token of a link that sets the operator's password once, within a day. Earlier links stop working."""
    token = new_token()
    with transaction.atomic():
        MailedLink.objects.filter(user=operator.user_id, purpose=MailedLink.Purpose.OPERATOR).delete()
        MailedLink.objects.create(
            token_hash=hashed_token(token),
            purpose=MailedLink.Purpose.OPERATOR,
            user_id=operator.user_id,
            expires_at=now() + LINK_LASTS,
        )
    return token


def operator_link(token: str) -> MailedLink:
    """The link a token belongs to; raises `LinkGone`. Looking does not use it up."""
    links = MailedLink.objects.select_related("user").filter(purpose=MailedLink.Purpose.OPERATOR)
    link = links.filter(token_hash=hashed_token(token), expires_at__gt=now()).first()
    if link is None or not is_operator(link.user):
        raise LinkGone
    return link


def set_password_by_link(token: str, password: str) -> User:
    """Set the password, once; all sessions of the identity end, and they are told. Raises `LinkGone`."""
    with transaction.atomic():
        link = operator_link(token)
        if not MailedLink.objects.filter(pk=link.pk).delete()[0]:
            raise LinkGone
        had_one = link.user.has_usable_password()
        link.user.set_password(password)
        link.user.save(update_fields=["password"])
        end_sessions_everywhere(link.user.pk, actor=SYSTEM)
        forget_browsers(link.user.pk)
        note(link.user.pk, "password.changed", about="link")
        if had_one:
            notices.tell_password_changed(reader_of_operator(link.user))
    return link.user


def reader_of_operator(user: User) -> Reader:
    """Where an operator reads about their sign-in: in the language of the page they are at."""
    return Reader(user.email, spoken(get_language() or ""))


def is_operator(user: User) -> bool:
    return user.is_active and Operator.objects.filter(user=user).exists()


def operator_addresses() -> list[str]:
    """Where operators get mail."""
    rows = Operator.objects.filter(user__is_active=True).order_by("created_at", "user_id")
    return list(rows.values_list("user__email", flat=True))


def count_operators() -> int:
    """How many people can open the back office."""
    return Operator.objects.filter(user__is_active=True).count()


def knows_password(email: str, password: str) -> User | None:
    """The operator with this address and password. For all others None, after the same work."""
    user = _operator_with(email, password)
    if user is None:
        note_refusal("operator's password", by=User.objects.normalise(email))
    return user


def _operator_with(email: str, password: str) -> User | None:
    if len(password) > LONGEST:
        return None
    user = User.objects.filter(email=User.objects.normalise(email)).first()
    if user is None or not user.has_usable_password():
        User().set_password(password)  # hashing takes its time whether there is somebody or not
        return None
    return user if user.check_password(password) and is_operator(user) else None


def begin_sign_in(request: HttpRequest, user: User) -> None:
    """The password was right: a new session waits for the second factor. Nobody is signed in by it."""
    request.session.flush()
    shown = user.get_session_auth_hash()
    request.session[_PENDING] = {"user": str(user.pk), "at": now().isoformat(), "shown": shown}


def pending_user(request: HttpRequest) -> User | None:
    """Who has shown the password they still have in this session, not long ago, and no second factor yet."""
    pending = request.session.get(_PENDING)
    if not pending or now() - datetime.fromisoformat(pending["at"]) > FILLING_IN:
        return None
    user = User.objects.filter(pk=pending["user"]).first()
    if user is None or not is_operator(user):
        return None
    return user if constant_time_compare(pending.get("shown", ""), user.get_session_auth_hash()) else None


def sign_in_operator(request: Any, user: User, *, factors: list[str]) -> None:
    """Begin the session: a new key, bound to the back office and to no account."""
    request.session.flush()
    request.account = None
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    begin_session(request, user, factors=factors)
    request.session[_MARK] = str(user.pk)
    note(user.pk, "operator.signed_in")


def stored_operator_session(user: User, *, factors: Iterable[str] = ("password", "totp")) -> str:
    """A session as sign-in leaves it, without a browser; returns its key. Tests enter by it."""
    session, at = SessionStore(), now().isoformat()
    session.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            FACTORS: list(factors),
            BEGAN: at,
            CONFIRMED: at,
            _MARK: str(user.pk),
        }
    )
    session.save()
    return session.session_key or ""


def operator_in(request: Any, *, is_active: bool = True) -> Operator | None:
    """The operator whose session it is; None for everybody else, also for members of accounts.

    The session has to hold a second factor, and ends when it was not used for half an hour, or is half a day old.
    `is_active` is false for what a page asks by itself: it does not keep a session awake that nobody uses.
    """
    session, user = request.session, request.user
    if not user.is_authenticated or session.get(_MARK) != str(user.pk) or ACCOUNT in session:
        return None
    if not holds_second_factor(session) or _has_ended(session):
        return None
    operator = Operator.objects.select_related("user").filter(user=user.pk, user__is_active=True).first()
    if operator is not None and is_active:
        note_seen(session, until=min(now() + IDLE, _began(session) + LIFETIME))
    return operator


def _has_ended(session: Any) -> bool:
    row: Session | None = getattr(session, "row", None)
    seen = row.seen_at if row is not None and row.seen_at is not None else now()
    return BEGAN not in session or now() - seen >= IDLE or now() >= _began(session) + LIFETIME


def _began(session: Any) -> datetime:
    return datetime.fromisoformat(session[BEGAN])


def note(operator_id: UUID | None, act: str, *, account_id: UUID | None = None, about: str = "") -> None:
    """Write down what an operator, or the command line, read across accounts or did. Ids and codes, never content."""
    OperatorAct.objects.create(at=now(), operator_id=operator_id, act=act, account_id=account_id, about=about)


def note_read(operator_id: UUID, act: str, *, account_id: UUID | None = None, about: str = "") -> None:
    """The same for looking at a page; a page that is looked at again and again is noted every ten minutes."""
    lately = OperatorAct.objects.filter(operator_id=operator_id, act=act, at__gt=now() - READ_AGAIN)
    if not lately.filter(account_id=account_id, about=about).exists():
        note(operator_id, act, account_id=account_id, about=about)


def forget_old_acts() -> int:
    """Forget what stands longer in the operators' log than `STEWARD_OPERATOR_LOG_DAYS`; returns how much.

    That something was forgotten stands in the log itself. Zero days: everything is kept.
    """
    days = settings.STEWARD_OPERATOR_LOG_DAYS
    if not days:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT operations_forget_acts(make_interval(days => %s))", [days])
        forgotten = int(cursor.fetchone()[0])
        if forgotten:
            note(None, "log.forgotten", about=str(forgotten))
    return forgotten


def as_operator(operator_id: UUID, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of one of the functions that answer operators only (`operations_...`)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('steward.operator', %s, true)", [str(operator_id)])
        cursor.execute(query, parameters or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute("SELECT set_config('steward.operator', '', true)")
    return rows
