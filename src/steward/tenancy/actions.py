"""Making accounts."""

import re
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.tenancy.directory import forget
from steward.tenancy.models import Account, DataCentre, Domain, Region, TakenSlug

# A host label (RFC 1035 section 2.3.1); names the base domain needs for itself are kept back.
_SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
_RESERVED = frozenset({"www", "mail", "smtp", "imap", "api", "operator", "static", "admin", "postmaster"})


class SlugRefused(ValueError):
    """The slug cannot be given; the message says why."""


def create_account(slug: str, *, name: str, account_id: UUID | None = None) -> Account:
    """Make an account with its host name. Raises `SlugRefused`. Its data key is the caller's to make.

    `account_id` is given when all of it happens in one transaction, the scope of the account to be.
    """
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        raise SlugRefused(
            f"“{slug}” cannot be a host name here: use 1 to 40 of a-z, 0-9 and -, starting with a letter."
        )
    with transaction.atomic():
        _, is_free = TakenSlug.objects.get_or_create(slug=slug, defaults={"taken_at": now()})
        if not is_free:
            raise SlugRefused(f"“{slug}” is taken, or was once; slugs are never given out twice.")
        account = Account.objects.create(
            id=account_id or new_id(),
            slug=slug,
            name=name,
            state_since=now(),
            created_at=now(),
            data_centre=_default_data_centre(),
        )
        Domain.objects.create(host=f"{slug}.{settings.STEWARD_DOMAIN}", account=account, serves_console=True)
    forget()
    return account


def _default_data_centre() -> DataCentre:
    centre = DataCentre.objects.order_by("code").first()
    if centre is not None:
        return centre
    region = Region.objects.create(code="home", name="Home")
    return DataCentre.objects.create(code="home-1", region=region, country="ZZ")
