"""Making accounts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.tenancy.directory import forget
from steward.tenancy.models import Account, Domain, TakenSlug
from steward.tenancy.residency import centre_for
from steward.tenancy.slugs import SlugRefused, check_slug

__all__ = ["Opening", "SlugRefused", "create_account"]


@dataclass(frozen=True, slots=True)
class Opening:
    """What is chosen when an account is opened. Empty: English, the first region, no terms."""

    language: str = ""
    region: str = ""
    terms_version: str = ""
    terms_accepted_at: datetime | None = None


def create_account(slug: str, *, name: str, account_id: UUID | None = None, opening: Opening = Opening()) -> Account:
    """Make an account with its host name. Raises `SlugRefused`, or `residency.NotHere`.

    Its data key is the caller's to make. `account_id` is given when all of it happens in one transaction, the scope of
    the account to be.
    """
    check_slug(slug)
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
            data_centre=centre_for(opening.region),
            terms_version=opening.terms_version,
            terms_accepted_at=opening.terms_accepted_at,
            **({"language": opening.language} if opening.language else {}),
        )
        Domain.objects.create(host=f"{slug}.{settings.STEWARD_DOMAIN}", account=account, serves_console=True)
    forget()
    return account
