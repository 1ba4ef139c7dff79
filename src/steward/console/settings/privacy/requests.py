"""Requests of persons: the list of them, and noting a new one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.request_forms import NarrowingForm, NewRequestForm
from steward.console.settings.privacy.request_shown import line_of
from steward.lib.clock import now
from steward.notifications.account_models import REQUESTS
from steward.notifications.of_account import read_of_account, unread_on
from steward.privacy.requests.access import visible_requests
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.queries import (
    BadPlace,
    Place,
    addresses_of,
    contact_with,
    first_words_in,
    page_of_requests,
    requests_in,
)
from steward.tickets.access import get_ticket
from steward.tickets.models import Ticket

_LONGEST_WORDS = 10_000


@require_safe
@settings_page("privacy-requests")
def privacy_requests(request: ConsoleRequest) -> HttpResponse:
    """A page of the list: what is not answered first, by when it is due; then the rest, the newest first."""
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        raise Http404("nothing can be chosen like that")
    chosen = form.cleaned_data
    page = page_of_requests(
        visible_requests(request.me), type_=chosen["type"], state=chosen["state"], after=_place(request)
    )
    asked = {name: value for name, value in chosen.items() if value}
    context = {
        "form": form,
        "lines": [line_of(one, request.account.time_zone) for one in page.requests],
        "is_narrowed": bool(asked),
        "next_url": f"?{urlencode(asked | {'after': page.next.told})}" if page.next else "",
        "unread": unread_on(request.me, REQUESTS),
    }
    return settings_response(request, "console/settings/privacy_requests.html", context)


@require_POST
@settings_page("privacy-requests")
def privacy_requests_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read which requests come to their end; the line at the top of every page goes."""
    read_of_account(request.me, page=REQUESTS)
    return HttpResponseRedirect(reverse("console:settings-privacy-requests"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("privacy-requests")
def privacy_request_new(request: ConsoleRequest) -> HttpResponse:
    """The form for a request; `ticket` is the code of the one in which it came."""
    ticket = _ticket(request)
    zone = request.account.time_zone
    if request.method == "POST":
        form = NewRequestForm(request.POST, zone=zone)
        if form.is_valid():
            noted = _noted(request, form.cleaned_data, ticket)
            messages.success(request, _("The request is noted. Its month runs from the day it arrived."))
            return HttpResponseRedirect(reverse("console:settings-privacy-request", args=[noted.pk]), status=303)
    else:
        form = NewRequestForm(initial=_begun(ticket), zone=zone)
    before = requests_in(visible_requests(request.me), ticket) if ticket else []
    context = {"form": form, "ticket": ticket, "before": [line_of(one, zone) for one in before]}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/privacy_request_new.html", context, status=status)


def _noted(request: ConsoleRequest, asked: dict[str, Any], ticket: Ticket | None) -> PrivacyRequest:
    new = NewRequest(
        type=PrivacyRequest.Type(asked["type"]),
        channel=PrivacyRequest.Channel.MAIL if ticket else PrivacyRequest.Channel.AGENT,
        received_at=min(asked["received_on"], now()),
        subject=contact_with(asked["address"]),
        name=asked["name"],
        address=asked["address"],
        words=asked["words"],
        ticket=ticket,
    )
    return open_request(new, actor=request.actor)


def _begun(ticket: Ticket | None) -> dict[str, object]:
    """What is known of a request by the ticket it came in: the first words of the customer, and when they came."""
    if ticket is None:
        return {"received_on": localtime(now()).date()}
    first = first_words_in(ticket)
    known = next(iter(addresses_of(ticket.requester)), "")
    return {
        "name": ticket.requester.name,
        "address": (first.sender_email if first else "") or known,
        "words": first.body_text[:_LONGEST_WORDS] if first else "",
        "received_on": localtime(first.at if first else ticket.created_at).date(),
    }


def _ticket(request: ConsoleRequest) -> Ticket | None:
    code = request.POST.get("ticket", "") or request.GET.get("ticket", "")
    if not code:
        return None
    try:
        return get_ticket(request.actor, code)
    except Ticket.DoesNotExist as error:
        raise Http404("no such ticket") from error


def _place(request: ConsoleRequest) -> Place | None:
    try:
        return Place.read(request.GET["after"]) if request.GET.get("after") else None
    except BadPlace as error:
        raise Http404("no such place in the list") from error
