"""Showing a second factor: tries are counted before anything is looked at, and a good one does not count."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from steward.people.models import User
from steward.people.second_factors import passkey_shown, use_code
from steward.people.throttling import SECOND_FACTOR, SECOND_FACTOR_DAY, count_try, take_back

_LIMITS = (SECOND_FACTOR, SECOND_FACTOR_DAY)


def count_factor_try(user: User) -> None:
    """Count one more; raises `TooManyTries`. Not to be called in an account's scope."""
    for limit in _LIMITS:
        count_try(limit, str(user.pk))


def factor_was_good(user: User) -> None:
    """The try that was counted just now does not count."""
    for limit in _LIMITS:
        take_back(limit, str(user.pk))


def shown_factor(user: User, form: Mapping[str, str]) -> str | None:
    """`passkey`, `totp` or `recovery_code` when what the form holds is good: the `answer` of a passkey, or a `code`.

    A code is used up by it. Raises `TooManyTries`.
    """
    count_factor_try(user)
    if "answer" in form:
        factor = "passkey" if passkey_shown(user, form["answer"]) is not None else None
    else:
        factor = use_code(user, form.get("code", ""))
    if factor is not None:
        factor_was_good(user)
    return factor


def words_for_wrong(form: Mapping[str, str]) -> str:
    """What is said of a factor that was not good."""
    if "answer" in form:
        return _("This passkey was not accepted. Try again, or use a code.")
    return _("This code is not right, or was used already. Type the one that is shown now.")
