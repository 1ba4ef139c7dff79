"""Whether this installation and the servers it stands on are where, and of whom, accounts were told (class I).

Checked at start and for `/readyz`, not at each call: the database and the files are there before any request is.
Files, keys and the database that Steward runs itself lie on the machine, and so with whoever runs the data centre.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy

from steward.lib.clock import now
from steward.privacy.egress import configuration, dns
from steward.privacy.egress.addresses import Destination, is_public, literal_address
from steward.privacy.egress.hosts import hosts_of
from steward.privacy.egress.registry.changes import Engaged
from steward.privacy.egress.registry.document import TRANSFERS
from steward.privacy.egress.registry.standing import EVERYBODY, standing
from steward.privacy.egress.registry.versions import published
from steward.tenancy.models import Account, DataCentre
from steward.tenancy.residency import NOT_SAID, NotHere, data_centre_here

_MOST_NAMED = 5


class Fault(StrEnum):
    """What is not as it should be."""

    NOT_NAMED = "data_centre_not_named"
    UNKNOWN = "data_centre_unknown"
    NOT_SAID = "country_not_said"
    ACCOUNTS_ELSEWHERE = "accounts_elsewhere"
    HOST = "host_not_registered"
    DATABASE = "database_not_registered"
    RESOLVER = "resolver_not_registered"
    RELAY = "relay_not_registered"
    BUCKET = "bucket_not_registered"
    OWN = "own_instruction"


_WORDS: dict[Fault, Any] = {
    Fault.NOT_NAMED: gettext_lazy(
        "STEWARD_DATA_CENTRE is not set: accounts cannot be told where their data lie. “steward data-centre add” makes "
        "a data centre known."
    ),
    Fault.UNKNOWN: gettext_lazy(
        "STEWARD_DATA_CENTRE names “%(what)s”, which nobody has made known: “steward data-centre add” does."
    ),
    Fault.NOT_SAID: gettext_lazy(
        "Nobody has said which country the data centre “%(what)s” stands in: “steward data-centre add” does."
    ),
    Fault.ACCOUNTS_ELSEWHERE: gettext_lazy(
        "These accounts belong to another region, and their data must not be served from here: %(what)s. They stay "
        "where they were until they order a move."
    ),
    Fault.HOST: gettext_lazy(
        "Nobody is registered as running the data centre “%(what)s”. It takes a subprocessor whose key the data centre "
        "names, with an agreement in force and an engagement for “data.host” that serves its region from its country."
    ),
    Fault.DATABASE: gettext_lazy(
        "The database at %(what)s is not registered. It takes an engagement for “data.host” with this host and port, "
        "an agreement in force, and the region among those it serves."
    ),
    Fault.RESOLVER: gettext_lazy(
        "The resolver at %(what)s is not registered. Name one of your own network in STEWARD_RESOLVER, or register an "
        "engagement for “dns.resolve” with this host and port."
    ),
    Fault.RELAY: gettext_lazy(
        "The relay at %(what)s is not registered, so mail waits. It takes an engagement for “mail.deliver” with this "
        "host and port."
    ),
    Fault.BUCKET: gettext_lazy(
        "The object store at %(what)s is not registered, so no data of accounts may be kept there. It takes an "
        "engagement for “data.host” with this host and port, an agreement in force, and the region among those it "
        "serves; or take it out of STEWARD_OBJECT_STORE and STEWARD_BACKUPS."
    ),
    Fault.OWN: gettext_lazy(
        "This installation serves the company that runs it: its servers are that company’s own instruction."
    ),
}


_UNSERVABLE = frozenset({Fault.UNKNOWN, Fault.ACCOUNTS_ELSEWHERE, Fault.BUCKET})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at and is worth saying."""

    fault: Fault
    what: str = ""
    is_contradicted: bool = False  # the list tells accounts of another server in the place of this one

    @property
    def is_error(self) -> bool:
        """Whether it has to be put right."""
        return self.fault is not Fault.OWN

    @property
    def is_unservable(self) -> bool:
        """Whether nothing may be served before it is.

        What the list does not say yet can be added in the back office, which has to be served for that. Not so where
        the next file would leave for a store that nobody was told of.
        """
        return self.is_contradicted or self.fault in _UNSERVABLE

    @property
    def words(self) -> str:
        """For operators, with what puts it right."""
        return str(_WORDS[self.fault]) % {"what": self.what}


def findings() -> list[Finding]:
    """Everything there is to say; of the demo nothing, for no data leave it."""
    return [] if settings.STEWARD_DEMO else list(_found())


def _found() -> Iterator[Finding]:
    try:
        here = data_centre_here()
    except NotHere:
        yield Finding(Fault.UNKNOWN, settings.STEWARD_DATA_CENTRE)
        return
    if here is not None:
        yield from _of_accounts(here)
    if not configuration.is_hosting():
        yield Finding(Fault.OWN)
    elif here is None:
        yield Finding(Fault.NOT_NAMED)
        yield from (Finding(Fault.BUCKET, str(place)) for place in _buckets())
    else:
        yield from _of_servers(here)


def _of_accounts(here: DataCentre) -> Iterator[Finding]:
    away = Account.objects.exclude(data_centre__region=here.region_id).order_by("slug").values_list("slug", flat=True)
    if slugs := list(away[: _MOST_NAMED + 1]):
        yield Finding(Fault.ACCOUNTS_ELSEWHERE, ", ".join(slugs[:_MOST_NAMED]) + (" …" if slugs[_MOST_NAMED:] else ""))


def _of_servers(here: DataCentre) -> Iterator[Finding]:
    if here.country == NOT_SAID:
        yield Finding(Fault.NOT_SAID, here.code)
    listed = _listed()
    agreed = list(filter(_is_agreed, listed))
    told = [one for one in listed if _is_of(one, "data.host") and here.region_id in (one.engagement.regions or ())]
    if not any(one.subprocessor.key == here.host and _hosts_data(one, here) for one in agreed):
        is_other = bool(told) and all(one.subprocessor.key != here.host for one in told)
        yield Finding(Fault.HOST, here.code, is_other)
    servers = {Destination(place.host, place.port) for one in told for place in one.engagement.endpoints or ()}
    for place in _database():
        if not any(place in hosts_of(one) and _is_for(one, "data.host", here) for one in agreed):
            yield Finding(Fault.DATABASE, str(place), bool(servers) and place not in servers)
    for place in _buckets():
        if not any(place in hosts_of(one) and _is_for(one, "data.host", here) for one in agreed):
            yield Finding(Fault.BUCKET, str(place))
    for place in _resolvers():
        if not any(place in hosts_of(one) and _is_for(one, "dns.resolve", here) for one in agreed):
            yield Finding(Fault.RESOLVER, str(place))
    relay = configuration.relay()
    if relay and not any(relay.destination in hosts_of(one) and _is_of(one, "mail.deliver") for one in agreed):
        yield Finding(Fault.RELAY, str(relay.destination))


def _listed() -> list[Engaged]:
    """The engagements as they stand for an account that was always there: what is only announced is none of them."""
    at = now()
    known = (standing(states, EVERYBODY, at).current for states in published().revisions.values())
    return [one.engaged for one in known if one is not None and one.engaged is not None]


def _is_agreed(one: Engaged) -> bool:
    """Whether the company has an agreement with us in force."""
    at, agreements = now(), one.subprocessor.agreements or ()
    return any(a.effective_from <= at and (a.ends_at is None or at < a.ends_at) for a in agreements)


def _hosts_data(one: Engaged, here: DataCentre) -> bool:
    return _is_for(one, "data.host", here) and here.country in (one.engagement.countries or ())


def _is_for(one: Engaged, purpose: str, here: DataCentre) -> bool:
    """For the purpose, for customers of this region, and inside it unless a mechanism carries the transfer."""
    engagement = one.engagement
    is_inside = engagement.countries is not None and set(engagement.countries) <= set(here.region.countries)
    serves = here.region_id in (engagement.regions or ())
    return _is_of(one, purpose) and serves and (is_inside or engagement.mechanism in TRANSFERS)


def _is_of(one: Engaged, purpose: str) -> bool:
    return purpose in one.engagement.purposes


def _database() -> list[Destination]:
    """The database servers that are neither on this machine nor in a network of the operator's own."""
    configured: Any = connection.settings_dict
    hosts = str(configured["HOST"]).split(",")
    addresses = str(configured["OPTIONS"].get("hostaddr", "")).split(",")
    ports = str(configured["PORT"] or "5432").split(",")
    found = []
    for number, host in enumerate(hosts):
        address = addresses[number] if number < len(addresses) else ""
        if host and not host.startswith("/") and not _is_own(address or host):
            found.append(Destination.of(host, int(ports[number] if number < len(ports) else ports[0])))
    return found


def _buckets() -> list[Destination]:
    places = dict.fromkeys(bucket.destination for bucket in configuration.buckets())
    return [place for place in places if not _is_own(place.host)]


def _resolvers() -> list[Destination]:
    return [place for place in dns.servers() if not _is_own(place.host)]


def _is_own(host: str) -> bool:
    address = literal_address(host)
    return host == "localhost" or (address is not None and not is_public(address))


__all__ = ["Fault", "Finding", "findings"]
