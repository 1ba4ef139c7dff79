"""Grants as pages show them, and whether one opens something. In the scope of the account unless it says otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import pgettext

from steward.events.models import Event, Read
from steward.lib.actor import ActorKind
from steward.people.models import User
from steward.privacy.egress.registry.versions import published
from steward.privacy.support_access.commands import CHANGING, ERASING
from steward.privacy.support_access.models import Deed, SupportGrant, SupportSession
from steward.privacy.support_access.words import support_of
from steward.tenancy.scope import account_scope

PAGE = 30
_MOST_RUNNING = 50
LOGGED = 50
_COMMAND = "account.command_run"
_IN_FLIGHT = timedelta(hours=1)  # what began before the end of a grant is over long before this


@dataclass(frozen=True, slots=True)
class GrantPage:
    """Some grants, the newest first; `next` is the last one's id when there are more."""

    grants: list[SupportGrant]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that support was shown or did under a grant. A write has `is_write`.

    A command (`command`, as `person.find`) knows no operator, and may erase (`is_erasure`).
    """

    at: datetime
    kind: str
    object_type: str
    object_id: UUID
    operator_id: UUID | None
    is_write: bool
    command: str = ""

    @property
    def is_erasure(self) -> bool:
        """Nothing brings back what it took; it counts as a write, too."""
        return self.command in ERASING


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a grant, in numbers; `tickets` are ids of those that were opened or changed. `erasures` are those of
    the writes that took something for good.
    """

    reads: int
    writes: int
    erasures: int
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
    return found.letting(Deed.WRITE if write else Deed.READ).order_by("-expires_at", "id").first()


def grant_for_commands(account_id: UUID, *, area: str, deed: Deed = Deed.READ) -> SupportGrant | None:
    """The grant by which commands do this in an account now, to whomever it was given; the one that lasts longest.
    Opens a scope of its own.
    """
    with account_scope(account_id):
        found = SupportGrant.objects.running().filter(areas__contains=[area]).letting(deed)
        return found.order_by("-expires_at", "id").first()


def seen_under(grant: SupportGrant, *, most: int = LOGGED) -> list[Seen]:
    """What support was shown and did by the grant, the newest first. Each thing is listed under one grant."""
    found: list[tuple[QuerySet[Any], bool]] = [
        (_reads(grant), False), (_commands(grant), False),
        (_writes(grant), True), (_commands(grant, changing=True), True),
    ]  # fmt: skip
    seen = [_seen(row, is_write=written) for rows, written in found for row in rows.order_by("-at", "-id")[:most]]
    return sorted(seen, key=lambda one: one.at, reverse=True)[:most]


def report_of(grant: SupportGrant) -> Report:
    """What came of it."""
    reads, writes, changes = _reads(grant), _writes(grant), _commands(grant, changing=True)
    sessions = list(SupportSession.objects.filter(grant=grant).order_by("began_at", "id"))
    return Report(
        reads=reads.count() + _commands(grant).count(),
        writes=writes.count() + changes.count(),
        erasures=changes.filter(changes__command__in=ERASING).count(),
        operators=sorted({one.user_id for one in sessions}),
        tickets=sorted({*_tickets(reads), *_tickets(writes)}),
        sessions=sessions,
    )


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
    return _by(grant, Read.objects.all())


def _writes(grant: SupportGrant) -> QuerySet[Event]:
    return _by(grant, Event.objects.exclude(kind__startswith="support."))


def _by(grant: SupportGrant, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those that operators did by this grant: their session that had begun last was of it (`sessions.open_session`)."""
    sessions = SupportSession.objects.filter(user_id=OuterRef("actor_id"), began_at__lte=OuterRef("at"))
    operators = SupportSession.objects.filter(grant=grant).values_list("user_id", flat=True)
    end = grant.ended_at or grant.expires_at
    found: QuerySet[Any] = rows.filter(
        actor_kind=ActorKind.STAFF.value, actor_id__in=list(operators), at__gte=grant.starts_at
    )
    found = found.filter(at__lte=end + _IN_FLIGHT) if end else found
    found = found.annotate(by_grant=Subquery(sessions.order_by("-began_at").values("grant_id")[:1]))
    return found.filter(by_grant=grant.pk)


def _commands(grant: SupportGrant, *, changing: bool = False) -> QuerySet[Event]:
    """Commands that were run by leave of this grant: those that show something, or that change it."""
    found = Event.objects.filter(kind=_COMMAND, changes__leave="grant", changes__grant=str(grant.pk))
    what = Q(changes__command__in=CHANGING)
    return found.filter(what if changing else ~what)


def _tickets(rows: QuerySet[Any]) -> list[UUID]:
    return list(rows.filter(object_type="tickets.ticket").values_list("object_id", flat=True).distinct())


def _seen(row: Read | Event, *, is_write: bool) -> Seen:
    command = str((row.changes or {}).get("command", "")) if isinstance(row, Event) and row.kind == _COMMAND else ""
    return Seen(row.at, row.kind, row.object_type, row.object_id, row.actor_id, is_write, command)
