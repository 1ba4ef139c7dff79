"""What a password may be: long enough, not among those that attackers try first, not made of the person's own words.

Nothing is asked of anybody. Two lists are at hand, and a third when the operator names one (`STEWARD_PASSWORD_LIST`):
112,000 known passwords that are long enough for here (`breached`), and the shorter ones that Django ships (19,640 of
the most frequent in published breaches, compiled by Royce Williams), of which people make longer ones: the word with
digits or marks around it, written with 0 for o, or repeated. Those are refused as well.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.people.breached import OUR_LIST, known_passwords

SHORTEST, LONGEST = 10, 1024  # characters; hashing is not for strangers to keep busy
OWN_WORDS = ("steward", "helpdesk", "support", "service", "operator", "password", "passwort", "customer", "ticket")
_LEET = str.maketrans("013457@$!8", "oleastasib")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_YEAR = re.compile(r"^[\W_]+|[\W_]*\d{0,4}[\W_]*$")  # of a password that ends in digits itself
_NEITHER = re.compile(r"[\W_]+")
_SHORTEST_WORD, _SHORTEST_PART = 4, 3
_ENOUGH = 8  # characters that have to be left beside words anybody knows


class LengthValidator:
    """Long enough to guess badly, short enough to hash quickly. No rule about kinds of characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises `ValidationError`."""
        if len(password) < SHORTEST:
            words = ngettext(
                "Use at least %(count)d character. Several words in a row are easy to remember.",
                "Use at least %(count)d characters. Several words in a row are easy to remember.",
                SHORTEST,
            )
            raise ValidationError(words, code="password_too_short", params={"count": SHORTEST})
        if len(password) > LONGEST:
            words = ngettext("Use at most %(count)d character.", "Use at most %(count)d characters.", LONGEST)
            raise ValidationError(words, code="password_too_long", params={"count": LONGEST})

    def get_help_text(self) -> str:
        words = ngettext(
            "At least %(count)d character, of any kind. Several words in a row are easy to remember.",
            "At least %(count)d characters, of any kind. Several words in a row are easy to remember.",
            SHORTEST,
        )
        return words % {"count": SHORTEST}


class BreachedPasswordValidator:
    """Not one of the passwords that became known in breaches, nor one made of such a password."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises `ValidationError`."""
        if len(password) <= LONGEST and is_breached(password):
            raise ValidationError(
                _(
                    "This password, or one much like it, has become known elsewhere and is tried first by attackers. "
                    "Choose another one."
                ),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Not one that became known elsewhere.")


class OwnWordsValidator:
    """Not made of words that belong to the person, the account or this product."""

    def validate(self, password: str, user: Any = None, *, words: tuple[str, ...] = ()) -> None:
        """`words` are names of the person and of the account. Raises `ValidationError`."""
        if len(password) <= LONGEST and is_made_of(
            password, [*words, *_words_of(user), *OWN_WORDS, *settings.STEWARD_DOMAIN.split(".")]
        ):
            raise ValidationError(
                _("Do not make the password of your name, your address, the company's name or Steward's."),
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        return _("Not made of your name or the company's.")


def refuse_unfit(password: str, user: Any = None, *words: str) -> None:
    """Raises `ValidationError` with the first reason against a password, the shortest to mend: one at a time is read.

    `words` are names of the person and of the account.
    """
    try:
        validate_password(password, user)
    except ValidationError as refused:
        raise refused.error_list[0] from None
    refuse_own_words(password, *words)


def refuse_own_words(password: str, *words: str) -> None:
    """Raises `ValidationError` for a password made of these names, of a person or an account."""
    OwnWordsValidator().validate(password, words=words)


def is_breached(password: str) -> bool:
    """Whether the password is on a list, or is one of a list dressed up."""
    forms = {password.casefold(), *_forms(password)}
    return len(set(password.casefold())) <= 2 or not forms.isdisjoint(_short_ones()) or _is_on_a_list(forms)


def is_made_of(password: str, words: list[str]) -> bool:
    """Whether little is left of the password when these words are taken out of it, also those written with digits."""
    parts = {part for word in words for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= _SHORTEST_PART}
    ordered = sorted(parts, key=len, reverse=True)
    return any(_is_little_left(form, ordered) for form in _readings(password))


def _is_little_left(form: str, parts: list[str]) -> bool:
    left = form
    for part in parts:
        left = left.replace(part, " ")
    return left != form and len(_NEITHER.sub("", left)) < _ENOUGH


def _readings(password: str) -> set[str]:
    """The password in small letters, and with digits and marks read as the letters they may stand for."""
    plain = password.casefold()
    return {plain, plain.translate(_LEET), plain.translate(_LEET | str.maketrans("1", "i"))}


def _forms(password: str) -> set[str]:
    """The words a password may have been made of."""
    forms = {_AROUND.sub("", password.casefold()), _YEAR.sub("", password.casefold()), *_readings(password)}
    forms |= {_AROUND.sub("", form) for form in forms} | {_NEITHER.sub("", form) for form in forms}
    forms |= {reading for form in forms for reading in _readings(form)}
    forms |= {form[: len(form) // times] for form in forms for times in (2, 3, 4) if _repeats(form, times)}
    return {form for form in forms if len(form) >= _SHORTEST_WORD}


def _repeats(form: str, times: int) -> bool:
    return len(form) % times == 0 and form[: len(form) // times] * times == form


def _is_on_a_list(forms: set[str]) -> bool:
    named = [Path(settings.STEWARD_PASSWORD_LIST)] if settings.STEWARD_PASSWORD_LIST else []
    lists = [known_passwords(path) for path in (OUR_LIST, *named)]
    return any(form in known for form in forms if len(form) >= SHORTEST for known in lists)


@cache
def _short_ones() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _words_of(user: Any) -> list[str]:
    email = getattr(user, "email", "")
    return [email.partition("@")[0], *email.partition("@")[2].split(".")] if email else []
