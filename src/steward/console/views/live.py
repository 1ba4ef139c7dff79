"""Who may listen to what happens, and who looks at what."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest, member_required, with_ticket
from steward.lib.ids import read_id
from steward.live.presence import look_at, look_away
from steward.live.viewer import VIEWER, Viewer
from steward.notifications.actions import read_ticket
from steward.people.queries import members_with
from steward.people.sessions import hashed
from steward.tickets.access import can
from steward.tickets.models import Ticket

_MOST_COLLEAGUES = 50  # in one question


@require_safe
@member_required
def events(request: ConsoleRequest) -> HttpResponse:
    """Lets a member listen. The stream itself is served beside Django, at this address; it asks here first."""
    request.environ[VIEWER] = Viewer(  # type: ignore[attr-defined]  # a WSGIRequest
        account_id=request.account.id,
        membership_id=request.me.id,
        user_id=request.me.user_id,
        session=hashed(request.session.session_key or ""),
        sees_all=request.actor.sees_all,
        departments=frozenset(request.actor.departments),
    )
    return HttpResponse(status=204)


@require_POST
@with_ticket("ticket:read")
def presence(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """A beat: this `tab` shows the ticket, and somebody is `looking` or `writing` in it, or has `left`."""
    tab = read_id(request.POST.get("tab", ""))
    if tab is None:
        return HttpResponseBadRequest("`tab` is a UUID.", content_type="text/plain; charset=utf-8")
    doing = request.POST.get("doing", "looking")
    response = HttpResponse(status=204)
    if doing == "left":
        look_away(request.me, tab=tab)
    else:
        is_writing = doing == "writing" and can(request.actor, "ticket:note", ticket)
        look_at(ticket, request.me, tab=tab, is_writing=is_writing)
        if read_ticket(request.me, ticket.pk):  # which a GET could not say
            response.headers["X-Notices"] = "read"
    return response


@require_safe
@member_required
def colleagues(request: ConsoleRequest) -> HttpResponse:
    """Names and avatars of the members with these ids (`id`, several times): streams tell ids only."""
    asked = [key for text in request.GET.getlist("id")[:_MOST_COLLEAGUES] if (key := read_id(text))]
    return TemplateResponse(request, "console/colleagues.html", {"colleagues": members_with(asked)})
