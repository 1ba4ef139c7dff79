"""What is stored about an account, as far as the gate goes by it: in one trip, and as one text.

Equal texts say the same, so what was made of one is kept until something changes. Nothing has to be thrown away for
that, and nothing old is ever believed: the text is read anew for each decision, or compared with what is stored then,
in the transaction that writes the decision down.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from steward.privacy.egress.engaging import ANSWERED, AccountFacts, facts_from
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry.standing import Bound
from steward.privacy.egress.registry.versions import Head
from steward.privacy.egress.trips import ask
from steward.tenancy.models import Account, Region

_KEPT = 2_000  # texts, about a kilobyte each

# A function, as a mail waits for it: PostgreSQL plans it once for each connection (migration 0006).
_READ = "SELECT egress_stored(%(account)s, %(here)s, %(hosts)s, %(answered)s)"


class Server(msgspec.Struct, frozen=True, array_like=True):
    """A connector of the account, as far as the decision goes by it."""

    kind: str
    host: str
    port: int
    purposes: tuple[str, ...]
    is_active: bool
    id: UUID
    country: str


class _Agreement(msgspec.Struct, frozen=True):
    agreement_id: UUID
    notice_days: int
    mode: str
    effective_from: datetime
    ends_at: datetime | None
    regions: tuple[str, ...]
    countries: tuple[str, ...]


class _Stored(msgspec.Struct, frozen=True):
    state: str
    opened_at: datetime
    region: str
    countries: list[str]
    is_here: bool
    head: tuple[int, str] | None
    servers: tuple[Server, ...]
    agreement: _Agreement | None
    notices: tuple[tuple[datetime, int], ...]
    answers: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class OfAccount:
    """The account, its servers at the hosts asked for, and which version of the registry is the newest."""

    facts: AccountFacts
    servers: tuple[Server, ...]
    is_open: bool  # active, and its data lie in the region of this installation
    head: Head
    digest: str  # of the text


_last: dict[tuple[UUID, tuple[str, ...]], str] = {}


def read(account_id: UUID, hosts: Iterable[str]) -> OfAccount:
    """What is stored now; in a scope of its own, or in that of the account."""
    asked = tuple(sorted(set(hosts)))
    [(text,)] = ask(account_id, _READ, **asked_with(asked))
    if len(_last) >= _KEPT:
        _last.clear()
    _last[account_id, asked] = text
    return _made_of(text)


def remembered(account_id: UUID, host: str) -> OfAccount | None:
    """What was stored when it was read last: to be compared before anything is done by it."""
    text = _last.get((account_id, (host,)))
    return None if text is None else _made_of(text)


def asked_with(hosts: Iterable[str]) -> dict[str, Any]:
    """What the functions of the database are told besides the account."""
    return {"hosts": list(hosts), "answered": ANSWERED, "here": settings.STEWARD_DATA_CENTRE}


@lru_cache(maxsize=_KEPT)
def _made_of(text: str) -> OfAccount:
    told = msgspec.json.decode(text, type=_Stored)
    agreed, countries = _agreement(told.agreement)
    region = Region(code=told.region, countries=told.countries)
    return OfAccount(
        facts_from(region, Bound(told.opened_at, told.notices), agreed, countries, told.answers),
        told.servers,
        is_open=told.state == Account.State.ACTIVE and told.is_here,
        head=Head(*told.head) if told.head else Head(),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _agreement(told: _Agreement | None) -> tuple[AccountTerms | None, frozenset[str] | None]:
    """The agreement that came last, and the countries it admits where it names regions."""
    if told is None:
        return None, None
    columns = msgspec.structs.asdict(told)
    countries = frozenset(columns.pop("countries"))
    return AccountTerms(**columns), countries if told.regions else None
