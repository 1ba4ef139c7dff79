"""What the list column shows: the views one can choose, and rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.console.kept import bin_note
from steward.contacts.queries import first_addresses
from steward.lib.actor import Actor
from steward.people.access import visible_departments
from steward.people.models import Afterwards, Department, Membership
from steward.tenancy.reading import Question
from steward.tickets.models import Tag, Ticket
from steward.tickets.queries import COUNTED, Cursor, Line, View, count_tickets, list_tickets
from steward.tickets.queries import list_questions as questions_of_list
from steward.tickets.statuses import WAITING, Status

DEFAULT = View("all")
_MOST_TAGS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list."""

    code: str
    url: str
    subject: str
    preview: str
    language: str  # as a tag of BCP 47; empty when it is not certain
    status: str
    requester_name: str
    message_count: int
    last_message_at: datetime
    unread: bool
    assignee_name: str
    assigned_to: str  # the same in words; empty for nobody
    current: bool
    tags: tuple[str, ...] = ()  # those there is room for, and how many more there are

    def __getitem__(self, name: str) -> object:
        """Templates look here first: without it each of their look-ups costs an exception."""
        return getattr(self, name)


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


class _Words(NamedTuple):
    """What rows say of what is missing in them, and of who looks after a ticket."""

    no_subject: str
    no_name: str
    assigned_to: str


def list_url(view: View, after: Cursor | None = None) -> str:
    return f"/console/{_asked(view, after)}"


def ticket_url(code: str, view: View | None = None) -> str:
    """Put together here: a page has a hundred of them, and `reverse` takes longer than all the rest of a row."""
    return f"/console/tickets/{code}{_asked(view)}"


def url_after(me: Membership, ticket: Ticket, *, is_done: bool) -> str:
    """Where somebody goes on who has answered a ticket, or is done with it: as chosen in the profile.

    The next ticket of a list is known to the page that shows the list; to who has no scripts the list is shown.
    """
    stays = not is_done or me.afterwards == Afterwards.STAY
    return ticket_url(ticket.code) if stays else list_url(DEFAULT)


def _asked(view: View | None, after: Cursor | None = None) -> str:
    """The query of an address, with its question mark; empty when nothing is asked for."""
    asked = {"view": view.key} if view and view != DEFAULT else {}
    if after:
        asked["after"] = str(after)
    return f"?{urlencode(asked)}" if asked else ""


def view_from(key: str) -> View:
    """The view a request asks for; the first one when it asks for none that exists."""
    try:
        return View.from_key(key) if key else DEFAULT
    except ValueError:
        return DEFAULT


def list_context(
    actor: Actor,
    view: View,
    *,
    after: Cursor | None = None,
    current: str = "",
    departments: Sequence[Department] | None = None,
) -> dict[str, object]:
    """Everything the list column needs. `departments` are all open ones, when they are read already."""
    page = list_tickets(actor, view, after=after)
    choices = views_to_choose(actor, view, departments=departments)
    chosen = next((choice for choice in choices if choice.current), choices[0])
    return {
        "views": choices,
        "view": chosen,
        "tickets": rows(page.tickets, view, current),
        "next_url": list_url(view, page.next) if page.next else None,
        "live_url": f"/console/changes?{urlencode({'view': view.key, 'current': current})}",
        "empty_kind": _empty_kind(view),
        "bin": bin_note(view),
        "page": "tickets",
    }


def list_questions(actor: Actor, view: View, *, after: Cursor | None = None) -> Iterator[Question[Any]]:
    """What `list_context` asks first, to be read ahead."""
    yield from questions_of_list(actor, view, _counted(view), after=after)


def rows(tickets: Sequence[Line], view: View | None, current: str = "") -> list[Row]:
    """The tickets as rows; who has no name is shown by address."""
    addresses = first_addresses({t.requester_id for t in tickets if not t.requester_name})
    words = _Words(_("No subject"), _("Somebody without a name"), _("Assigned to %(name)s"))
    asked = _asked(view)
    return [_row(t, words, addresses, url=f"{ticket_url(t.code)}{asked}", current=t.code == current) for t in tickets]


def _row(ticket: Line, words: _Words, addresses: Mapping[UUID, str], *, url: str, current: bool) -> Row:
    assignee = ticket.assignee_name or ""
    return Row(
        code=ticket.code,
        url=url,
        subject=ticket.subject or words.no_subject,
        preview=ticket.preview,
        language=ticket.language,
        status=ticket.status,
        requester_name=ticket.requester_name or addresses.get(ticket.requester_id) or words.no_name,
        message_count=ticket.message_count,
        last_message_at=ticket.changed_at,
        unread=ticket.status in WAITING,
        assignee_name=assignee,
        assigned_to=words.assigned_to % {"name": assignee} if assignee else "",
        current=current,
        tags=_shown_tags(ticket.tag_names),
    )


def _shown_tags(names: Sequence[str]) -> tuple[str, ...]:
    more = len(names) - _MOST_TAGS
    return (*(f"#{name}" for name in names[:_MOST_TAGS]), *([f"+{more}"] if more > 0 else []))


def views_to_choose(
    actor: Actor, current: View = DEFAULT, *, departments: Sequence[Department] | None = None
) -> list[Choice]:
    """The views of the list column. `departments` are all open ones, when they are read already."""
    named = [
        (View("all"), pgettext("list of tickets", "All"), ""),
        (View("mine"), pgettext("list of tickets", "Mine"), ""),
        (View("unassigned"), pgettext("list of tickets", "Unassigned"), ""),
    ]
    named += [
        (View("department", str(d.id)), d.name, _("Departments")) for d in visible_departments(actor, departments)
    ]
    named += [(View("status", status.value), str(status.label), _("By status")) for status in Status]
    if current.kind == "tag":
        tag = Tag.objects.filter(pk=current.value).first()
        named.append((current, f"#{tag.name}" if tag else _("A former tag"), pgettext("labels of tickets", "Tags")))
    counts = count_tickets(actor, _counted(current))
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


def _counted(current: View) -> list[View]:
    """Beside the current view only those that tell of work to do."""
    return list(dict.fromkeys([View("mine"), View("unassigned"), current]))


def _told(count: int | None) -> str | None:
    return f"{COUNTED}+" if count is not None and count > COUNTED else None if count is None else str(count)


def _empty_kind(view: View) -> str:
    if view.kind == "status":
        return view.value
    return "account" if view == DEFAULT else view.kind
