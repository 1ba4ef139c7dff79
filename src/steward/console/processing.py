"""Records of processing (GDPR article 30), made of what is true now. Nobody edits them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from steward.console.settings.privacy.retention_words import rule_words
from steward.console.what_is_held import Row, rows_of_account
from steward.lib.clock import now
from steward.people.models import Membership, Role
from steward.privacy.agreements.access import account_with_region, region_name
from steward.privacy.agreements.annexes import measures, subprocessor_rows, together, with_country
from steward.privacy.agreements.inventory_words import PURPOSES, SUBJECTS, category_words
from steward.privacy.consent.access import open_purposes
from steward.privacy.consent.queries import name_of, newest_texts
from steward.privacy.egress import configuration
from steward.privacy.egress.engaging import terms_of
from steward.privacy.egress.registry.versions import published
from steward.privacy.incidents.own import dpo_contact
from steward.privacy.inventory import Whose
from steward.privacy.retention.access import all_rules
from steward.privacy.subprocessors.listing import Listing, listing_at
from steward.privacy.subprocessors.words import NOT_STATED, enumeration
from steward.tenancy.models import Account


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done for one purpose: about whom, with which data, for how long."""

    purpose: str  # the key
    what_for: str
    subjects: tuple[str, ...]
    categories: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A subprocessor in one use, as Annex IV of the agreement names it: lines of text."""

    who: str
    what_for: str
    where: str
    responsible_for: str


@dataclass(frozen=True, slots=True)
class Records:
    """Both records. `processor` has no rows where the account runs Steward itself."""

    at: datetime
    region: str
    is_hosting: bool
    controller: tuple[tuple[str, str], ...]
    processor: tuple[tuple[str, str], ...]
    activities: tuple[Activity, ...]
    rules: tuple[str, ...]  # of retention that are on: what goes, where, and when
    consents: tuple[str, ...]  # what is done only with consent (article 6(1)(a))
    recipients: tuple[Recipient, ...]
    servers: tuple[str, ...]
    measures: tuple[str, ...]
    list_version: int | None


def records_of(account_id: UUID, servers: Iterable[str]) -> Records:
    """The records of the account in scope. `servers` are those of its own choice, in words."""
    account, at = account_with_region(account_id), now()
    listing = listing_at(
        published(), at, terms_of(account, is_engaged=True).bound, region=account.data_centre.region_id
    )
    is_hosting = configuration.is_hosting()
    return Records(
        at=at,
        region=region_name(account.data_centre.region),
        is_hosting=is_hosting,
        controller=tuple(_controller(account)),
        processor=tuple(_processor(listing)) if is_hosting else (),
        activities=tuple(_activities(rows_of_account())),
        rules=tuple(rule_words(rule) for rule in all_rules() if rule.is_on),
        consents=tuple(_consents()),
        recipients=tuple(Recipient(*row) for row in subprocessor_rows(listing.rows)),
        servers=tuple(servers),
        measures=measures(),
        list_version=listing.version.number if listing.version else None,
    )


def as_json(records: Records) -> dict[str, Any]:
    """Both records as values of JSON, in the reader's language."""
    told = asdict(records) | {"at": records.at.isoformat()}
    return told | {side: dict(told[side]) for side in ("controller", "processor")}


def _controller(account: Account) -> Iterable[tuple[str, str]]:
    owners = Membership.objects.filter(role=Role.OWNER).order_by("name").values_list("name", flat=True)
    yield _("Controller"), account.name
    yield _("Contact of the controller"), enumeration(owners)
    officer = dpo_contact()
    named = enumeration(filter(None, (officer.name, officer.email, officer.phone))) if officer else str(NOT_STATED)
    yield _("Data protection officer of the controller"), named


def _processor(listing: Listing) -> Iterable[tuple[str, str]]:
    provider = listing.version.registry.provider if listing.version else None
    unstated = str(NOT_STATED)
    where = together(*with_country(provider.address, provider.country)) if provider else ""
    yield _("Processor"), (provider.legal_name if provider else "") or unstated
    yield _("Address of the processor"), where or unstated
    yield _("Contact of the processor"), (provider.privacy_email if provider else "") or unstated
    officer = provider.data_protection_officer if provider else ""
    yield _("Data protection officer of the processor"), officer or unstated
    nature = _("Nature: receiving, storing, showing, searching, answering, forwarding and deleting messages and files.")
    yield pgettext("annex of an agreement", "What for"), nature


def _consents() -> Iterable[str]:
    """What customers are asked consent for now."""
    purposes = open_purposes()
    texts, language = newest_texts(purposes), get_language() or "en"
    for one in purposes:
        told = {"name": name_of(texts[one.pk], language), "place": one.get_place_display()}
        yield _("%(name)s (%(place)s), version %(number)s of the words") % (told | {"number": texts[one.pk].number})


def _activities(rows: Iterable[Row]) -> Iterable[Activity]:
    """One for each purpose, in the order in which purposes are told."""
    by_purpose: dict[str, list[Row]] = {purpose: [] for purpose in PURPOSES}
    for row in rows:
        for purpose in row.purposes:
            by_purpose.setdefault(purpose, []).append(row)
    for purpose, found in by_purpose.items():
        if found:
            yield _activity(purpose, found)


def _activity(purpose: str, rows: list[Row]) -> Activity:
    whose = {one for row in rows for one in row.whose}
    categories = dict.fromkeys(category_words(one) for row in rows for one in row.categories)
    return Activity(
        purpose=purpose,
        what_for=capfirst(str(PURPOSES.get(purpose, purpose))),
        subjects=tuple(str(SUBJECTS[one]) for one in Whose if one in whose),
        categories=capfirst(enumeration(sorted(categories))),
        limits=tuple(dict.fromkeys(row.kept_words for row in rows)),
    )
