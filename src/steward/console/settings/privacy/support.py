"""Access by support: what is asked for, what runs, what was; granting, offering, refusing and ending it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.support_forms import GrantForm, OfferForm, RefusalForm
from steward.console.settings.privacy.support_log import logged
from steward.lib.ids import read_id
from steward.notifications.account_models import SUPPORT
from steward.notifications.of_account import read_of_account, unread_on
from steward.privacy.support_access.access import FactorNeeded, Granter, get_grant, granter_of
from steward.privacy.support_access.actions import (
    GrantChanged,
    grant_access,
    offer_access,
    refuse_access,
    revoke_access,
)
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.queries import grants_of_account, requests_waiting
from steward.privacy.support_access.shown import GRANTED, shown

PIECE = "console/settings/_support_log.html"


def consenting(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only for who has lately shown a second factor in this session; gives the view `granter`.

    Others show it and come back; who has none is told how to add one.
    """

    @wraps(view)
    def check(request: ConsoleRequest, **kwargs: Any) -> HttpResponseBase:
        is_sent = request.method == "POST"
        try:
            granter = granter_of(request.me, request.session, is_sent=is_sent)
        except FactorNeeded as needed:
            if not needed.has_one:
                status = 403 if is_sent else 200
                return settings_response(request, "console/settings/support_second_factor.html", {}, status=status)
            back = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('console:settings-confirmation')}?{back}")
        return view(request, granter=granter, **kwargs)

    return check


@require_safe
@settings_page("support")
def support(request: ConsoleRequest) -> HttpResponse:
    """What is asked for, what runs, and, a page at a time, what is over."""
    after = request.GET.get("after", "")
    listed = grants_of_account(after=read_id(after) if after else None)
    context = {
        "asked": shown(requests_waiting()),
        "running": [one for one in shown(GRANTED()) if one.is_granted],
        "past": [one for one in shown(listed.grants) if not (one.is_asked or one.is_granted)],
        "next_url": f"?{urlencode({'after': str(listed.next)})}" if listed.next else "",
        "unread": unread_on(request.me, SUPPORT),
    }
    return settings_response(request, "console/settings/support.html", context)


@require_POST
@settings_page("support")
def support_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read what one was told; the line at the top of every page goes."""
    read_of_account(request.me, page=SUPPORT)
    return _to_list()


@require_safe
@settings_page("support")
def support_grant(request: ConsoleRequest, grant_id: UUID) -> HttpResponse:
    """One access: what was asked and granted, and what was read and changed by it, while it runs and afterwards."""
    return _page(request, _grant(request, grant_id))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("support")
def granting(request: ConsoleRequest, grant_id: UUID) -> HttpResponseBase:
    """Grant what is asked for, or less."""
    grant = _grant(request, grant_id)
    return _granting(request, grant=grant) if grant.state == SupportGrant.State.REQUESTED else _changed(grant)


@consenting
def _granting(request: ConsoleRequest, grant: SupportGrant, granter: Granter) -> HttpResponse:
    form = GrantForm(request.POST if request.method == "POST" else None, grant=grant)
    if form.is_bound and form.is_valid():
        try:
            grant_access(grant, by=granter, **form.chosen)
        except GrantChanged:
            return _changed(grant)
        messages.success(request, _("Access is granted. What they read is listed below."))
        return _to(grant)
    [one] = shown([grant])
    context = {"form": form, "one": one, "back_url": _address(grant)}
    return settings_response(
        request, "console/settings/support_granting.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("support")
@consenting
def offer(request: ConsoleRequest, granter: Granter) -> HttpResponse:
    """Let support in unasked."""
    form = OfferForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        grant = offer_access(by=granter, **form.cleaned_data)
        messages.success(request, _("Access is granted. What they read is listed below."))
        return _to(grant)
    context = {"form": form, "back_url": reverse("console:settings-support")}
    return settings_response(
        request, "console/settings/support_granting.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@settings_page("support")
def refusal(request: ConsoleRequest, grant_id: UUID) -> HttpResponse:
    """Say no."""
    grant, form = _grant(request, grant_id), RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, grant, form)
    try:
        refuse_access(grant, by=request.me, answer=form.cleaned_data["words"])
    except GrantChanged:
        return _changed(grant)
    messages.success(request, _("Access is refused."))
    return _to_list()


@require_POST
@settings_page("support")
def end(request: ConsoleRequest, grant_id: UUID) -> HttpResponse:
    """End what runs, at once. That asks for no second factor: it only takes away."""
    grant = _grant(request, grant_id)
    try:
        revoke_access(grant, by=request.me)
    except GrantChanged:
        return _changed(grant)
    messages.success(request, _("The access is ended. Nobody of support sees anything by it any more."))
    return _to(grant)


def _grant(request: ConsoleRequest, grant_id: UUID) -> SupportGrant:
    try:
        return get_grant(request.me, grant_id)
    except SupportGrant.DoesNotExist as error:
        raise Http404("no such access") from error


def _changed(grant: SupportGrant) -> HttpResponse:
    """Somebody else was quicker, or it is over: the page says how it stands."""
    return _to(grant)


def _page(request: ConsoleRequest, grant: SupportGrant, form: RefusalForm | None = None) -> HttpResponse:
    [one] = shown([grant])
    context = {"one": one, "refusal": form or RefusalForm(), **logged(one, is_whole="whole" in request.GET)}
    if request.headers.get("X-Requested-With") == "live":
        return TemplateResponse(request, PIECE, context)
    return settings_response(request, "console/settings/support_grant.html", context, status=422 if form else 200)


def _to(grant: SupportGrant) -> HttpResponse:
    return HttpResponseRedirect(_address(grant), status=303)


def _address(grant: SupportGrant) -> str:
    return reverse("console:settings-support-grant", args=[grant.pk])


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("console:settings-support"), status=303)
