"""Which account answers for a host name."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from steward.tenancy.models import SHUT_FOR_GOOD, Account, DataCentre, Domain

ELSEWHERE = "elsewhere"  # in place of its state: an account of another region is not served from here
_KEEP = 5.0  # seconds that an answer is believed: a suspended account stops within them


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory tells of an account."""

    id: UUID
    slug: str
    name: str
    state: str
    language: str
    time_zone: str
    serves_console: bool
    receives_mail: bool
    mail_held_until: datetime | None = None  # of a suspended account: then its mail is refused


_known: dict[str, tuple[float, Entry | None]] = {}


def account_at(host: str) -> Entry | None:
    """The account behind a host name (lower case, without port), or None."""
    kept = _known.get(host)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    if len(_known) > 10_000:
        _known.clear()
    entry = _look_up(host)
    _known[host] = (time.monotonic() + _KEEP, entry)
    return entry


def slugs_of(account_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The slugs of these accounts, for lists that name them; those that are gone are left out. One query."""
    return dict(Account.objects.filter(pk__in=set(account_ids)).values_list("pk", "slug"))


def account_as_stored(account_id: UUID) -> Account:
    """The account as it is now: what the directory remembers may be some seconds old. `Account.DoesNotExist`."""
    return Account.objects.get(pk=account_id)


def forget() -> None:
    """Look everything up anew: an account was made or changed in this process."""
    _known.clear()


def base_host_account() -> Entry | None:
    """The account that answers on the base domain itself (`STEWARD_SINGLE_ACCOUNT`), or None."""
    if not settings.STEWARD_SINGLE_ACCOUNT:
        return None
    return account_at(f"{settings.STEWARD_SINGLE_ACCOUNT}.{settings.STEWARD_DOMAIN}")


def is_base_host(host: str) -> bool:
    return host in {settings.STEWARD_DOMAIN, settings.STEWARD_HOST, "localhost", "127.0.0.1", "[::1]"}


def _look_up(host: str) -> Entry | None:
    domain = Domain.objects.select_related("account__data_centre").filter(host=host).first()
    if domain is None or domain.account.state in SHUT_FOR_GOOD:
        return None
    account = domain.account
    return Entry(
        id=account.id,
        slug=account.slug,
        name=account.name,
        state=account.state if _lies_here(account.data_centre) else ELSEWHERE,
        language=account.language,
        time_zone=account.time_zone,
        serves_console=domain.serves_console,
        receives_mail=domain.receives_mail,
        mail_held_until=account.mail_held_until,
    )


def _lies_here(centre: DataCentre) -> bool:
    """Whether this installation stands in the region of the data centre; where it names none, everything lies here."""
    code = settings.STEWARD_DATA_CENTRE
    return code in {"", centre.code} or DataCentre.objects.filter(code=code, region=centre.region_id).exists()
