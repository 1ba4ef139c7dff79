"""Grants as pages show them, and whether one opens something. In the scope of the account unless it says otherwise."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext

from steward.events.models import Event, Read
from steward.lib.actor import ActorKind
from steward.people.models import User
from steward.privacy.egress.registry.versions import published
from steward.privacy.support_access.models import SupportGrant, SupportSession
from steward.privacy.support_access.words import support_of
from steward.tenancy.scope import account_scope

PAGE = 30
_MOST_RUNNING = 50
LOGGED = 50
# Commands that change what an account holds: a grant to read lets none of them run.
CHANGING = ("person.erase", "redact.words", "consent.record", "consent.withdraw", "agent.add")


@dataclass(frozen=True, slots=True)
class GrantPage:
    """Some grants, the newest first; `next` is the last one's id when there are more."""

    grants: list[SupportGrant]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that support was shown or did under a grant. A write has `is_write`; a command knows no operator."""

    at: datetime
    kind: str
    object_type: str
    object_id: UUID
    operator_id: UUID | None
    is_write: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a grant, in numbers; `tickets` are ids of those that were opened or changed."""

    reads: int
    writes: int
    operators: list[UUID]
    tickets: list[UUID]
    sessions: list[SupportSession]


def running_grants() -> list[SupportGrant]:
    """Those that open something now, the one that ends first first."""
    return list(SupportGrant.objects.running().order_by("expires_at", "id")[:_MOST_RUNNING])


def requests_waiting() -> list[SupportGrant]:
    """What support asks for and nobody has answered, the oldest first."""
    waiting = SupportGrant.objects.filter(state=SupportGrant.State.REQUESTED)
    return list(waiting.order_by("asked_at", "id")[:_MOST_RUNNING])


def grants_of_account(*, after: UUID | None = None, most: int = PAGE) -> GrantPage:
    """All grants and requests, the newest first, from behind one on; ids grow with time."""
    found = SupportGrant.objects.select_related("granted_by").order_by("-id")
    rows = list((found.filter(id__lt=after) if after else found)[: most + 1])
    return GrantPage(rows[:most], rows[most - 1].pk if len(rows) > most else None)


def find_grant(grant_id: UUID) -> SupportGrant | None:
    """A grant of the account in scope by its id."""
    return SupportGrant.objects.filter(pk=grant_id).first()


def grant_for(operator_id: UUID, *, area: str, write: bool = False) -> SupportGrant | None:
    """The running grant that lets the operator see the area, the one that lasts longest."""
    open_to = Q(staff=[]) | Q(staff__contains=[operator_id])
    found = SupportGrant.objects.running().filter(open_to, areas__contains=[area])
    return (found.filter(may_write=True) if write else found).order_by("-expires_at", "id").first()


def may_read_content(account_id: UUID, *, area: str, write: bool = False) -> bool:
    """Whether some grant of the account opens the area now, to whomever, with `write` to change something. Opens a
    scope of its own.
    """
    with account_scope(account_id):
        found = SupportGrant.objects.running().filter(areas__contains=[area])
        return (found.filter(may_write=True) if write else found).exists()


def seen_under(grant: SupportGrant, *, most: int = LOGGED) -> list[Seen]:
    """What support was shown and did in the time of the grant, the newest first: what it may be told apart by is who
    and when, so that of two grants at once to the same operator each shows the reads of both.
    """
    found: list[tuple[QuerySet[Any], bool]] = [
        (_reads(grant), False), (_commands(grant), False),
        (_writes(grant), True), (_commands(grant, changing=True), True),
    ]  # fmt: skip
    seen = [_seen(row, is_write=written) for rows, written in found for row in rows.order_by("-at", "-id")[:most]]
    return sorted(seen, key=lambda one: one.at, reverse=True)[:most]


def report_of(grant: SupportGrant) -> Report:
    """What came of it."""
    reads, writes = _reads(grant), _writes(grant)
    sessions = list(SupportSession.objects.filter(grant=grant).order_by("began_at", "id"))
    tickets = {*_tickets(reads), *_tickets(writes)}
    read = reads.count() + _commands(grant).count()
    written = writes.count() + _commands(grant, changing=True).count()
    return Report(read, written, sorted({one.user_id for one in sessions}), sorted(tickets), sessions)


def names_of_staff(operators: Iterable[UUID | None]) -> dict[UUID, str]:
    """What accounts are told of who looked: the address of the operator. Who is gone is missing."""
    wanted = {one for one in operators if one}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "email")) if wanted else {}


def everybody_of_support() -> tuple[UUID, ...]:
    """Who of the hosting company ever asked for access to the account in scope, or looked into it."""
    asked = SupportGrant.objects.filter(asked_by__isnull=False).values_list("asked_by", flat=True).distinct()
    looked = SupportSession.objects.values_list("user_id", flat=True).distinct()
    return tuple(sorted({one for one in (*asked, *looked) if one}))


def name_of_hosting_company() -> str:
    """Whose people support are, as the list of subprocessors says; empty where nobody has said it."""
    versions = published().versions
    return versions[-1].registry.provider.legal_name if versions else ""


def support_named(operators: Iterable[UUID | None]) -> dict[UUID, str]:
    """Each of them as the account's pages say who acted: whose people they are, and their address."""
    wanted = {one for one in operators if one}
    if not wanted:
        return {}
    names, support = names_of_staff(wanted), support_of(name_of_hosting_company())
    return {one: _named(support, names[one]) if one in names else support for one in wanted}


def _named(support: str, person: str) -> str:
    return pgettext("support, and who of them", "%(support)s: %(person)s") % {"support": support, "person": person}


def requests_of_operator(account_id: UUID, operator_id: UUID, *, most: int = PAGE) -> list[SupportGrant]:
    """What the operator asked of an account, and what it opens or opened to them, the newest first. Opens a scope."""
    concerns = Q(asked_by=operator_id) | Q(granted_at__isnull=False) & (Q(staff=[]) | Q(staff__contains=[operator_id]))
    with account_scope(account_id):
        return list(SupportGrant.objects.filter(concerns).order_by("-id")[:most])


def _reads(grant: SupportGrant) -> QuerySet[Read]:
    return Read.objects.filter(**_during(grant))


def _writes(grant: SupportGrant) -> QuerySet[Event]:
    return Event.objects.filter(**_during(grant)).exclude(kind__startswith="support.")


def _commands(grant: SupportGrant, *, changing: bool = False) -> QuerySet[Event]:
    """Commands that were run by leave of a grant while this one ran: those that show something, or that change it."""
    found = Event.objects.filter(kind="account.command_run", changes__leave="grant", **_while(grant))
    what = Q(changes__command__in=CHANGING)
    return found.filter(what if changing else ~what)


def _during(grant: SupportGrant) -> dict[str, Any]:
    operators: Collection[UUID] = SupportSession.objects.filter(grant=grant).values_list("user_id", flat=True)
    return {"actor_kind": ActorKind.STAFF.value, "actor_id__in": list(operators), **_while(grant)}


def _while(grant: SupportGrant) -> dict[str, Any]:
    return {"at__gte": grant.starts_at, "at__lte": grant.ended_at or grant.expires_at}


def _tickets(rows: QuerySet[Any]) -> list[UUID]:
    return list(rows.filter(object_type="tickets.ticket").values_list("object_id", flat=True).distinct())


def _seen(row: Read | Event, *, is_write: bool) -> Seen:
    return Seen(row.at, row.kind, row.object_type, row.object_id, row.actor_id, is_write)
