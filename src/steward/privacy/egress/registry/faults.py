"""What is wrong with a document before it may be published: each fault with its place, for people to put right."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.egress.registry.document import Engagement, Registry, Subprocessor, Words

PREVAILING = "en"
PROVIDER = "provider"  # where a fault is that is the provider's


class Fault(StrEnum):
    """What can be wrong."""

    TWICE = "twice"  # the same key for two things
    NO_NAME = "no_name"
    NO_PURPOSE = "no_purpose"
    UNKNOWN_PURPOSE = "unknown_purpose"
    BEYOND_PURPOSE = "beyond_purpose"  # categories that no purpose of the engagement is for
    UNKNOWN_PARENT = "unknown_parent"
    UNKNOWN_REGION = "unknown_region"
    NOT_A_COUNTRY = "not_a_country"
    NOT_A_HOST = "not_a_host"
    NO_ENGLISH = "no_english"


@dataclass(frozen=True, slots=True)
class Found:
    """One fault: `where` is the key of a subprocessor, engagement or block, `what` the value that is wrong."""

    fault: Fault
    where: str
    what: str = ""


def faults_of(registry: Registry) -> list[Found]:
    """Everything that is wrong with a document; nothing when it may be published."""
    return [*_provider(registry), *_keys(registry), *_companies(registry), *_prose(registry)]


def _provider(registry: Registry) -> Iterator[Found]:
    if not registry.provider.legal_name.strip():
        yield Found(Fault.NO_NAME, PROVIDER)


def _keys(registry: Registry) -> Iterator[Found]:
    companies = [company.key for company in registry.subprocessors]
    engagements = [one.key for company in registry.subprocessors for one in company.engagements]
    for keys in (companies, engagements, [block.key for block in registry.prose], [r.code for r in registry.regions]):
        yield from (Found(Fault.TWICE, key) for key, count in Counter(keys).items() if count > 1)


def _companies(registry: Registry) -> Iterator[Found]:
    known = {company.key for company in registry.subprocessors}
    for company in registry.subprocessors:
        if not company.legal_name.strip():
            yield Found(Fault.NO_NAME, company.key)
        if company.parent is not None and company.parent not in known - {company.key}:
            yield Found(Fault.UNKNOWN_PARENT, company.key, company.parent)
        yield from _countries(company.key, (company.country,) if company.country else ())
        for engagement in company.engagements:
            yield from _engagement(registry, company, engagement)


def _engagement(registry: Registry, _company: Subprocessor, engagement: Engagement) -> Iterator[Found]:
    key = engagement.key
    if not engagement.purposes:
        yield Found(Fault.NO_PURPOSE, key)
    yield from (Found(Fault.UNKNOWN_PURPOSE, key, one) for one in engagement.purposes if one not in PURPOSES)
    allowed = frozenset[str]().union(*(PURPOSES[one].categories for one in engagement.purposes if one in PURPOSES))
    yield from (Found(Fault.BEYOND_PURPOSE, key, one) for one in engagement.categories or () if one not in allowed)
    regions = {place.code for place in registry.regions}
    yield from (Found(Fault.UNKNOWN_REGION, key, one) for one in engagement.regions or () if one not in regions)
    yield from _countries(key, engagement.countries or ())
    yield from _hosts(engagement)
    for words in (engagement.description, engagement.place, engagement.retention, engagement.responsibilities):
        yield from _english(key, words)


def _hosts(engagement: Engagement) -> Iterator[Found]:
    for endpoint in engagement.endpoints or ():
        try:
            is_canonical = Destination.of(endpoint.host, endpoint.port).host == endpoint.host
        except BadDestination:
            is_canonical = False
        if not is_canonical:
            yield Found(Fault.NOT_A_HOST, engagement.key, f"{endpoint.host}:{endpoint.port}")


def _countries(key: str, codes: tuple[str, ...]) -> Iterator[Found]:
    for code in codes:
        if len(code) != 2 or not (code.isascii() and code.isalpha() and code.isupper()):
            yield Found(Fault.NOT_A_COUNTRY, key, code)


def _prose(registry: Registry) -> Iterator[Found]:
    for block in registry.prose:
        for words in (block.title, block.text):
            yield from _english(block.key, words, is_needed=True)


def _english(key: str, words: Words, *, is_needed: bool = False) -> Iterator[Found]:
    """English prevails: what is said in any language is said in English."""
    if (words or is_needed) and not words.get(PREVAILING, "").strip():
        yield Found(Fault.NO_ENGLISH, key)
