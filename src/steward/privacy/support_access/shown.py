"""Accesses of support as pages show them: those of the account, and those of the back office."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from steward.lib.clock import now
from steward.people.queries import members_with
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.queries import name_of_hosting_company, names_of_staff
from steward.privacy.support_access.words import STATES, areas_in_words, deeds_in_words, short_areas, support_of
from steward.tenancy.reading import Reading
from steward.ui.enumerating import enumerated

State = SupportGrant.State
# Without the moment: what has not begun, or is over, is told apart by who asks.
GRANTED = Reading(lambda: SupportGrant.objects.filter(state=SupportGrant.State.GRANTED).order_by("expires_at", "id"))
_TONES = {State.REQUESTED: "warn", State.GRANTED: "warn"}


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """One access in words. `support` is the hosting company's people as a whole, `who` the one who asked for it."""

    grant: SupportGrant
    support: str
    who: str
    staff: str
    granted_by: str
    areas: list[str]
    areas_line: str
    state: str
    tone: str

    @property
    def is_asked(self) -> bool:
        return self.grant.state == State.REQUESTED

    @property
    def is_granted(self) -> bool:
        """It runs, or is going to: it can be ended."""
        return self.grant.state == State.GRANTED and not self._is_past

    @property
    def was_granted(self) -> bool:
        return self.grant.granted_at is not None

    @property
    def is_to_come(self) -> bool:
        return self.grant.starts_at is not None and self.grant.starts_at > now()

    @property
    def ends_at(self) -> datetime | None:
        """When it ends, or did."""
        return self.grant.ended_at or self.grant.expires_at

    @property
    def at(self) -> datetime:
        """What it is sorted by in a list of those that are over."""
        return self.ends_at or self.grant.asked_at

    @property
    def answer(self) -> str:
        return self.grant.answer

    @property
    def deeds(self) -> list[str]:
        """What may be done beside reading, a line for each."""
        return deeds_in_words(self.grant)

    @property
    def deeds_line(self) -> str:
        return " · ".join(self.deeds)

    @property
    def length(self) -> str:
        return ngettext("%(count)d hour", "%(count)d hours", self.grant.hours) % {"count": self.grant.hours}

    @property
    def _is_past(self) -> bool:
        return self.grant.expires_at is not None and self.grant.expires_at <= now()


def shown(grants: Iterable[SupportGrant], *, names_members: bool = True) -> list[ShownGrant]:
    """Each with the words around it; two queries for names, however many there are.

    In the scope of the account. Pages of the hosting company name nobody who works there (`names_members`).
    """
    listed = list(grants)
    operators = names_of_staff(key for grant in listed for key in (grant.asked_by, *grant.staff))
    granters = {g.granted_by_id for g in listed if g.granted_by_id} if names_members else set()
    members = {each.pk: each.name for each in members_with(granters)} if granters else {}
    support = support_of(name_of_hosting_company())
    return [_shown(grant, support, operators, members) for grant in listed]


def _shown(grant: SupportGrant, support: str, operators: dict[UUID, str], members: dict[UUID, str]) -> ShownGrant:
    named: Any = grant.granted_by_id
    state = State.ENDED if _is_over(grant) else State(grant.state)
    return ShownGrant(
        grant=grant,
        support=support,
        who=_who(grant, operators),
        staff=_staff(grant, operators),
        granted_by=members.get(named, _("a former agent")) if grant.granted_at else "",
        areas=areas_in_words(grant.areas),
        areas_line=enumerated(short_areas(grant.areas)),
        state=str(STATES[state]),
        tone=_TONES.get(state, ""),
    )


def _is_over(grant: SupportGrant) -> bool:
    """Its time is over, and the minute in which that is written down is not."""
    return grant.state == State.GRANTED and grant.expires_at is not None and grant.expires_at <= now()


def _who(grant: SupportGrant, operators: dict[UUID, str]) -> str:
    if grant.asked_by is None:
        return pgettext("who began it", "Offered by the account")
    return operators.get(grant.asked_by, _("a former member of support"))


def _staff(grant: SupportGrant, operators: dict[UUID, str]) -> str:
    if not grant.staff:
        return _("Everybody of the support team")
    return enumerated([operators.get(each, _("a former member of support")) for each in grant.staff])
