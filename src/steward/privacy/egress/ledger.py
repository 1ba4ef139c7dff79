"""Writing the ledgers: a row before anything leaves, and for everything that was denied. Never the payload."""

import time
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Decision, Known, Reason, Request
from steward.privacy.egress.models import EgressEvent, InstallationEgress
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.stored import asked_with
from steward.privacy.egress.trips import ask, is_alone
from steward.tenancy.scope import upkeep_scope

OPERATIONS = ("system.operations",)  # what a question tells that sends nothing of anybody along
_FLUSH_SECONDS = 60.0
is_there = ContextVar("steward_ledger", default=True)  # False: there is no database yet (`early`)
_LOOKUPS_LOCK = Lock()
_lookups: Counter[tuple[Destination, str]] = Counter()
_questions: Counter[tuple[TrafficClass, Destination, str]] = Counter()
_asked_with: Counter[tuple[TrafficClass, Destination, str]] = Counter()  # bytes
_flushed_at = time.monotonic()

_NAMES = [field.attname for field in EgressEvent._meta.concrete_fields if field.attname not in {"account_id", "bytes"}]
# Functions, as a mail waits for them: PostgreSQL plans them once for each connection (migration 0010).
_WRITE = f"SELECT egress_write(%(account)s, {', '.join(f'{name} => %({name})s' for name in _NAMES)})"
_WRITE_IF = _WRITE.replace("egress_write(", "egress_write_if(%(digest)s, %(here)s, %(hosts)s, %(answered)s, ")
_SETTLE = "SELECT egress_settle(%(account)s, %(id)s, %(sent)s, %(is_alone)s)"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of one of the ledgers: the account's, or the installation's when there is no account."""

    id: UUID
    account_id: UUID | None


def write(request: Request, decision: Decision, known: Known) -> Entry:
    """Write down a decision, durably: outside a scope this is a transaction of its own."""
    if request.account_id is None:
        with transaction.atomic(durable=True):
            row = InstallationEgress.objects.create(**_columns(request, decision, known))
        return Entry(row.id, None)
    columns = _values(request, decision, known) | {"id": new_id()}
    ask(request.account_id, _WRITE, **columns)
    return Entry(columns["id"], request.account_id)


def write_if_unchanged(request: Request, decision: Decision, known: Known, digest: str) -> Entry | None:
    """Write down a decision of an account as `write` does, if what is stored about it still has this digest; None, and
    nothing written, if not.
    """
    if request.account_id is None:
        raise ValueError("only about accounts something is stored")
    columns = _values(request, decision, known) | {"id": new_id()}
    told = asked_with((request.destination.host,))
    [(is_written,)] = ask(request.account_id, _WRITE_IF, digest=digest, **told, **columns)
    return Entry(columns["id"], request.account_id) if is_written else None


def write_together(judged: Sequence[tuple[Request, Decision, Known]]) -> None:
    """The same for several decisions of one account (each with what was known), in one statement."""
    if not judged:
        return
    account_id = judged[0][0].account_id
    if account_id is None:
        raise ValueError("only what an account does is written together")
    with upkeep_scope(account_id):
        EgressEvent.objects.bulk_create(_row(*one) for one in judged)


def settle(entry: Entry, sent: int) -> None:
    """Write down, once, how many bytes we sent on the connection.

    That something left stands on the disk already; how much it was need not be waited for: everybody sees it at once,
    and only if the database itself falls within the next second may it be lost.
    """
    if entry.account_id is None:
        InstallationEgress.objects.filter(pk=entry.id, bytes=None).update(bytes=sent)
        return
    ask(entry.account_id, _SETTLE, id=entry.id, sent=sent, is_alone=is_alone())


def count_lookup(server: Destination, purpose: str) -> None:
    """Count one look-up of a name; the counts are written once a minute, and when a process ends well.

    Names are looked up many times for one mail, the operator chose the server at start, and no account is concerned:
    a row for each would cost more than the look-ups.
    """
    with _LOOKUPS_LOCK:
        _lookups[server, purpose] += 1
    _flush_when_due()


@dataclass(frozen=True, slots=True)
class Counted:
    """A connection to a store of the installation that carries nothing of anybody: it only asks for what is kept."""

    traffic: TrafficClass
    destination: Destination
    purpose: str

    def settle(self, sent: int) -> None:
        """It is over. Counted and written as look-ups are: there is one for each file that somebody looks at."""
        key = (self.traffic, self.destination, self.purpose)
        with _LOOKUPS_LOCK:
            _questions[key] += 1
            _asked_with[key] += sent
        _flush_when_due()


def counted(request: Request, decision: Decision) -> Counted | None:
    """How an allowed connection is only counted; None for one that has a row of its own."""
    is_question = request.account_id is None and tuple(request.categories) == OPERATIONS
    if not (decision.is_allowed and decision.grant and is_question and PURPOSES[request.purpose].is_installations):
        return None
    return Counted(decision.grant.traffic, request.destination, request.purpose)


def _flush_when_due() -> None:
    is_due = time.monotonic() - _flushed_at > _FLUSH_SECONDS
    if is_due and is_there.get() and not connection.in_atomic_block:
        flush_lookups()


def flush_lookups() -> None:
    """Write the look-ups and questions counted so far. Every process calls this when it ends."""
    global _flushed_at
    with _LOOKUPS_LOCK:
        infrastructure = TrafficClass.INFRASTRUCTURE
        rows = [_counted_row(infrastructure, *key, calls) for key, calls in _lookups.items()]
        rows += [_counted_row(*key, calls, OPERATIONS, _asked_with[key]) for key, calls in _questions.items()]
        InstallationEgress.objects.bulk_create(rows)
        for counts in (_lookups, _questions, _asked_with):
            counts.clear()  # only now: what could not be written is kept
        _flushed_at = time.monotonic()


def _row(request: Request, decision: Decision, known: Known) -> EgressEvent:
    return EgressEvent(**_values(request, decision, known))


def _values(request: Request, decision: Decision, known: Known) -> dict[str, Any]:
    grant = decision.grant
    engaged = grant.engaged if grant else None
    vendor = engaged.agreement_at(known.now) if engaged else None
    own = known.terms.agreement if known.terms else None
    return {
        "from_region": known.region,
        "to_country": engaged.only_country if engaged else grant.country if grant else "",
        "vendor_agreement": vendor.name if vendor else "",
        "agreement_id": UUID(own.name) if own and own.holds(known.now) else None,
        "connector_id": grant.connector_id if grant else None,
        **_columns(request, decision, known),
    }


def _columns(request: Request, decision: Decision, known: Known) -> dict[str, Any]:
    """What both ledgers have."""
    engaged = decision.grant.engaged if decision.grant else None
    return {
        "engagement": engaged.key if engaged else "",
        "registry_version": known.registry,
        "traffic": decision.grant.traffic.value if decision.grant else "",
        "purpose": request.purpose,
        "categories": sorted(request.categories),
        "host": request.destination.host,
        "port": request.destination.port,
        "is_allowed": decision.is_allowed,
        "reason_code": decision.reason.value,
        "at": now(),
    }


def _counted_row(
    traffic: TrafficClass,
    server: Destination,
    purpose: str,
    calls: int,
    categories: Sequence[str] = (),
    sent: int | None = None,
) -> InstallationEgress:
    return InstallationEgress(
        traffic=traffic.value,
        purpose=purpose,
        categories=sorted(categories or PURPOSES[purpose].categories),
        bytes=sent,
        host=server.host,
        port=server.port,
        calls=calls,
        is_allowed=True,
        reason_code=Reason.ALLOWED.value,
        at=now(),
    )
