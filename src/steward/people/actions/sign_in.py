"""Changing how a person signs in: password, address, second factors.

Each is told to the person by mail and ends what was signed in by the old state. The events are ids and kinds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.people import notices, operators, second_factors
from steward.people.actions.links import LinkExpired as LinkExpired
from steward.people.actions.links import living_link, new_link, taken_link
from steward.people.browsers import forget_browsers
from steward.people.entering import needs_second_factor, policy_of_account
from steward.people.identities import accounts_of
from steward.people.languages import Place, language_of
from steward.people.models import MailedLink, Membership, User
from steward.people.notices import Reader
from steward.people.second_factors import Factors
from steward.people.signed_in import end_sessions_everywhere
from steward.people.tokens import new_token
from steward.tenancy import models as tenancy
from steward.tenancy.scope import upkeep_scope


class Account(Place, Protocol):
    """What has to be known of the account at whose host something is done: an entry of the directory."""

    @property
    def id(self) -> UUID: ...

    @property
    def slug(self) -> str: ...


class FactorRequired(ValueError):
    """The account requires a second factor: the last one stays."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who changes their own sign-in: the identity, their membership here, where they read of it, and what goes on."""

    user: User
    me: Membership
    reader: Reader
    session_key: str | None  # of the session that does it
    browser: bytes = b""  # the mark of the one it does it with

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.AGENT, self.me.id)


def reader_of(me: Membership, account: Account) -> Reader:
    """Where a member reads about their sign-in, with `user` at hand."""
    return Reader(me.user.email, language_of(me, account), account.slug, account.time_zone)


def change_password(person: Person, password: str) -> None:
    """Set a password that was validated before. All other sessions end, in every account; browsers are forgotten."""
    with transaction.atomic():
        _set_password(person.user, password)
        end_other_sessions(person)
        MailedLink.objects.filter(user=person.user).delete()
        record("password.changed", person.me, actor=person.actor)
        _note_of_operator(person.user, "password.changed")
        notices.tell_password_changed(person.reader)


def end_other_sessions(person: Person) -> None:
    """End all sessions but the one that does it, in every account, and know no browser but the one it does it with."""
    with transaction.atomic():
        end_sessions_everywhere(person.user.pk, but=person.session_key, actor=person.actor)
        forget_browsers(person.user.pk, but=person.browser)


def ask_for_password_link(email: str, *, account: Account) -> None:
    """Send the link to choose a new password when this address signs in at the account, which is in scope.

    When it does not, the same is done and undone: neither the answer nor the time it takes tells which it was.
    """
    with transaction.atomic():
        me = Membership.objects.select_related("user").filter(user__email=User.objects.normalise(email)).first()
        token = new_token()
        if me is not None and me.user.is_active:
            new_link(MailedLink.Purpose.PASSWORD, me.user, token, account_id=account.id)
            record("password.reset_asked", me, actor=Actor(ActorKind.SYSTEM))
            notices.send_password_link(reader_of(me, account), token)
        else:
            notices.send_password_link(Reader(settings.STEWARD_MAIL_FROM, account.language, account.slug), token)
            transaction.set_rollback(True)


def password_link(token: str, *, account_id: UUID) -> MailedLink:
    """The link a token belongs to; raises `LinkExpired`. Looking does not use it up."""
    return living_link(MailedLink.Purpose.PASSWORD, token, account_id=account_id)


def reset_password(token: str, password: str, *, account: Account) -> None:
    """Set the password by the link of a mail, once. All sessions end, no browser is known; nobody is signed in by it.

    Second factors stay as they are and are asked for at the next sign-in. Raises `LinkExpired`.
    """
    with transaction.atomic():
        link = taken_link(MailedLink.Purpose.PASSWORD, token, account_id=account.id)
        me = Membership.objects.select_related("user").filter(user=link.user).first()
        if me is None:
            raise LinkExpired
        _set_password(link.user, password)
        MailedLink.objects.filter(user=link.user).delete()
        end_sessions_everywhere(link.user.pk, actor=Actor(ActorKind.AGENT, me.id))
        forget_browsers(link.user.pk)
        record("password.reset", me, actor=Actor(ActorKind.AGENT, me.id))
        _note_of_operator(link.user, "password.changed")
        notices.tell_password_changed(reader_of(me, account))


def ask_for_address_change(person: Person, new: str) -> None:
    """Send a link to the new address. Whether that one signs in already is told nobody but itself."""
    email = User.objects.normalise(new)
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            notices.tell_address_is_used(person.reader, to=email)
            return
        token = new_token()
        new_link(MailedLink.Purpose.ADDRESS, person.user, token, account_id=person.me.account_id, address=email)
        notices.send_address_link(person.reader, token, to=email)


def address_link(token: str, *, account_id: UUID, user_id: UUID) -> MailedLink:
    """The link a token belongs to, for the person who asked for it; raises `LinkExpired`."""
    link = living_link(MailedLink.Purpose.ADDRESS, token, account_id=account_id)
    if link.user_id != user_id:
        raise LinkExpired
    return link


def change_address(person: Person, token: str) -> str:
    """Sign in with the confirmed address from now on; the old one is told. Other sessions end.

    Returns the new address. Raises `LinkExpired`, also when somebody else signs in with it meanwhile.
    """
    try:
        with transaction.atomic():
            link = taken_link(MailedLink.Purpose.ADDRESS, token, account_id=person.me.account_id)
            if link.user_id != person.user.pk:
                raise LinkExpired
            old, person.user.email = person.user.email, link.address
            person.user.save(update_fields=["email"])
            MailedLink.objects.filter(user=person.user).delete()
            end_sessions_everywhere(person.user.pk, but=person.session_key, actor=person.actor)
            record("address.changed", person.me, actor=person.actor)
            _note_of_operator(person.user, "address.changed")
            notices.tell_address_changed(person.reader, old=old)
    except IntegrityError as taken:
        raise LinkExpired from taken
    return person.user.email


def add_totp(person: Person, secret: str) -> list[str]:
    """Add the app whose code was shown just now; one that is there already stays.

    Returns recovery codes when there were none, to be shown once.
    """
    with _locked_factors(person) as before:
        if before.totp is not None:
            return []
        second_factors.store_totp(person.user, secret)
        return _added(person, "totp", before)


def add_passkey(person: Person, name: str, answer: str) -> list[str] | None:
    """Add the passkey that the browser made; None when it is not to be believed. Returns what `add_totp` does."""
    with _locked_factors(person) as before:
        if second_factors.store_passkey(person.user, name, answer) is None:
            return None
        return _added(person, "passkey", before)


def remove_totp(person: Person) -> None:
    """Remove the app. Raises `FactorRequired` when it is the last second factor and the account wants one."""
    with _locked_factors(person) as factors:
        if factors.totp is not None:
            _remove(person, factors.totp, "totp", is_last=not factors.passkeys)


def remove_passkey(person: Person, passkey: Authenticator) -> None:
    """Remove a passkey of the person's; one that is gone stays so. Raises `FactorRequired` as above."""
    with _locked_factors(person) as factors:
        if passkey in factors.passkeys:
            _remove(person, passkey, "passkey", is_last=factors.totp is None and len(factors.passkeys) == 1)


def get_passkey(person: Person, passkey_id: int) -> Authenticator:
    """A passkey of the person's; `LookupError` when it is none."""
    return {each.pk: each for each in second_factors.factors_of(person.user).passkeys}[passkey_id]


def replace_recovery_codes(person: Person) -> list[str]:
    """New codes; the old ones are worth nothing from now on."""
    with transaction.atomic():
        codes = second_factors.new_recovery_codes(person.user)
        record("recovery_codes.replaced", person.me, actor=person.actor)
        _note_of_operator(person.user, "recovery_codes.replaced")
        notices.tell_codes_made(person.reader)
    return codes


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


@contextmanager
def _locked_factors(person: Person) -> Iterator[Factors]:
    """What the person has, in a transaction; whoever else changes it waits, and sees what came of this."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.user.pk)
        yield second_factors.factors_of(person.user)


def _added(person: Person, kind: str, before: Factors) -> list[str]:
    codes = [] if before.codes_left else second_factors.new_recovery_codes(person.user)
    # Whoever is signed in elsewhere has not shown it.
    end_sessions_everywhere(person.user.pk, but=person.session_key, actor=person.actor)
    record("second_factor.added", person.me, actor=person.actor, changes={"factor": kind})
    _note_of_operator(person.user, "second_factor.added")
    notices.tell_factor_added(person.reader)
    return codes


def _remove(person: Person, factor: Authenticator, kind: str, *, is_last: bool) -> None:
    if is_last and (needs_second_factor(person.me, policy_of_account()) or operators.is_operator(person.user)):
        raise FactorRequired(kind)
    factor.delete()
    if is_last:  # recovery codes only stand in for another factor
        second_factors.forget_recovery_codes(person.user)
    end_sessions_everywhere(person.user.pk, but=person.session_key, actor=person.actor)
    record("second_factor.removed", person.me, actor=person.actor, changes={"factor": kind})
    _note_of_operator(person.user, "second_factor.removed")
    notices.tell_factor_removed(person.reader)


def _note_of_operator(user: User, act: str) -> None:
    """It is one identity: what changes it in an account changes how it opens the back office. That log has it, too."""
    if operators.is_operator(user):
        operators.note(user.pk, act, about="account")


def note_used_code(user: User, *, account: Account) -> None:
    """A recovery code was used; in the scope of the account."""
    with transaction.atomic():
        me = Membership.objects.select_related("user").get(user=user)
        record("recovery_code.used", me, actor=Actor(ActorKind.AGENT, me.id))
        _note_of_operator(user, "recovery_code.used")
        notices.tell_code_used(reader_of(me, account))


def note_guessed_factor(user: User, *, account: Account) -> None:
    """Somebody knows the password and guesses codes: the person hears of it; in the scope of the account."""
    me = Membership.objects.select_related("user").get(user=user)
    notices.tell_factor_guessed(reader_of(me, account))


def take_away_factors(user: User) -> bool:
    """Remove all second factors of somebody who lost them; False when there are none. Outside any account's scope.

    Only the operator of the installation may: an identity belongs to no account, and the admin of one must not weaken
    how its people enter another. Each account records it, and the person is told.
    """
    with transaction.atomic():
        if not Authenticator.objects.filter(user=user).delete()[0]:
            return False
        end_sessions_everywhere(user.pk, actor=SYSTEM)
        forget_browsers(user.pk)
        if operators.is_operator(user):
            operators.note(None, "second_factor.removed", about=str(user.pk))
    accounts = tenancy.Account.objects.filter(pk__in=accounts_of(user.pk)).order_by("created_at")
    for position, account in enumerate(accounts):
        with upkeep_scope(account.id):
            me = Membership.objects.select_related("user").get(user=user)
            record("second_factor.removed", me, actor=SYSTEM, changes={"factor": "all"})
            if position == 0:
                notices.tell_factor_removed(reader_of(me, account))
    if not accounts and operators.is_operator(user):
        notices.tell_factor_removed(operators.reader_of_operator(user))
    return True
