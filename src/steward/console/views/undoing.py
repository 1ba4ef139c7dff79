"""Taking back what one has just done."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.console.entrance import ConsoleRequest, member_required, with_ticket
from steward.console.lists import ticket_url
from steward.console.shell import shell
from steward.console.ticket_page import ticket_context
from steward.events.models import Event
from steward.lib.ids import read_id
from steward.tickets import actions
from steward.tickets.access import can, get_message, get_own_change
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import HIDDEN


@require_POST
@with_ticket("ticket:read")
def undo(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Undo a change of one's own, named by its `event`: what may be done may be undone. 409 with words when not."""
    event = _own_event(request, ticket)
    needed = _needed(request, event)
    if not can(request.actor, needed, ticket):
        raise PermissionDenied(needed)
    try:
        actions.undo_change(ticket, event, actor=request.actor)
    except actions.UndoRefused:
        words = _("This could not be undone, because it has been changed again since. Nothing was changed.")
        return JsonResponse({"words": words}, status=409)
    context = shell(request) | ticket_context(request, ticket)
    return TemplateResponse(request, "console/undone.html", context)


def _own_event(request: ConsoleRequest, ticket: Ticket) -> Event:
    try:
        return get_own_change(request.actor, ticket, read_id(request.POST.get("event", "")))
    except Event.DoesNotExist as error:
        raise Http404("no such change of one's own in this ticket") from error


def _needed(request: ConsoleRequest, event: Event) -> str:
    """The permission for what was done."""
    changed = event.changes or {}
    match event.kind:
        case "ticket.tagged" | "ticket.untagged":
            return "ticket:tag"
        case "ticket.transferred":
            return "ticket:transfer"
        case "ticket.assigned" | "ticket.released":
            mine = str(request.me.id)
            is_own = changed.get("to") == mine or (not changed.get("to") and changed.get("from") == mine)
            return "ticket:take" if is_own else "ticket:assign"
        case _:
            is_hidden = {changed.get("from"), changed.get("to")} & set(HIDDEN)
            return "ticket:delete" if is_hidden else "ticket:change_status"


@require_POST
@member_required
def take_back(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """Make an answer or a new ticket of one's own a draft again while it is held; JSON with where to go on, or 409."""
    message = _own_answer(request, message_id)
    try:
        taken = actions.take_back_reply(message, actor=request.actor)
    except (actions.TooLate, Message.DoesNotExist):
        return JsonResponse({"words": _("The answer is on its way already. It was not taken back.")}, status=409)
    if taken.ticket is None:
        words = _("The ticket was not sent. It is a draft again.")
        return JsonResponse({"words": words, "url": reverse("console:new")})
    words = _("The answer was not sent. It is a draft again.")
    if not taken.is_untouched:
        words = _("The answer was not sent. The ticket has been changed meanwhile, so its status stays as it is.")
    return JsonResponse({"words": words, "url": ticket_url(taken.ticket.code)})


def _own_answer(request: ConsoleRequest, message_id: UUID) -> Message:
    try:
        message = get_message(request.actor, message_id)
    except Message.DoesNotExist as error:
        raise Http404("no such message") from error
    if not can(request.actor, "ticket:reply", message.ticket) or message.author_id != request.me.id:
        raise PermissionDenied("ticket:reply")
    return message
