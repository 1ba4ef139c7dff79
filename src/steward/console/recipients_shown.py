"""What the page about recipients shows: who they are, what they got, whether they were told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.people.queries import member_names
from steward.privacy.recipients.letting_go import LETTERS_KEPT
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.recipients.queries import Letter, letters_of, recipients_of
from steward.privacy.recipients.words import HOWS, KINDS, REASONS, TITLES, TROUBLES
from steward.privacy.subprocessors.words import PURPOSE_WORDS


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient."""

    one: Recipient
    by: str  # who told them, or said that they are not told
    is_chosen: bool = False  # in what was sent and not done
    typed: str = ""  # the address beside it

    @property
    def called(self) -> str:
        return self.one.called or _("Somebody who got the same mails")

    @property
    def kind_words(self) -> str:
        return str(KINDS[self.one.kind])

    @property
    def purposes_words(self) -> str:
        return ", ".join(str(PURPOSE_WORDS.get(each, each)) for each in self.one.purposes)

    @property
    def how_words(self) -> str:
        return str(HOWS.get(self.one.how, ""))

    @property
    def reason_words(self) -> str:
        return str(REASONS.get(self.one.reason, ""))

    @property
    def trouble_words(self) -> str:
        return str(TROUBLES.get(self.one.trouble, ""))


@dataclass(frozen=True, slots=True)
class Shown:
    """One telling as its page shows it."""

    telling: Telling
    lines: tuple[Line, ...]
    letters: tuple[Letter, ...]

    @property
    def title(self) -> str:
        return str(TITLES[self.telling.of])

    @property
    def waiting(self) -> int:
        return sum(line.one.is_open for line in self.lines)

    @property
    def letters_until(self) -> Any:
        return self.telling.prepared_at + LETTERS_KEPT

    @property
    def back(self) -> str:
        """The page of what they are told of."""
        is_erasure = self.telling.of == Telling.Of.ERASURE
        page = "console:settings-erasure" if is_erasure else "console:settings-privacy-request"
        return reverse(page, args=[self.telling.about_id])


def shown(telling: Telling, chosen: Collection[UUID] = (), typed: Mapping[UUID, str] | None = None) -> Shown:
    """One telling with everybody in it; `chosen` and `typed` are what a form held that is shown again."""
    rows, names, typed = recipients_of(telling), member_names(), typed or {}
    lines = (Line(one, _by(one, names), one.pk in chosen, typed.get(one.pk, "")) for one in rows)
    return Shown(telling, tuple(lines), tuple(letters_of(rows)))


def shown_or_none(telling: Telling | None) -> Shown | None:
    """The same, and None where nobody is to be told."""
    return shown(telling) if telling else None


def _by(one: Recipient, names: Mapping[UUID, str]) -> str:
    if one.by_id:
        return names.get(one.by_id) or _("a former agent")
    return pgettext("who did something", "Steward") if one.how else ""
