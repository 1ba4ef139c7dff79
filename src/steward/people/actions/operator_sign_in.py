"""Changing how an operator signs in. Each change ends other sessions, is told and stands in the operators' log."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from steward.lib.actor import SYSTEM
from steward.people import notices, second_factors
from steward.people.browsers import forget_browsers
from steward.people.models import User
from steward.people.operators import note, reader_of_operator
from steward.people.second_factors import Factors
from steward.people.signed_in import end_sessions_everywhere


class LastFactor(ValueError):
    """The back office requires a second factor: the last one stays."""


def change_password(user: User, password: str, *, session_key: str | None, browser: bytes) -> None:
    """Set a password that was validated before. `session_key` and the mark of `browser` are what goes on."""
    with _locked_factors(user):
        user.set_password(password)
        user.save(update_fields=["password"])
        _noted(user, "password.changed", session_key)
        forget_browsers(user.pk, but=browser)
        notices.tell_password_changed(reader_of_operator(user))


def end_other_sessions(user: User, *, session_key: str | None, browser: bytes) -> None:
    """End all sessions but the one that does it, and know no browser but the one it does it with."""
    with transaction.atomic():
        end_sessions_everywhere(user.pk, but=session_key, actor=SYSTEM)
        forget_browsers(user.pk, but=browser)
        note(user.pk, "sessions.ended")


def add_totp(user: User, secret: str, *, session_key: str | None) -> list[str]:
    """Add the app whose code was shown just now; one that is there already stays.

    Returns recovery codes when there were none, to be shown once.
    """
    with _locked_factors(user) as before:
        if before.totp is not None:
            return []
        second_factors.store_totp(user, secret)
        return _added(user, "totp", before, session_key)


def add_passkey(user: User, name: str, answer: str, *, session_key: str | None) -> list[str] | None:
    """Add the passkey that the browser made; None when it is not to be believed. Returns what `add_totp` does."""
    with _locked_factors(user) as before:
        if second_factors.store_passkey(user, name, answer) is None:
            return None
        return _added(user, "passkey", before, session_key)


def remove_factor(user: User, factor_id: int, *, session_key: str | None) -> None:
    """Remove an app or a passkey. Raises `LookupError` for one that is not theirs, and `LastFactor`."""
    with _locked_factors(user) as factors:
        mine = {each.pk: each for each in [*factors.passkeys, factors.totp] if each}
        factor = mine[factor_id]
        if len(mine) == 1:
            raise LastFactor(factor_id)
        factor.delete()
        _noted(user, "second_factor.removed", session_key)
        notices.tell_factor_removed(reader_of_operator(user))


def rename_passkey(user: User, factor_id: int, name: str) -> None:
    """Call a passkey something else. Raises `LookupError` for one that is not theirs."""
    passkeys = {each.pk: each for each in second_factors.factors_of(user).passkeys}
    second_factors.rename_passkey(passkeys[factor_id], name)


def replace_recovery_codes(user: User) -> list[str]:
    """New codes; the old ones are worth nothing from now on."""
    with transaction.atomic():
        note(user.pk, "recovery_codes.replaced")
        notices.tell_codes_made(reader_of_operator(user))
        return second_factors.new_recovery_codes(user)


def note_used_code(user: User) -> None:
    """A recovery code was used: they hear of it."""
    with transaction.atomic():
        note(user.pk, "recovery_code.used")
        notices.tell_code_used(reader_of_operator(user))


def note_guessed_factor(user: User) -> None:
    """Somebody knows the password and guesses codes: the operator hears of it."""
    notices.tell_factor_guessed(reader_of_operator(user))


@contextmanager
def _locked_factors(user: User) -> Iterator[Factors]:
    """What the person has, in a transaction; whoever else changes it waits, and sees what came of this."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        yield second_factors.factors_of(user)


def _added(user: User, kind: str, before: Factors, session_key: str | None) -> list[str]:
    _noted(user, "second_factor.added", session_key, about=kind)
    notices.tell_factor_added(reader_of_operator(user))
    return [] if before.codes_left else second_factors.new_recovery_codes(user)


def _noted(user: User, act: str, session_key: str | None, *, about: str = "") -> None:
    end_sessions_everywhere(user.pk, but=session_key, actor=SYSTEM)
    note(user.pk, act, about=about)
