"""Where one is signed in: devices, since when, seen when; ending one, or all others."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.confirming import confirmed, person_of
from steward.console.settings.entrance import settings_page, settings_response
from steward.people import signed_in
from steward.people.actions import sign_in as verbs


@require_safe
@settings_page("sessions")
def sessions(request: ConsoleRequest) -> HttpResponse:
    """All of the person's sessions, those in other accounts too: they all end with the password."""
    key = request.session.session_key
    rows = [
        {"session": row, "is_current": signed_in.is_current(row, key), "is_here": row.account_id == request.account.id}
        for row in signed_in.sessions_of(request.me.user_id)
    ]
    rows.sort(key=lambda row: not row["is_current"])
    return settings_response(request, "console/settings/sessions.html", {"sessions": rows})


@require_POST
@settings_page("sessions")
@confirmed
def session_end(request: ConsoleRequest, session_id: UUID) -> HttpResponse:
    """End one of one's own sessions."""
    row = signed_in.sessions_of(request.me.user_id).filter(handle=session_id).first()
    if row is None:
        raise Http404("no such session")
    signed_in.end_session(row, actor=request.actor)
    return _back(request, _("The session was ended."))


@require_POST
@settings_page("sessions")
@confirmed
def other_sessions_end(request: ConsoleRequest) -> HttpResponse:
    """End all sessions but this one."""
    verbs.end_other_sessions(person_of(request))
    return _back(request, _("You are signed out everywhere else."))


def _back(request: ConsoleRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-sessions"))
