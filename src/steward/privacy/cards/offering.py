"""Cards and chapters: their shapes, and who offers which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

R = TypeVar("R")
Words = str | Promise
Value = str | int | datetime | None


class State(IntEnum):
    """How a matter stands; the greater, the more it wants somebody."""

    FINE = 0
    LOOK = 1  # to be known, or decided in the days to come
    ACT = 2  # something is late, broken or missing


class Part(Enum):
    """The headings of the overview and of the report, in their order."""

    WHERE = "where"
    GOING = "going"
    COMING = "coming"
    KEPT = "kept"

    @property
    def title(self) -> Words:
        return _TITLES[self]


_TITLES: Mapping[Part, Words] = {
    Part.WHERE: pgettext_lazy("privacy centre", "Where the data are, and who may touch them"),
    Part.GOING: pgettext_lazy("privacy centre", "What happens with them"),
    Part.COMING: pgettext_lazy("privacy centre", "What is coming"),
    Part.KEPT: pgettext_lazy("privacy centre", "How they are kept"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which account is asked, in its scope, and when."""

    account_id: UUID
    slug: str
    zone: str  # IANA name
    at: datetime
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, read: Callable[[], R]) -> R:
        """What several cards or chapters need, read by the first one. In the language of the request."""
        if key not in self.kept:
            self.kept[key] = read()
        kept: R = self.kept[key]
        return kept

    @property
    def today(self) -> datetime:
        """When the account's day began."""
        return self.at.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure, a moment or a name, with what it is. `is_day`: of a moment only the day is told."""

    label: Words
    value: Value
    is_day: bool = False

    @property
    def kind(self) -> str:
        """How it is shown: `number`, `day`, `moment` or `text`."""
        if isinstance(self.value, datetime):
            return "day" if self.is_day else "moment"
        return "number" if isinstance(self.value, int) else "text"


@dataclass(frozen=True, slots=True)
class Card:
    """How a matter stands. `as_of` is given where it is known from earlier than this moment."""

    words: Words
    state: State = State.FINE
    facts: tuple[Fact, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, numbers and moments. `widths` is one of those that `paper.typ` knows."""

    head: tuple[Words, ...]
    rows: tuple[tuple[Value, ...], ...]
    widths: str = "even"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A matter in the report. `articles` are those of the GDPR, such as `5(1)(e)`."""

    articles: tuple[str, ...]
    text: tuple[Words, ...] = ()
    points: tuple[Words, ...] = ()
    facts: tuple[Fact, ...] = ()
    table: Table | None = None


T = TypeVar("T")
ReadsCard = Callable[[Asked], Card | None]
ReadsChapter = Callable[[Asked], Chapter | None]


@dataclass(frozen=True, slots=True)
class Matter:
    """What a card and a chapter about the same share: title, under which heading and where there, and the page of the
    settings (its key) that says more.
    """

    key: str
    title: Words
    part: Part
    place: int
    page: str

    def card(self, read: ReadsCard) -> ReadsCard:
        """Offer what the function reads as the card; None: there is nothing of the kind in this installation."""
        _cards[self.key] = Offered(self, read)
        return read

    def chapter(self, read: ReadsChapter) -> ReadsChapter:
        """Offer what the function reads as the chapter; None as for cards."""
        _chapters[self.key] = Offered(self, read)
        return read


@dataclass(frozen=True, slots=True)
class Offered(Generic[T]):
    """A matter with what reads it, in the scope of the account."""

    matter: Matter
    read: Callable[[Asked], T | None]


_cards: dict[str, Offered[Card]] = {}
_chapters: dict[str, Offered[Chapter]] = {}
cards: Mapping[str, Offered[Card]] = MappingProxyType(_cards)
chapters: Mapping[str, Offered[Chapter]] = MappingProxyType(_chapters)


def in_order(offered: Mapping[str, Offered[T]]) -> list[Offered[T]]:
    """As people read them: by heading, then by place."""
    parts = list(Part)
    return sorted(offered.values(), key=lambda one: (parts.index(one.matter.part), one.matter.place, one.matter.key))
