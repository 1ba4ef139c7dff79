"""A customer asks for a right over their data: noting it in the ticket, or saying that they do not."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.console.entrance import ConsoleRequest, with_ticket
from steward.console.lists import ticket_url
from steward.privacy.requests.access import can_answer_requests, requests_of
from steward.privacy.requests.actions import NotedAlready, announce, open_request_in, rule_out
from steward.privacy.requests.hints import Hint, hint_in
from steward.tickets.models import Ticket


@require_POST
@with_ticket("request:note")
def privacy_request(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Note a request that came in the ticket; with `answer` = `none`, that the mail pointed out is no request."""
    hint = hint_in(ticket.pk, requests_of(ticket))
    if request.POST.get("answer") == "none":
        if hint is not None:
            rule_out(ticket, hint, actor=request.actor)
        messages.success(request, _("It is noted that this is no privacy request."))
    else:
        _note(request, ticket, hint)
    return HttpResponseRedirect(ticket_url(ticket.code), status=303)


def _note(request: ConsoleRequest, ticket: Ticket, hint: Hint | None) -> None:
    try:
        noted = open_request_in(ticket, hint, actor=request.actor)
    except NotedAlready:
        messages.error(request, _("A request of this ticket is noted already, and not answered yet: see at the side."))
        return
    if can_answer_requests(request.me):
        messages.success(request, _("The request is noted. Its month runs from the day it arrived."))
    else:
        announce(noted, actor=request.actor)
        messages.success(request, _("The request is noted, and owners and admins are told. They answer it."))
