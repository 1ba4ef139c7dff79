"""The offer to undo what one has just changed, in words."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from steward.console.entrance import ConsoleRequest
from steward.console.lists import ticket_url
from steward.events.models import Event
from steward.people.models import Department, Membership
from steward.tickets.actions import last_change
from steward.tickets.models import Tag, Ticket
from steward.tickets.statuses import Status


def undo_context(request: ConsoleRequest, ticket: Ticket, began: datetime) -> dict[str, Any]:
    """What was changed since `began`, and where it is undone; nothing when nothing was."""
    event = last_change(ticket, actor=request.actor, since=began)
    if event is None:
        return {}
    return {"undo": {"text": _words(event, ticket), "url": f"{ticket_url(ticket.code)}/undoing", "event": event.id}}


def _words(event: Event, ticket: Ticket) -> str:
    changed = event.changes or {}
    match event.kind:
        case "ticket.assigned":
            return _("%(code)s is assigned to %(name)s.") % _named(ticket, Membership, changed["to"])
        case "ticket.released":
            return _("%(code)s is assigned to nobody.") % {"code": ticket.code}
        case "ticket.transferred":
            return _("%(code)s is moved to %(name)s.") % _named(ticket, Department, changed["to"])
        case "ticket.tagged":
            return _("%(code)s has the tag #%(name)s.") % _named(ticket, Tag, changed["tag"])
        case "ticket.untagged":
            return _("The tag #%(name)s is taken off %(code)s.") % _named(ticket, Tag, changed["tag"])
        case _:
            return _STATUS_WORDS[Status(changed["to"])](ticket.code)


def _named(ticket: Ticket, model: Any, key: str) -> dict[str, str]:
    name = model.objects.filter(pk=key).values_list("name", flat=True).first()
    return {"code": ticket.code, "name": name or ""}


_STATUS_WORDS = {
    Status.NEW: lambda code: _("%(code)s is new again.") % {"code": code},
    Status.OPEN: lambda code: _("%(code)s is open.") % {"code": code},
    Status.ANSWERED: lambda code: _("%(code)s is marked as answered.") % {"code": code},
    Status.POSTPONED: lambda code: _("%(code)s is postponed.") % {"code": code},
    Status.RESOLVED: lambda code: _("%(code)s is resolved.") % {"code": code},
    Status.CLOSED: lambda code: _("%(code)s is closed.") % {"code": code},
    Status.SPAM: lambda code: _("%(code)s is marked as spam.") % {"code": code},
    Status.DELETED: lambda code: _("%(code)s is deleted.") % {"code": code},
}
