"""What the law wants said along with a copy (GDPR article 15(1) and (2)), made of what the program says of itself."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.lib.clock import now
from steward.people.models import Membership, Role
from steward.privacy.agreements.access import account_with_region, region_name
from steward.privacy.agreements.annexes import subprocessor_rows
from steward.privacy.agreements.inventory_words import PURPOSES, category_words
from steward.privacy.agreements.keeping_words import kept_words
from steward.privacy.egress.engaging import terms_of
from steward.privacy.egress.models import Connector
from steward.privacy.egress.registry.versions import published
from steward.privacy.inventory import Holding, holding_of
from steward.privacy.inventory.exporting import Section, all_sections
from steward.privacy.inventory.places import all_places
from steward.privacy.subprocessors.listing import listing_at
from steward.privacy.subprocessors.words import enumeration
from steward.tenancy.models import Account


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of record: which data, what for, for how long."""

    what: str
    categories: str
    purposes: str
    kept: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who works on the data for the account: lines of text."""

    who: str
    what_for: str
    where: str


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that is said beside the data."""

    controller: str
    contacts: str
    region: str
    held: tuple[Held, ...]
    recipients: tuple[Recipient, ...]
    servers: tuple[str, ...]
    source: str
    left_out: tuple[str, ...]
    rights: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def explained(account_id: Any, *, is_given: bool) -> Explained:
    """What is said to somebody of the account in scope, in the language that is active."""
    account = account_with_region(account_id)
    owners = Membership.objects.filter(role=Role.OWNER).order_by("name").values_list("name", flat=True)
    servers = Connector.objects.filter(retired_at=None).order_by("host").values_list("host", flat=True)
    return Explained(
        controller=account.name,
        contacts=enumeration(owners),
        region=region_name(account.data_centre.region),
        held=tuple(_held(one) for one in all_sections() if one.is_given or not is_given),
        recipients=tuple(Recipient(*row[:3]) for row in _subprocessors(account)),
        servers=tuple(dict.fromkeys(servers)),
        source=_("What you wrote and sent, what we wrote to you, and what mail servers said about both."),
        left_out=tuple(_left_out(is_given=is_given)),
        rights=tuple(_rights()),
    )


def _held(section: Section) -> Held:
    holdings = [holding for name in sorted(section.fields) if (holding := _holding(name)) is not None]
    kept = {place.name: kept_words(place.kept) for place in all_places()}
    models = sorted({name.rpartition(".")[0] for name in section.fields})
    categories = dict.fromkeys(category_words(one.category) for one in holdings)
    purposes = dict.fromkeys(str(PURPOSES.get(one.purpose, one.purpose)) for one in holdings)
    return Held(
        what=str(section.title),
        categories=capfirst(enumeration(sorted(categories))),
        purposes=capfirst(enumeration(purposes)),
        kept=enumeration(dict.fromkeys(kept[model] for model in models if model in kept)),
    )


def _holding(label: str) -> Holding | None:
    model, _dot, field = label.rpartition(".")
    return holding_of(apps.get_model(model)._meta.get_field(field))


def _subprocessors(account: Account) -> tuple[tuple[str, ...], ...]:
    bound = terms_of(account, is_engaged=True).bound
    return subprocessor_rows(listing_at(published(), now(), bound, region=account.data_centre.region_id).rows)


def _left_out(*, is_given: bool) -> Iterator[str]:
    yield _("Names and addresses of other people, and what others said to others.")
    if is_given:
        yield _("What others wrote: this copy has what you gave us yourself (GDPR, Article 20).")
    else:
        yield _(
            "Notes among our agents that name somebody else (GDPR, Article 15(4)); how many, is said at each ticket."
        )
        yield _("What search and checks keep of the same words: folded words, previews and checksums.")


def _rights() -> Iterator[str]:
    yield _("You may have wrong data corrected (GDPR, Article 16) and have your data erased (Article 17).")
    yield _("You may ask that your data are only kept and not used (Article 18), and object to their use (Article 21).")
    yield _("You may take along what you gave us, in a form that machines read (Article 20).")
    yield _("You may complain to the authority for data protection where you live or work (Article 77).")
    yield pgettext("export of a person", "The software makes no decisions about you by itself (Article 22).")
