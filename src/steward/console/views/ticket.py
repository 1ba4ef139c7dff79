"""The ticket page, and changing what stands in its header."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.assignees import few_assignees
from steward.console.entrance import ConsoleRequest, with_ticket
from steward.console.lists import DEFAULT, list_context, list_questions, list_url, url_after, view_from
from steward.console.shell import shell, shell_questions
from steward.console.ticket_page import ticket_context, ticket_questions
from steward.console.undoing import undo_context
from steward.lib.clock import now
from steward.lib.ids import read_id
from steward.people.access import (
    OPEN_DEPARTMENTS,
    get_open_department,
    get_solver,
    members_who_can_solve,
    open_departments,
)
from steward.people.choosing import LONGEST, find_among
from steward.people.models import Department, Membership
from steward.privacy.audit.reads import note_read
from steward.tenancy.reading import read_ahead
from steward.tickets import actions
from steward.tickets.access import can
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import HIDDEN, Status

_DONE = (Status.RESOLVED, *HIDDEN)


@require_safe
@with_ticket("ticket:read")
def ticket_page(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """One ticket beside its list. htmx asks for the ticket alone."""
    view = None if "HX-Request" in request.headers else view_from(request.GET.get("view", ""))
    questions = [*shell_questions(request), OPEN_DEPARTMENTS.asking(), *ticket_questions(request, ticket)]
    with read_ahead(*questions, *(list_questions(request.actor, view) if view else ())):
        context, departments = shell(request), open_departments()
        if view:
            context |= list_context(request.actor, view, current=ticket.code, departments=departments)
        try:
            context |= ticket_context(request, ticket, before=request.GET.get("before"), departments=departments)
        except (Message.DoesNotExist, ValidationError) as error:
            raise Http404("no such message in this ticket") from error
    note_read("ticket.read", ticket, actor=request.actor)
    return TemplateResponse(request, "console/ticket.html", context | {"page": "tickets"})


@require_safe
@with_ticket("ticket:read")
def changes_in_ticket(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Header and conversation as they are now, for pages that heard of a change."""
    with read_ahead(*shell_questions(request), *ticket_questions(request, ticket)):
        context = shell(request) | ticket_context(request, ticket)
    return TemplateResponse(request, "console/live.html", context)


@require_POST
@with_ticket("ticket:change_status")
def change_status(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Give the ticket another status; `postponed_until` (local time of the account) postpones it."""
    began = now()
    try:
        until = request.POST.get("postponed_until")
        if until:
            actions.postpone_ticket(ticket, until=_moment(until, request.account.time_zone), actor=request.actor)
        else:
            actions.change_status(ticket, _wanted_status(request, ticket), actor=request.actor)
    except actions.MomentRefused:
        messages.error(
            request, _("The status was not changed: choose a moment in the future for the ticket to come back.")
        )
    except actions.StatusRefused:
        words = _(
            "The status was not changed: this ticket cannot go there from the status it has now. Reload the page to "
            "see it."
        )
        messages.error(request, words)
    except ValueError:
        messages.error(
            request, _("The status was not changed: there is no such status or time. Reload the page and try again.")
        )
    return _back(request, ticket, began)


@require_POST
@with_ticket("ticket:take")
def ticket_assignment(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Give the ticket to somebody (`assignee`) or to nobody.

    Solvers may take it and let go of their own; to others only supervisors give.
    """
    wanted = request.POST.get("assignee", "")
    is_own = wanted == str(request.me.id) or (not wanted and ticket.assignee_id == request.me.id)
    if not is_own and not can(request.actor, "ticket:assign", ticket):
        raise PermissionDenied("ticket:assign")
    try:
        assignee = get_solver(ticket.department_id, read_id(wanted)) if wanted else None
    except Membership.DoesNotExist as error:
        raise Http404("nobody of that id can have this ticket") from error
    began = now()
    actions.assign_ticket(ticket, assignee, actor=request.actor)
    return _back(request, ticket, began)


@require_safe
@with_ticket("ticket:assign")
def assignees(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Those whom `q` names and who can have the ticket: for the menu as one types, and a page to choose on for others.

    The few likely ones without `q`.
    """
    query = request.GET.get("q", "").strip()
    solvers = members_who_can_solve(ticket.department_id)
    context = {
        "ticket": ticket,
        "assignees": find_among(solvers, query) if query else few_assignees(request, ticket),
        "query": query[:LONGEST],
    }
    if request.headers.get("X-Requested-With") == "choosing":
        return TemplateResponse(request, "console/_assignees.html", context)
    return TemplateResponse(request, "console/assignees.html", shell(request) | context | {"page": "tickets"})


@require_POST
@with_ticket("ticket:transfer")
def ticket_department(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Move the ticket to another `department`."""
    try:
        department = get_open_department(read_id(request.POST.get("department", "")))
    except Department.DoesNotExist as error:
        raise Http404("no such department") from error
    began = now()
    actions.transfer_ticket(ticket, department, actor=request.actor)
    return _back(request, ticket, began)


def _wanted_status(request: ConsoleRequest, ticket: Ticket) -> Status:
    """The status asked for; raises `ValueError` for none. Putting away and taking back is a permission of its own."""
    status = Status(request.POST.get("status", ""))
    if {status, ticket.status} & set(HIDDEN) and not can(request.actor, "ticket:delete", ticket):
        raise PermissionDenied("ticket:delete")
    return status


def _moment(local: str, zone: str) -> datetime:
    """A local date and time as browsers send them; raises `ValueError`."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the years there are") from error


def _back(request: ConsoleRequest, ticket: Ticket, began: datetime) -> HttpResponse:
    """The new header for htmx, the page for everybody else; the list when the ticket went out of sight."""
    sees = can(request.actor, "ticket:read", ticket)
    if "HX-Request" in request.headers and sees:
        context = shell(request) | ticket_context(request, ticket) | undo_context(request, ticket, began)
        return TemplateResponse(request, "console/_header.html", context)
    is_done = ticket.status in _DONE and request.POST.get("status") == ticket.status
    url = url_after(request.me, ticket, is_done=is_done) if sees else list_url(DEFAULT)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url, status=303)
