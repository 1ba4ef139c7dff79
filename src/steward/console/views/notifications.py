"""What concerns me: the list, the bell of every page, and marking as read."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.assignees import likely_people
from steward.console.entrance import ConsoleRequest, member_required, with_ticket
from steward.console.shell import bell, shell
from steward.lib.ids import read_id
from steward.notifications.actions import read_all, read_notice
from steward.notifications.models import Notice
from steward.notifications.of_account import notices_of_account, read_of_account, unread_of_account
from steward.notifications.queries import desktop_notices, list_notices
from steward.notifications.wishes import Kind
from steward.notifications.wording import path_of, sentence
from steward.people.choosing import few_among, find_among
from steward.tickets.access import who_sees
from steward.tickets.models import Ticket

# Beside what nobody of the account did.
_ICONS = {
    Kind.MENTIONED: "note",
    Kind.ASSIGNED: "person",
    Kind.ANSWERED: "mail",
    Kind.FAILED: "failed",
    Kind.NEW_TICKET: "tickets",
}


@require_safe
@member_required
def notifications(request: ConsoleRequest) -> HttpResponse:
    """The list, newest first; `after` is the id of the last notice of the page before."""
    after = request.GET.get("after", "")
    page = list_notices(request.me, request.actor, after=_id(after) if after else None)
    context = {
        "page": "notifications",
        "notices": [_shown(notice) for notice in page.notices],
        "of_account": [] if after else notices_of_account(request.me),
        "next_url": f"{reverse('console:notifications')}?after={page.next}" if page.next else None,
    }
    return TemplateResponse(request, "console/notifications.html", shell(request) | context)


@require_safe
@member_required
def notification_bell(request: ConsoleRequest) -> HttpResponse:
    """The bell as it is now, with what a desktop should show. Asked for by pages that heard of something new."""
    shown = [_shown(notice) for notice in desktop_notices(request.me, request.actor)]
    told = unread_of_account(request.me, is_exact=True)
    context = {"bell": bell(request, len(told)), "account": request.account, "on_desktop": shown}
    return TemplateResponse(request, "console/_bell.html", context)


@require_POST
@member_required
def notifications_read(request: ConsoleRequest) -> HttpResponse:
    """Mark one `notice` as read, or all of them without one."""
    asked = request.POST.get("notice", "")
    if asked:
        read_notice(request.me, _id(asked))
    else:
        read_all(request.me)
        read_of_account(request.me)
        messages.success(request, _("Everything is marked as read."))
    return HttpResponseRedirect(reverse("console:notifications"), status=303)


@require_safe
@with_ticket("ticket:read")
def mentionable(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Who can be mentioned in a note of this ticket: of everybody else who sees it a few, or those whom `q` names."""
    query, others = request.GET.get("q", "").strip(), who_sees(ticket).exclude(pk=request.me.pk)
    people = find_among(others, query, is_begun=True) if query else few_among(others, likely_people(request, ticket))
    return TemplateResponse(request, "console/mentionable.html", {"people": people})


def _shown(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.id,
        "sentence": sentence(notice),
        "code": notice.ticket.code,
        "subject": notice.ticket.subject,
        "icon": _ICONS[Kind(notice.kind)],
        "url": path_of(notice),
        "at": notice.at,
        "by": notice.by.name if notice.by else "",
        "is_unread": notice.read_at is None,
    }


def _id(text: str) -> UUID:
    found = read_id(text)
    if found is None:
        raise Http404("no such notice")
    return found
