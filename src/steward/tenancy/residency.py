"""Where data lie: the directory of regions and data centres, and which of them this installation stands in."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError, transaction

from steward.tenancy.models import Account, DataCentre, Region

NOT_SAID = "ZZ"  # the country of a data centre nobody has said anything about
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")


class NotAPlace(ValueError):
    """No code, country or region that could be."""


class Widens(ValueError):
    """Accounts rely on the region as it is: it gets no further country under them."""


class StaysThere(ValueError):
    """Accounts lie in the data centre: it does not move under them."""


class NotHere(LookupError):
    """The region, or the data centre of `STEWARD_DATA_CENTRE`, is not one that this installation has."""


def data_centre_here() -> DataCentre | None:
    """The data centre this installation stands in; None where `STEWARD_DATA_CENTRE` does not say. Raises `NotHere`."""
    code = settings.STEWARD_DATA_CENTRE
    if not code:
        return None
    found = DataCentre.objects.select_related("region").filter(code=code).first()
    if found is None:
        raise NotHere(f"There is no data centre “{code}”.")
    return found


def regions_here() -> list[Region]:
    """The regions an account can be opened in: that of this data centre, or all that have one where none is named."""
    here = data_centre_here()
    return [here.region] if here else list(Region.objects.filter(datacentre__isnull=False).distinct().order_by("code"))


def centre_for(region: str) -> DataCentre:
    """Where an account of this region is opened; the first there is without a region. Raises `NotHere`."""
    here = data_centre_here()
    if here is not None:
        if region and region != here.region_id:
            raise NotHere(f"Accounts of region “{region}” are opened elsewhere.")
        return here
    centres = DataCentre.objects.order_by("code")
    centre = (centres.filter(region=region) if region else centres).first()
    if centre is not None:
        return centre
    home, _ = Region.objects.get_or_create(code="home", defaults={"name": "Home"})
    return DataCentre.objects.create(code="home-1", region=home, country=NOT_SAID)


def add_region(code: str, *, name: str, countries: Iterable[str]) -> Region:
    """Make a region known, or say anew what it is called and which countries it has.

    A country that is added lets data go where the accounts of the region were never told of: it takes a region of its
    own, to which they move by their own order. Raises `NotAPlace`, or `Widens`.
    """
    checked = sorted({_country(country) for country in countries})
    if not checked:
        raise NotAPlace("A region has at least one country.")
    added = countries_added(code, checked)
    if added and Account.objects.filter(data_centre__region=code).exists():
        raise Widens(
            f"Accounts lie in region “{code}” and were told of its countries; {', '.join(added)} cannot be added under "
            "them. Make a region of its own with it: accounts come there by their own order."
        )
    made, _ = Region.objects.update_or_create(code=_code(code), defaults={"name": name, "countries": checked})
    return made


def countries_added(code: str, countries: Iterable[str]) -> list[str]:
    """Which of these a region would gain; none for a new one, and where nobody has said yet what it has."""
    region = Region.objects.filter(code=code).first()
    return sorted(set(countries) - set(region.countries)) if region and region.countries else []


def add_data_centre(code: str, *, region: str, country: str, host: str = "") -> DataCentre:
    """Make a data centre known, or say where one is that nobody has said anything about.

    `host` is the key of the subprocessor that runs it. Raises `NotAPlace`, or `StaysThere` for one with accounts in it.
    """
    place = Region.objects.filter(code=region).first()
    if place is None:
        raise NotAPlace(f"There is no region “{region}”.")
    if _country(country) not in place.countries:
        raise NotAPlace(f"{country} is none of the countries of region “{region}”.")
    said = {"region": place, "country": country, "host": host}
    try:
        with transaction.atomic():
            made, _ = DataCentre.objects.update_or_create(code=_code(code), defaults=said)
    except DatabaseError as refusal:
        raise StaysThere(f"Accounts lie in “{code}”: it stays where it is.") from refusal
    return made


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise NotAPlace(f"“{text}” is no code: small letters and digits, with hyphens between them.")
    return text


def _country(text: str) -> str:
    if not _COUNTRY.fullmatch(text) or text == NOT_SAID:
        raise NotAPlace(f"“{text}” is no country: two capital letters (ISO 3166-1), as in DE.")
    return text
