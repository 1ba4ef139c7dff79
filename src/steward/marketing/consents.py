"""Saying yes, taking it back, and the end that comes by itself.

A row is a yes. Off is the default: there is none unless somebody ticked a box, and none once they took it back.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from steward.lib.clock import now
from steward.lib.signed_ids import id_signed, signed
from steward.marketing.models import MarketingConsent
from steward.privacy.keys.cipher import decrypt_for_installation, derive_installation, encrypt_for_installation
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account

YEARS = 5  # after the account has ended
# What one says yes to. Other words are a new version; the old ones stay, for who said yes to them.
TEXTS: Mapping[int, Any] = {
    1: gettext_lazy(
        "Whoever runs this service may write to me about it by e-mail: news and offers. I can end this with one click "
        "in each mail, and it ends by itself five years after my account has ended."
    )
}
NEWEST = max(TEXTS)
# The account is over for its customer; what follows is only how it is cleared away.
_ENDED = ("terminated", "deleted", "gone")
Hearer = Callable[[Collection[UUID]], None]
_hearers: list[Hearer] = []


@dataclass(frozen=True, slots=True)
class Consenting:
    """One who said yes, in the clear. `withdrawal` is the address that takes it back: for each mail to them."""

    id: UUID
    account_id: UUID
    email: str
    name: str
    company: str
    language: str
    text_version: int
    channel: str
    given_at: datetime
    ends_at: datetime | None
    withdrawal: str


def agree(account_id: UUID, *, email: str, name: str, company: str, language: str, channel: str) -> None:
    """Write down that somebody says yes to the newest words, read in `language`; again, with who they are now."""
    person = json.dumps({"email": email, "name": name, "company": company}).encode()
    said = {
        "language": language, "text_version": NEWEST, "channel": MarketingConsent.Channel(channel).value,
        "given_at": now(),
    }  # fmt: skip
    row = MarketingConsent(account_id=account_id, address_hash=_hash(email), **said)
    row.person = encrypt_for_installation(person, context=row.context)
    with transaction.atomic():
        # Whoever clicks twice says it twice at once: the second waits here, and finds the row of the first.
        MarketingConsent.objects.bulk_create([row], ignore_conflicts=True)
        for kept in _of(account_id, email).select_for_update(no_key=True).exclude(pk=row.pk):
            encrypted = encrypt_for_installation(person, context=kept.context)
            MarketingConsent.objects.filter(pk=kept.pk).update(person=encrypted, **said)


def has_agreed(account_id: UUID, email: str) -> bool:
    """Whether we may write to them."""
    return bool(_of(account_id, email).exists())


def withdraw_of(account_id: UUID, email: str) -> bool:
    """Take it back: nothing of it stays. Returns whether there was anything."""
    return _take_back(_of(account_id, email))


def withdraw(consent_id: UUID) -> bool:
    """The same by the id of the row."""
    return _take_back(MarketingConsent.objects.filter(pk=consent_id))


def withdraw_by(token: str) -> bool:
    """The same by the link of a mail, for whoever has it."""
    consent_id = id_signed(token, _key())
    return consent_id is not None and withdraw(consent_id)


def on_withdrawal(hear: Hearer) -> Hearer:
    """Have a function called with the ids of what is taken back, in the same transaction."""
    _hearers.append(hear)
    return hear


def is_link(token: str) -> bool:
    """Whether a link was made by us: also one whose consent was taken back or has ended."""
    return id_signed(token, _key()) is not None


def is_standing(token: str) -> bool:
    """Whether there is anything that the link would take back."""
    consent_id = id_signed(token, _key())
    return consent_id is not None and _standing().filter(pk=consent_id).exists()


def consenting(*, most: int | None = None) -> Iterator[Consenting]:
    """Everybody who may be written to now, the newest first: nobody whose time is over, job or no job."""
    rows = _standing().order_by("-given_at", "-id")
    for row in rows[:most] if most else rows.iterator(chunk_size=500):
        yield _in_the_clear(row)


def count_consenting() -> int:
    """How many that are."""
    return int(_standing().count())


def unsubscribe_headers(one: Consenting) -> dict[str, str]:
    """Header lines for each mail to them: a program for mail takes it back with one click (RFC 8058, RFC 2369)."""
    return {"List-Unsubscribe": f"<{one.withdrawal}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def account_ended(account_id: UUID, at: datetime) -> None:
    """From now on the five years run."""
    MarketingConsent.objects.filter(account_id=account_id, ends_at=None).update(ends_at=years_after(at))


def account_goes_on(account_id: UUID) -> None:
    """It was opened again: nothing runs."""
    MarketingConsent.objects.filter(account_id=account_id, ends_at__isnull=False).update(ends_at=None)


def forget_past() -> int:
    """Delete every row whose time is over; returns how many.

    Of an account whose end nobody told us the five years run from when it ended, as far as that is known.
    """
    for account_id in list(
        MarketingConsent.objects.filter(ends_at=None).values_list("account_id", flat=True).distinct()
    ):
        account = Account.objects.filter(pk=account_id).first()
        if account is None or account.state in _ENDED:
            account_ended(account_id, account.state_since if account else now())
    return int(MarketingConsent.objects.filter(ends_at__lte=now()).delete()[0])


def years_after(at: datetime, years: int = YEARS) -> datetime:
    """The same moment so many years later; of a 29 February the 28th, so that it is never longer."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)


def token_of(consent_id: UUID) -> str:
    """What the link carries: made from the id, so that no token is stored."""
    return signed(consent_id, _key())


def _take_back(rows: Any) -> bool:
    with transaction.atomic():
        keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
        MarketingConsent.objects.filter(pk__in=keys).delete()
        for hear in _hearers:
            hear(keys)
    return bool(keys)


def _in_the_clear(row: MarketingConsent) -> Consenting:
    person = json.loads(decrypt_for_installation(bytes(row.person), context=row.context))
    return Consenting(
        **person,
        id=row.id,
        account_id=row.account_id,
        language=row.language,
        text_version=row.text_version,
        channel=row.channel,
        given_at=row.given_at,
        ends_at=row.ends_at,
        withdrawal=f"{base_url()}/news/{token_of(row.id)}",
    )


def _standing() -> Any:
    return MarketingConsent.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now()))


def _of(account_id: UUID, email: str) -> Any:
    return MarketingConsent.objects.filter(account_id=account_id, address_hash=_hash(email))


def _hash(email: str) -> bytes:
    key = derive_installation("marketing consents: addresses")
    return hmac.new(key, email.strip().lower().encode(), hashlib.sha256).digest()


def _key() -> bytes:
    return derive_installation("marketing consents: links")
