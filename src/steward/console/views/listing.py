"""Lists and search."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from steward.channels.email.mailbox_states import FAILING, unreadable
from steward.console.entrance import ConsoleRequest, member_required
from steward.console.first_steps import first_steps, first_steps_questions
from steward.console.lists import list_context, list_questions, rows, view_from, views_to_choose
from steward.console.settings.mail_words import failure_words
from steward.console.shell import shell, shell_questions
from steward.people.access import OPEN_DEPARTMENTS, can_administer
from steward.tenancy.reading import Question, read_ahead
from steward.tickets.queries import RANKED, Cursor, Found, View, search_tickets


@require_safe
@member_required
def list_page(request: ConsoleRequest) -> HttpResponse:
    """A list of tickets: `view` names it, `after` says from where on."""
    view, after = view_from(request.GET.get("view", "")), _cursor(request)
    silent = [FAILING.asking()] if can_administer(request.me) else []
    with read_ahead(*_questions(request, view, after), *first_steps_questions(request), *silent):
        context = shell(request) | list_context(request.actor, view, after=after)
        context |= {"steps": first_steps(request), "silent": _silent_mailboxes(request)}
    return TemplateResponse(request, "console/list.html", context)


@require_safe
@member_required
def changes_in_list(request: ConsoleRequest) -> HttpResponse:
    """The list as it is now, for pages that heard of a change."""
    view = view_from(request.GET.get("view", ""))
    with read_ahead(*_questions(request, view)):
        context = shell(request) | list_context(request.actor, view, current=request.GET.get("current", ""))
    return TemplateResponse(request, "console/live.html", context)


@require_safe
@member_required
def search(request: ConsoleRequest) -> HttpResponse:
    """Search for code, subject, text, name or address."""
    query = request.GET.get("q", "").strip()
    found = search_tickets(request.actor, query)
    context = {
        "page": "search",
        "query": query,
        "view": {
            "key": "search",
            "label": pgettext("noun", "Search"),
            "count": _number(found) if query else None,
            "url": None,
        },
        "views": views_to_choose(request.actor),
        "tickets": rows(found.tickets, None),
        "empty_kind": "search" if query else "search_start",
        "search_note": _search_note(found),
    }
    return TemplateResponse(request, "console/search.html", shell(request) | context)


def _questions(request: ConsoleRequest, view: View, after: Cursor | None = None) -> Iterator[Question[Any]]:
    yield from shell_questions(request)
    yield OPEN_DEPARTMENTS.asking()
    yield from list_questions(request.actor, view, after=after)


def _silent_mailboxes(request: ConsoleRequest) -> list[dict[str, object]]:
    """Addresses whose mail does not come in, for who can mend that: nobody else would notice but customers."""
    if not can_administer(request.me):
        return []
    return [{"mail_account": each.mail_account, "why": failure_words(each.failure)} for each in unreadable()]


def _number(found: Found) -> str:
    return f"{len(found.tickets)}+" if found.has_more or found.is_cut else str(len(found.tickets))


def _search_note(found: Found) -> str:
    """What of the hits is not shown, and why."""
    if found.is_cut:
        words = _("These are the best among the newest %(count)s hits. One more word narrows the search.")
        return words % {"count": RANKED}
    if found.has_more:
        words = _("More tickets match; these are the best %(count)s. One more word narrows the search.")
        return words % {"count": len(found.tickets)}
    return ""


def _cursor(request: ConsoleRequest) -> Cursor | None:
    text = request.GET.get("after")
    if not text:
        return None
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise Http404("no such page of the list") from error
