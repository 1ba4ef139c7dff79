"""Tellings and their recipients for pages and letters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.privacy.recipients.letters import Written, letter_to
from steward.privacy.recipients.models import WITH_LETTER, Recipient, Telling

_PERSON = Recipient.Kind.CORRESPONDENT


@dataclass(frozen=True, slots=True)
class Letter:
    """One wording, with the recipients it is for."""

    written: Written
    recipients: tuple[Recipient, ...]

    @property
    def more(self) -> int:
        """How many are not named where three are."""
        return max(0, len(self.recipients) - 3)


def get_telling(telling_id: UUID) -> Telling:
    """One telling of the account in scope; raises `Telling.DoesNotExist`."""
    return Telling.objects.get(pk=telling_id)


def telling_about(about_id: UUID | None) -> Telling | None:
    """What recipients are told of an erasure or a request; None where nobody has to be told."""
    return Telling.objects.filter(about_id=about_id).first() if about_id else None


def with_untold(about: Collection[UUID]) -> set[UUID]:
    """Which of these erasures and requests have a letter that waits for somebody to send it."""
    waiting = Recipient.objects.filter(WITH_LETTER, state=Recipient.State.WAITING)
    tellings = Telling.objects.filter(about_id__in=list(about), pk__in=waiting.values("telling"))
    return set(tellings.values_list("about_id", flat=True))


def recipients_of(telling: Telling) -> list[Recipient]:
    """Companies by name and server, then people."""
    rows = Recipient.objects.filter(telling=telling).select_related("telling").order_by("name", "host", "pk")
    return sorted(rows, key=lambda one: one.kind == _PERSON)


def letters_of(recipients: Sequence[Recipient]) -> list[Letter]:
    """The letters to those who have not been told, each wording once. Of what is forgotten there is none."""
    found: dict[tuple[str, bool], list[Recipient]] = {}
    for one in recipients:
        if one.is_open and one.identifiers is not None:
            # What is right after a correction is not the same for all.
            is_apart = one.telling.of == Telling.Of.RECTIFICATION and one.kind == _PERSON
            found.setdefault((str(sorted(one.identifiers.items())), is_apart), []).append(one)
    written = [(letter_to(rows[0]), tuple(rows)) for rows in found.values()]
    return [Letter(letter, rows) for letter, rows in written if letter is not None]
