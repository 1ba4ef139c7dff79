"""Events of an account as its audit shows them: who did what to what. Names of contacts never: they are ids here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.console.happenings import Names, names_of_objects
from steward.console.lists import ticket_url
from steward.console.settings.privacy.audit_words import in_words
from steward.lib.actor import ActorKind
from steward.privacy.audit.models import Verification
from steward.privacy.audit.reading import Entry, told_changes
from steward.privacy.support_access.words import ERASES, command_in_words
from steward.tickets.access import codes_of

COLUMNS = (
    "position",
    "at",
    "kind",
    "actor_kind",
    "actor_id",
    "who",
    "object_type",
    "object_id",
    "ticket",
    "changes",
    "chain",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words. `what` is its object, as far as it has a name that is no contact's; `url` leads there."""

    event: Entry
    who: str
    words: str
    what: str
    detail: str
    url: str

    @property
    def told(self) -> dict[str, Any]:
        """As values of JSON, for a file."""
        event = self.event
        return {
            "position": event.position,
            "at": event.at.astimezone(UTC).isoformat(),
            "kind": event.kind,
            "actor_kind": event.actor_kind,
            "actor_id": str(event.actor_id) if event.actor_id else None,
            "who": self.who,
            "object_type": event.object_type,
            "object_id": str(event.object_id),
            "ticket": self.what if self.url else None,
            "changes": told_changes(event),
            "chain": bytes(event.chain or b"").hex(),
        }


def lines(events: Sequence[Entry]) -> list[Line]:
    """Eight queries at most, however many events there are."""
    names, codes = (
        Names.needed_by(events),
        codes_of(event.object_id for event in events if event.object_type == "tickets.ticket"),
    )
    objects = names_of_objects(events)
    return [
        Line(
            event=event,
            who=_who(event, names),
            words=in_words(event.kind),
            what=codes.get(event.object_id) or objects.get(event.object_id, ""),
            detail=_detail(event, names),
            url=ticket_url(codes[event.object_id]) if event.object_id in codes else "",
        )
        for event in events
    ]


def state_in_words(row: Verification | None) -> tuple[str, str]:
    """How the record stands, and the tone to say it in."""
    if row is None or row.checked_at is None:
        return _("The record has not been checked yet. That is done every hour."), "info"
    if row.broken_at is not None and row.is_in_reads:
        words = _(
            "The record of who read what does not hold from entry %(entry)s on: it was changed, or something is gone. "
            "Whoever runs this installation has been told; ask them what happened."
        )
        return words % {"entry": row.fault_at or "–"}, "bad"
    if row.broken_at is not None:
        words = _(
            "The record does not hold from entry %(entry)s on: it was changed, or something is gone. Whoever runs this "
            "installation has been told; ask them what happened."
        )
        return words % {"entry": row.fault_at or "–"}, "bad"
    return _("Every entry up to number %(entry)s follows from the one before it; none is missing.") % {
        "entry": row.position
    }, "ok"


def _who(event: Entry, names: Names) -> str:
    if event.actor_kind == ActorKind.CONTACT:
        return pgettext("who did something", "A customer")
    return names.actor(event)


def _detail(event: Entry, names: Names) -> str:
    """To whom or where something went, which command ran, and whether support may erase."""
    changes = event.changes or {}
    if event.kind == "ticket.assigned":
        return names.person(changes.get("to"))
    if event.kind == "ticket.transferred":
        return names.department(changes.get("to"))
    if event.kind in {"ticket.tagged", "ticket.untagged"}:
        return names.tag(changes.get("tag"))
    if event.kind == "account.command_run":
        return command_in_words(str(changes.get("command", "")))
    if event.kind in {"support.requested", "support.granted"} and changes.get("may_erase"):
        return str(ERASES)
    if event.kind in {"account.reopening_ordered", "account.reopened"}:
        return _by_whose_order(changes, names)
    return ""


def _by_whose_order(changes: Mapping[str, Any], names: Names) -> str:
    """Of an owner who has ordered it themselves the order says so; its opening names them."""
    if changes.get("by") == "operator":
        return _("as whoever runs this installation noted it")
    return names.person(changes.get("membership"))
