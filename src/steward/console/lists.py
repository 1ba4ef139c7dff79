"""What the list column shows: the views one can choose, and rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.contacts.queries import first_addresses
from steward.lib.actor import Actor
from steward.people.access import visible_departments
from steward.people.models import Department
from steward.tickets.models import Ticket
from steward.tickets.queries import COUNTED, Cursor, View, count_tickets, list_tickets
from steward.tickets.statuses import WAITING, Status

DEFAULT = View("all")


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    code: str
    url: str
    subject: str
    preview: str
    status: str
    requester_name: str
    message_count: int
    last_message_at: datetime
    unread: bool
    assignee_name: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A view one can choose. `count` is a text, cut at the limit of counting, or None."""

    key: str
    label: str
    url: str
    count: str | None
    current: bool
    group: str = ""

    def __getitem__(self, name: str) -> object:
        """Templates look here first: without it each of their look-ups costs an exception."""
        return getattr(self, name)


def list_url(view: View, after: Cursor | None = None) -> str:
    asked = {"view": view.key} if view != DEFAULT else {}
    if after:
        asked["after"] = str(after)
    return reverse("console:list") + (f"?{urlencode(asked)}" if asked else "")


def ticket_url(code: str, view: View | None = None) -> str:
    url = reverse("console:ticket", args=[code])
    return f"{url}?{urlencode({'view': view.key})}" if view and view != DEFAULT else url


def view_from(key: str) -> View:
    """The view a request asks for; the first one when it asks for none that exists."""
    try:
        return View.from_key(key) if key else DEFAULT
    except ValueError:
        return DEFAULT


def list_context(actor: Actor, view: View, *, after: Cursor | None = None, current: str = "") -> dict[str, object]:
    """Everything the list column needs."""
    page = list_tickets(actor, view, after=after)
    choices = _choices(actor, view)
    chosen = next((choice for choice in choices if choice.current), choices[0])
    return {
        "views": choices,
        "view": chosen,
        "tickets": rows(page.tickets, view, current),
        "next_url": list_url(view, page.next) if page.next else None,
        "poll_url": f"{reverse('console:list-changes')}?{urlencode({'view': view.key, 'current': current})}",
        "empty_kind": _empty_kind(view),
        "page": "tickets",
    }


def rows(tickets: Sequence[Ticket], view: View | None, current: str = "") -> list[Row]:
    """The tickets as rows; who has no name is shown by address."""
    addresses = first_addresses({t.requester_id for t in tickets if not t.requester.name})
    return [_row(ticket, view, current, addresses.get(ticket.requester_id, "")) for ticket in tickets]


def _row(ticket: Ticket, view: View | None, current: str, address: str) -> Row:
    return Row(
        code=ticket.code,
        url=ticket_url(ticket.code, view),
        subject=ticket.subject,
        preview=ticket.preview,
        status=ticket.status,
        requester_name=ticket.requester.name or address or _("Somebody without a name"),
        message_count=ticket.message_count,
        last_message_at=ticket.changed_at,
        unread=ticket.status in WAITING,
        assignee_name=ticket.assignee.name if ticket.assignee else "",
        current=ticket.code == current,
    )


def _choices(actor: Actor, current: View) -> list[Choice]:
    named = [
        (View("all"), pgettext("list of tickets", "All"), ""),
        (View("mine"), pgettext("list of tickets", "Mine"), ""),
        (View("unassigned"), pgettext("list of tickets", "Unassigned"), ""),
    ]
    departments: list[Department] = visible_departments(actor)
    named += [(View("department", str(d.id)), d.name, _("Departments")) for d in departments]
    named += [(View("status", status.value), str(status.label), _("By status")) for status in Status]
    counts = count_tickets(actor, list({View("mine"), View("unassigned"), current}))
    return [
        Choice(
            key=view.key,
            label=label,
            url=list_url(view),
            count=_told(counts.get(view)),
            current=view == current,
            group=group,
        )
        for view, label, group in named
    ]


def _told(count: int | None) -> str | None:
    return f"{COUNTED}+" if count is not None and count > COUNTED else None if count is None else str(count)


def _empty_kind(view: View) -> str:
    if view.kind == "status":
        return view.value
    return "account" if view == DEFAULT else view.kind
