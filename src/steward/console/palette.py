"""What the palette finds by name: tickets, people, lists, tags and settings that somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steward.console.entrance import ConsoleRequest
from steward.console.lists import list_url, ticket_url
from steward.console.settings.pages import find_pages
from steward.contacts.models import ContactAddress
from steward.lib.fold import fold, search_terms, words_for_index
from steward.people.access import visible_departments
from steward.tickets.models import Tag
from steward.tickets.queries import Line, View, search_tickets
from steward.tickets.statuses import Status

_MOST_TICKETS = 6
_MOST = 5  # of every other kind


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to go to. `hint` is what tells it from others of its name; `tag` is the name of a tag."""

    label: str
    url: str
    hint: str = ""
    icon: str = ""
    status: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A heading and what is below it."""

    key: str
    label: str
    items: Sequence[Item]


def found(request: ConsoleRequest, query: str) -> list[Kind]:
    """Everything found, by kind, best first; kinds in which nothing was found are left out."""
    tickets = search_tickets(request.actor, query).tickets
    kinds = [
        Kind("tickets", _("Tickets"), [_ticket(each) for each in tickets[:_MOST_TICKETS]]),
        Kind("people", pgettext("customers", "People"), _people(tickets, query)),
        Kind("lists", _("Lists"), _lists(request, query)),
        Kind("tags", pgettext("labels of tickets", "Tags"), _tags(query)),
        Kind("settings", _("Settings"), _settings(request, query)),
    ]
    return [kind for kind in kinds if kind.items]


def _ticket(ticket: Line) -> Item:
    who = ticket.requester_name
    hint = " · ".join(filter(None, (ticket.code, who)))
    return Item(ticket.subject or _("No subject"), ticket_url(ticket.code), hint=hint, status=ticket.status)


def _people(tickets: Sequence[Line], query: str) -> list[Item]:
    """The customers of what was found whom the words name: nobody comes up here of whom one may see no ticket."""
    people = {ticket.requester_id: ticket.requester_name for ticket in tickets}
    addresses = ContactAddress.objects.filter(contact__in=list(people)).order_by("id")
    items = {}
    for contact, address in addresses.values_list("contact_id", "value"):
        name = people[contact]
        if contact not in items and _is_named(f"{name} {address}", query):
            # The address finds their tickets, and nobody else's of the same name.
            url = f"/console/search?{urlencode({'q': address})}"
            items[contact] = Item(name or address, url, hint=address if name else "", icon="person")
    return list(items.values())[:_MOST]


def _lists(request: ConsoleRequest, query: str) -> list[Item]:
    named = [
        (View("all"), pgettext("list of tickets", "All")),
        (View("mine"), pgettext("list of tickets", "Mine")),
        (View("unassigned"), pgettext("list of tickets", "Unassigned")),
        *((View("status", status.value), str(status.label)) for status in Status),
        *((View("department", str(each.id)), each.name) for each in visible_departments(request.actor)),
    ]
    return [_list(view, label) for view, label in named if _is_named(label, query)][:_MOST]


def _list(view: View, label: str) -> Item:
    status = view.value if view.kind == "status" else ""
    return Item(label, list_url(view), icon="department" if view.kind == "department" else "tickets", status=status)


def _tags(query: str) -> list[Item]:
    first = next(iter(fold(query).lstrip("#").split()), "")
    tags = Tag.objects.filter(folded__contains=first).order_by("folded")[:50] if first else []
    wanted = [tag for tag in tags if _is_named(tag.name, query.replace("#", ""))]
    return [Item(f"#{tag.name}", list_url(View("tag", str(tag.pk))), icon="tickets", tag=tag.name) for tag in wanted][
        :_MOST
    ]


def _settings(request: ConsoleRequest, query: str) -> list[Item]:
    pages = find_pages(request.me, query) if query.strip() else []
    return [Item(str(page.title), page.url, hint=str(page.about), icon="settings") for page in pages[:_MOST]]


def _is_named(text: str, query: str) -> bool:
    """Whether there are terms in the query and each begins a word of the text, as the search has words."""
    terms, words = search_terms(query), words_for_index(text).split()
    return bool(terms) and all(any(word.startswith(term) for word in words) for term in terms)
