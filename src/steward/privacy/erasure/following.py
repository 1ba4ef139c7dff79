"""How far a database has followed the ledger of erasures: a restored one has not heard of the last of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from steward.privacy.erasure.ledger import departures, entries, withdrawn
from steward.privacy.erasure.ledger_lines import Entry
from steward.privacy.erasure.models import Erasure
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

State = Erasure.State


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """An erasure of the ledger that has not ended in this database. `state` is None where it is unknown here."""

    account: UUID
    erasure: UUID
    entries: tuple[Entry, ...]
    state: str | None
    was_stopped: bool = False  # by a legal hold, before it was through: some of it is still there

    @property
    def is_unheard_of(self) -> bool:
        """Whether it went on after this database was copied, so that nobody here carries it out.

        One that runs is in hand: perhaps interrupted, and gone on with by the worker.
        """
        return self.state is None or self.state in Erasure.UNORDERED


def unfollowed() -> list[Unfollowed]:
    """The erasures of the ledger that have not ended here, in its order, but for accounts that are not here.

    One that is done has nothing more to erase; one that failed is never gone on with, and says what is left. Steps that
    were taken back are none of it. Raises `LedgerBroken`.
    """
    found: dict[tuple[UUID, UUID], list[Entry]] = {}
    for entry in entries():
        found.setdefault((UUID(entry.account), UUID(entry.erasure)), []).append(entry)
    states = _states(found)
    ended = {State.DONE, State.FAILED}
    missing = [key for key in found if key[0] in states and states[key[0]].get(key[1]) not in ended]
    stopped = {(UUID(line.account), UUID(line.erasure)) for line in withdrawn()} if missing else set()
    return [Unfollowed(a, e, tuple(found[a, e]), states[a].get(e), (a, e) in stopped) for a, e in missing]


def unheard_of() -> list[Unfollowed]:
    """Those of them for which nothing may be served before they are followed."""
    return [one for one in unfollowed() if one.is_unheard_of]


def unheard_departures() -> list[UUID]:
    """Accounts of which the ledger says that they are deleted, and that this database still serves or keeps.

    One whose deletion has begun here is in hand: the worker goes on with it. Raises `LedgerBroken`.
    """
    told = departures()
    rows = Account.objects.filter(pk__in=list(told), departing_since=None) if told else Account.objects.none()
    return sorted(rows.values_list("pk", flat=True))


def was_anything_erased(since: datetime) -> bool:
    """Whether an account has an erasure that began after a moment, so that there has to be a ledger."""
    return any(_was_erased(account, since) for account in Account.objects.values_list("pk", flat=True))


def _was_erased(account: UUID, since: datetime) -> bool:
    with upkeep_scope(account):
        return Erasure.objects.filter(started_at__gte=since).exists()


def _states(keys: Iterable[tuple[UUID, UUID]]) -> Mapping[UUID, Mapping[UUID, str]]:
    """{account: {erasure: state}}, for the accounts and erasures that this database knows."""
    asked: dict[UUID, list[UUID]] = {}
    for account, erasure in keys:
        asked.setdefault(account, []).append(erasure)
    known = Account.objects.filter(pk__in=list(asked), departing_since=None).values_list("pk", flat=True)
    return {account: _states_in(account, asked[account]) for account in known}


def _states_in(account: UUID, erasures: list[UUID]) -> dict[UUID, str]:
    with upkeep_scope(account):
        return dict(Erasure.objects.filter(pk__in=erasures).values_list("pk", "state"))
