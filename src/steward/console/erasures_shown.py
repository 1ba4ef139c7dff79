"""What the pages about erasures show: whom one is about while that is known, what goes, how far it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.contacts.models import Contact
from steward.notifications.erasing import MailsToMembers
from steward.people.models import Membership
from steward.people.queries import member_names
from steward.privacy.erasure.actions.planning import counted, read
from steward.privacy.erasure.actions.running import HOLDS
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.sparing import missing
from steward.privacy.erasure.watching import PROMISED
from steward.privacy.erasure.wording import WORDS, Group, by_group
from steward.privacy.inventory.stores import Extent

MOST = 50  # erasures that are listed
SHOWN = 8  # names and addresses of whom it is about
KINDS: Mapping[str, object] = {
    Erasure.Of.PERSON: pgettext_lazy("kind of erasure", "A person, with their tickets"),
    Erasure.Of.NAMELESS: pgettext_lazy("kind of erasure", "A person; their tickets stay without a name"),
    Erasure.Of.TICKETS: pgettext_lazy("kind of erasure", "Tickets, with everything in them"),
    Erasure.Of.AGENT: pgettext_lazy("kind of erasure", "An agent’s profile"),
    Erasure.Of.ALONE: pgettext_lazy("kind of erasure", "Customers of whom nothing else was here, by a rule"),
}
STATES: Mapping[str, object] = {
    Erasure.State.COUNTING: pgettext_lazy("state of an erasure", "Being counted: nothing has gone yet"),
    Erasure.State.PLANNED: pgettext_lazy("state of an erasure", "Planned: nothing has gone yet"),
    Erasure.State.RUNNING: pgettext_lazy("state of an erasure", "Under way"),
    Erasure.State.DONE: pgettext_lazy("state of an erasure", "Done, and read back"),
    Erasure.State.FAILED: pgettext_lazy("state of an erasure", "Failed"),
}
TONES = {Erasure.State.DONE: "ok", Erasure.State.FAILED: "bad", Erasure.State.RUNNING: "info"}


@dataclass(frozen=True, slots=True)
class Line:
    """One group of places: how many things of the person were there, have gone, and are left."""

    group: Group
    planned: int
    erased: int
    left: int

    @property
    def words(self) -> str:
        return str(WORDS[self.group])


@dataclass(frozen=True, slots=True)
class Shown:
    """One erasure as the pages show it."""

    erasure: Erasure
    people: tuple[str, ...]  # while it is known
    tickets: int
    asked_by: str
    lines: tuple[Line, ...]

    @property
    def kind_words(self) -> str:
        return str(KINDS[self.erasure.of])

    @property
    def state_words(self) -> str:
        return str(STATES[self.erasure.state])

    @property
    def tone(self) -> str:
        return TONES.get(Erasure.State(self.erasure.state), "")

    @property
    def done_of(self) -> tuple[int, int]:
        """How many things have gone, and of how many; what came since the plan counts to both."""
        erased = sum(line.erased for line in self.lines)
        return erased, max(erased, sum(line.planned for line in self.lines))

    @property
    def told(self) -> dict[str, Any]:
        """What the certificate says; empty before there is one."""
        found: dict[str, Any] = json.loads(self.erasure.certificate) if self.erasure.certificate else {}
        return found

    @property
    def replayed_at(self) -> datetime | None:
        """When it was done again, because a backup from before it was restored."""
        again = self.told.get("replayed")
        return datetime.fromisoformat(again["at"]) if again else None

    @property
    def is_late(self) -> bool:
        return self.erasure.alarmed_at is not None and self.erasure.finished_at is None

    @property
    def late_since(self) -> datetime | None:
        return self.erasure.started_at + PROMISED if self.erasure.started_at else None

    @property
    def holds(self) -> int:
        """How many legal holds stopped it."""
        return int(self.erasure.left.get(HOLDS, 0))

    @property
    def unfound(self) -> list[str]:
        """Where something was planned and nothing was found, in words."""
        groups = by_group(dict.fromkeys(missing(self.erasure), 1))
        return [str(WORDS[group]) for group in groups]


def get_erasure(erasure_id: UUID) -> Erasure:
    """One erasure of the account; raises `Http404`."""
    erasure = Erasure.objects.filter(pk=erasure_id).first()
    if erasure is None:
        raise Http404("no such erasure")
    return erasure


def shown(erasure: Erasure, names: Mapping[UUID, str] | None = None) -> Shown:
    """One erasure with everything that is told of it; `names` are those of the members when they are read already."""
    extent = read(erasure.extent or {})
    names = member_names() if names is None else names
    by = pgettext("who asked for it", "the system")
    if erasure.asked_by_id:
        by = names.get(erasure.asked_by_id) or _("a former agent")
    return Shown(erasure, people_of(erasure), len(extent.tickets), by, _lines(erasure))


def newest() -> list[Shown]:
    """The erasures that were ordered, the newest first."""
    return _shown(Erasure.objects.exclude(state__in=Erasure.UNORDERED))


def plans() -> list[Shown]:
    """Of people, and not ordered yet, the newest first."""
    people = (Erasure.Of.PERSON, Erasure.Of.NAMELESS)
    return _shown(Erasure.objects.filter(state__in=Erasure.UNORDERED, of__in=people))


def _shown(erasures: "QuerySet[Erasure]") -> list[Shown]:
    names = member_names()
    return [shown(erasure, names) for erasure in erasures.order_by("-planned_at")[:MOST]]


def people_of(erasure: Erasure) -> tuple[str, ...]:
    """Names and addresses, as long as they are there: of who is erased nobody knows them afterwards."""
    extent = read(erasure.extent or {})
    if not extent.is_about_somebody or erasure.state == Erasure.State.DONE:
        return ()
    contacts = Contact.objects.filter(pk__in=extent.contacts).exclude(name="").values_list("name", flat=True)
    members = Membership.objects.filter(pk__in=extent.members).values_list("name", flat=True)
    return (*contacts, *members, *extent.addresses)[:SHOWN]


def counted_lines(extent: Extent) -> tuple[Line, ...]:
    """What would go with an extent, counted now and planned by nobody.

    Not the mails to members: all that ever left would be read for them, and they are counted when they go.
    """
    counts = counted(extent, without={MailsToMembers.name})
    return tuple(Line(group, number, 0, 0) for group, number in by_group(counts).items())


def _lines(erasure: Erasure) -> tuple[Line, ...]:
    planned, erased, left = (by_group(numbers) for numbers in (erasure.planned, erasure.erased, _stores(erasure.left)))
    return tuple(
        Line(group, planned.get(group, 0), erased.get(group, 0), left.get(group, 0))
        for group in Group
        if group in planned or group in erased or group in left
    )


def _stores(left: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in left.items() if name != HOLDS}
