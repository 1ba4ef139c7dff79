"""What somebody who opens an account accepts of the list of subprocessors: what stands, and what is announced."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from steward.lib.clock import now
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.registry.document import Registry
from steward.privacy.egress.registry.standing import Bound
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import Row, listing_at
from steward.privacy.subprocessors.telling import places_of
from steward.privacy.subprocessors.words import PURPOSE_WORDS, country_name, enumeration, in_language
from steward.tenancy.models import DataCentre
from steward.tenancy.residency import NOT_SAID, regions_here


@dataclass(frozen=True, slots=True)
class Offered:
    """One line of the list. `announced_on`: others are still waiting for it; a new account has it at once."""

    name: str
    what_for: str
    places: str
    announced_on: date | None


@dataclass(frozen=True, slots=True)
class ListOffered:
    """What is accepted: the version, and what it means for a customer of the region."""

    version: int
    rows: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class RegionOffered:
    """A region to choose, with what that means: the countries of its data centres, and who runs them."""

    name: str
    countries: str
    hosts: str


class ListForm(forms.Form):
    """Which list was shown to whoever opens the account, and is accepted by that."""

    list_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, typed: QueryDict | None, *, offered: ListOffered) -> None:
        super().__init__(typed, initial={"list_version": offered.version})
        self.offered = offered

    def clean(self) -> dict[str, Any]:
        """What was shown is what is accepted; a newer list has to be seen first."""
        cleaned = super().clean() or {}
        if cleaned.get("list_version") != self.offered.version:
            self.data = {**self.data.dict(), "list_version": self.offered.version}  # type: ignore[attr-defined]
            self.add_error(None, _("The list of subprocessors has changed since this page was opened."))
        return cleaned


def list_offered(region: str) -> ListOffered | None:
    """The list as it would stand for an account that is opened now; None where nobody hosts, or there is no list.

    Where there is one region to choose, nobody is asked for it.
    """
    list_, at = published(), now()
    if not is_hosting() or not list_.versions:
        return None
    here = regions_here()
    region = region or (here[0].code if len(here) == 1 else "")
    announced = {one.key: one.announced_at.date() for one in listing_at(list_, at, region=region).coming}
    rows = listing_at(list_, at, Bound(opened_at=at), region=region).rows
    return ListOffered(list_.head.number, tuple(_offered(row, announced.get(row.engagement.key)) for row in rows))


def regions_offered() -> list[RegionOffered]:
    """What choosing each region means; nothing where whoever runs the installation runs it for themselves."""
    if not is_hosting():
        return []
    versions = published().versions
    registry = versions[-1].registry if versions else None
    return [_region(region.code, region.name, registry) for region in regions_here()]


def _region(code: str, name: str, registry: Registry | None) -> RegionOffered:
    centres = list(DataCentre.objects.filter(region=code).order_by("code"))
    companies = {one.key: one.legal_name for one in (registry.subprocessors if registry else ())}
    named = next((in_language(one.name) for one in (registry.regions if registry else ()) if one.code == code), "")
    countries = dict.fromkeys(country_name(one.country) for one in centres if one.country != NOT_SAID)
    hosts = dict.fromkeys(companies.get(one.host, one.host) for one in centres if one.host)
    return RegionOffered(
        named or name, enumeration(countries) if countries else "", enumeration(hosts) if hosts else ""
    )


def _offered(row: Row, announced_on: date | None) -> Offered:
    purposes = enumeration(PURPOSE_WORDS.get(one, one) for one in row.engagement.purposes)
    return Offered(
        row.subprocessor.legal_name, in_language(row.engagement.description) or purposes, places_of(row), announced_on
    )
