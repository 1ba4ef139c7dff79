"""The owner of a suspended or terminated account, on the base domain: known by a link in a mail and a second factor.

Nobody is signed in by it. Such a session belongs to no account; for half an hour it opens the page about one, and
nothing that the account holds.

Passkeys are bound to the host of the account, where nobody gets in: here a code is shown, of the app or a recovery
code, which everybody with a passkey was given. Who has no second factor at all shows the password beside the link.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from steward.events.actions import record
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.people import notices
from steward.people.actions.links import living_link, new_link, taken_link
from steward.people.actions.sign_in import reader_of
from steward.people.models import MailedLink, Membership, Role, User
from steward.people.notices import Reader
from steward.people.passwords import LONGEST
from steward.people.refusals import note_refusal
from steward.people.second_factors import has_second_factor
from steward.people.showing_factors import count_factor_try, factor_was_good, shown_factor
from steward.people.tokens import new_token
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

SHUT = frozenset({Account.State.SUSPENDED, Account.State.TERMINATED})
STAYS = timedelta(minutes=30)
_MARK = "shut_owner"  # in the session of such an owner. No session of an account and of an operator has it.
_NO_ACCOUNT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ShutOwner:
    """An owner, with `user` at hand, of an account that is suspended or terminated."""

    me: Membership
    account: Account

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.AGENT, self.me.id)


def ask_for_owner_link(slug: str, email: str) -> None:
    """Mail the link when this address owns the account with this slug, and nobody gets in there.

    When it does not, the same is done and undone: neither the answer nor the time it takes tells which it was.
    """
    account = Account.objects.filter(slug=slug, state__in=SHUT).first()
    with upkeep_scope(account.pk if account else _NO_ACCOUNT), transaction.atomic():
        me, token = _owner(user__email=User.objects.normalise(email)), new_token()
        if account is not None and me is not None:
            new_link(MailedLink.Purpose.OWNER, me.user, token, account_id=account.pk)
            notices.send_owner_link(reader_of(me, account), token, company=account.name)
        else:
            notices.send_owner_link(Reader(settings.STEWARD_MAIL_FROM, settings.LANGUAGE_CODE), token, company=slug)
            transaction.set_rollback(True)


def owner_by_link(token: str) -> ShutOwner:
    """Whom the link was mailed to; raises `LookupError`, also once the account is open. Looking does not use it up."""
    link = living_link(MailedLink.Purpose.OWNER, token)
    found = _shut_owner(link.account_id, link.user_id)
    if found is None:
        raise LookupError("not the owner of a suspended or terminated account any more")
    return found


def shows_code(owner: ShutOwner) -> bool:
    """Whether a code is asked for beside the link; otherwise it is the password."""
    return has_second_factor(owner.me.user)


def shown_beside_link(owner: ShutOwner, form: Mapping[str, str]) -> str | None:
    """By what they showed who they are: `totp`, `recovery_code` or `password`; None when it was wrong.

    Raises `TooManyTries`. Not to be called in an account's scope.
    """
    user = owner.me.user
    if shows_code(owner):
        return shown_factor(user, {"code": form.get("code", "")})
    count_factor_try(user)
    password = form.get("password", "")
    if len(password) > LONGEST or not user.check_password(password):
        note_refusal("password", by=str(user.pk))
        return None
    factor_was_good(user)
    return "password"


def begin_owner_session(request: Any, token: str, owner: ShutOwner, *, factor: str) -> None:
    """Use the link up and let its owner see the page. Raises `LookupError` when somebody else was faster."""
    user = owner.me.user
    with upkeep_scope(owner.account.pk):
        taken_link(MailedLink.Purpose.OWNER, token)
        record("account.owner_entered", owner.account, actor=owner.actor, changes={"factor": factor})
        if factor == "recovery_code":
            notices.tell_code_used(reader_of(owner.me, owner.account))
    request.session.flush()
    request.session[_MARK] = {
        "user": str(user.pk),
        "account": str(owner.account.pk),
        "at": now().isoformat(),
        "shown": user.get_session_auth_hash(),  # another password ends it
    }


def shut_owner_in(request: Any) -> ShutOwner | None:
    """Whose session it is; None for everybody else, after half an hour, and once the account is open again."""
    mark = request.session.get(_MARK)
    if not mark or not timedelta() <= now() - datetime.fromisoformat(mark["at"]) < STAYS:
        return None
    found = _shut_owner(UUID(mark["account"]), UUID(mark["user"]))
    if found is None or not constant_time_compare(mark["shown"], found.me.user.get_session_auth_hash()):
        return None
    return found


def _shut_owner(account_id: UUID | None, user_id: UUID) -> ShutOwner | None:
    account = Account.objects.filter(pk=account_id, state__in=SHUT).first() if account_id else None
    if account is None:
        return None
    with upkeep_scope(account.pk):
        me = _owner(user=user_id)
    return ShutOwner(me, account) if me is not None else None


def _owner(**which: Any) -> Membership | None:
    owners = Membership.objects.select_related("user").filter(role=Role.OWNER, user__is_active=True)
    return owners.filter(**which).first()
