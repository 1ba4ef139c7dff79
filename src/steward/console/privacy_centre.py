"""Cards and chapters of all packages, arranged for whoever may open the pages behind them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import pgettext

from steward.console.settings.pages import page_named
from steward.lib.clock import now
from steward.people.models import Membership
from steward.privacy.cards.offering import Asked, Card, Matter, Part, State, Words, cards, in_order
from steward.tenancy.directory import Entry

_TONES: Mapping[State, str] = {State.FINE: "ok", State.LOOK: "warn", State.ACT: "bad"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One card on the page."""

    matter: Matter
    card: Card
    url: str

    @property
    def tone(self) -> str:
        return _TONES[self.card.state]

    @property
    def state(self) -> str:
        """How it stands, in a word or three."""
        words = {
            State.FINE: pgettext("privacy centre", "Fine"),
            State.LOOK: pgettext("privacy centre", "Look at this"),
            State.ACT: pgettext("privacy centre", "Act now"),
        }
        return words[self.card.state]


@dataclass(frozen=True, slots=True)
class Group:
    """The cards under one heading."""

    title: Words
    cards: Sequence[Shown]


def asked_of(account: Entry) -> Asked:
    """The question that every card is asked, of this moment."""
    return Asked(account.id, account.slug, account.time_zone, now())


def groups_for(me: Membership, asked: Asked) -> list[Group]:
    """What a member may know, by heading; in the scope of the account. Headings without cards are left out."""
    shown = list(_shown(me, asked))
    groups = (Group(part.title, [one for one in shown if one.matter.part is part]) for part in Part)
    return [group for group in groups if group.cards]


def wanting(groups: Sequence[Group]) -> list[Shown]:
    """The cards that want somebody, those that are late or broken first."""
    found = [one for group in groups for one in group.cards if one.card.state is not State.FINE]
    return sorted(found, key=lambda one: -one.card.state)


def _shown(me: Membership, asked: Asked) -> Iterator[Shown]:
    for offered in in_order(cards):
        page = page_named(offered.matter.page)
        if page.allowed(me) and (card := offered.read(asked)) is not None:
            yield Shown(offered.matter, card, page.url)
