"""Your own services: what the account itself has data sent to, other than mail servers. Owners and admins."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.own_service_forms import KEY_WANTED, OwnServiceForm, RetirementForm, as_typed
from steward.console.settings.own_service_words import Shown, shown
from steward.people.queries import member_names
from steward.privacy.agreements.access import region_name
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import (
    DeclaredAlready,
    KeyWanted,
    LeavesRegion,
    NotCallable,
    Retired,
    change_service,
    declare_service,
    get_service,
    is_outside,
    past_services,
    region_of_account,
    retire_service,
    retired_by,
    services_in_use,
)

MOST_PAST = 50


@require_safe
@settings_page("own-services")
def own_services(request: ConsoleRequest) -> HttpResponse:
    """Those in use, and those that were."""
    region, names, past = region_of_account(), member_names(), past_services(MOST_PAST)
    ended = retired_by(past)

    def told(row: Connector) -> Shown:
        return shown(row, names, is_outside=is_outside(row.country, region), ended_by=ended.get(row.pk))

    context = {
        "used": [told(row) for row in services_in_use()],
        "past": [told(row) for row in past],
        "most_past": MOST_PAST,
    }
    return settings_response(request, "console/settings/own_services.html", context)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("own-services")
def new_own_service(request: ConsoleRequest) -> HttpResponse:
    """Declare one; it counts from the moment it is saved."""
    form = form_for(request)
    if form.is_bound and form.is_valid():
        try:
            made = declare_service(form.wanted(), actor=request.actor)
        except (NotCallable, LeavesRegion, DeclaredAlready, KeyWanted) as error:
            tell(form, error)
        else:
            return _back(request, _("%(name)s may be used from now on.") % {"name": made.name})
    return new_page(request, form)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("own-services")
def own_service(request: ConsoleRequest, service_id: UUID) -> HttpResponse:
    """Change one; what it was stays on record."""
    found = service_or_404(service_id)
    form = form_for(request, found)
    if form.is_bound and form.is_valid():
        try:
            made = change_service(found, form.wanted(), actor=request.actor)
        except Retired as error:
            raise Http404("no such service any more") from error
        except (NotCallable, LeavesRegion, DeclaredAlready, KeyWanted) as error:
            tell(form, error)
        else:
            return _back(request, _("%(name)s was changed. It counts from now on.") % {"name": made.name})
    return service_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("own-services")
def own_service_retirement(request: ConsoleRequest, service_id: UUID) -> HttpResponse:
    """Stop using one. Asks for the word, for the key is forgotten."""
    found = service_or_404(service_id)
    word = pgettext("typed to confirm", "retire")
    form = RetirementForm(request.POST if request.method == "POST" else None, word=word)
    if form.is_bound and form.is_valid():
        retire_service(found, actor=request.actor)
        return _back(request, _("Nothing goes to %(name)s any more.") % {"name": found.name})
    context = {"service": found, "form": form}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/own_service_retirement.html", context, status=status)


def service_or_404(service_id: UUID) -> Connector:
    """A service that is in use."""
    try:
        return get_service(service_id)
    except Connector.DoesNotExist as error:
        raise Http404("no such service") from error


def form_for(request: ConsoleRequest, found: Connector | None = None) -> OwnServiceForm:
    """The form as it was sent, or as the service is."""
    sent = request.POST if request.method == "POST" else None
    return _form(found, sent, as_typed(found) if found else None)


def form_as_typed(request: ConsoleRequest, found: Connector | None) -> OwnServiceForm:
    """The form with what was typed, before anybody looked whether it is right; never the key."""
    typed = request.POST.dict() | {"purposes": request.POST.getlist("purposes"), "key": ""}
    return _form(found, None, typed)


def _form(found: Connector | None, sent: Any, start: dict[str, Any] | None) -> OwnServiceForm:
    region = region_of_account()
    return OwnServiceForm(sent, initial=start, region=region, region_name=region_name(region), is_new=found is None)


def new_page(request: ConsoleRequest, form: OwnServiceForm, context: dict[str, Any] | None = None) -> HttpResponse:
    """The page that declares one."""
    status = 422 if form.is_bound and form.errors else 200
    whole = {"form": form} | (context or {})
    return settings_response(request, "console/settings/own_service_new.html", whole, status=status)


def service_page(
    request: ConsoleRequest, found: Connector, form: OwnServiceForm, context: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of one."""
    status = 422 if form.is_bound and form.errors else 200
    told = shown(found, member_names(), is_outside=is_outside(found.country, region_of_account()))
    whole = {"form": form, "service": found, "told": told} | (context or {})
    return settings_response(request, "console/settings/own_service.html", whole, status=status)


def tell(form: OwnServiceForm, error: Exception) -> None:
    """Say at its field why nothing was saved."""
    if isinstance(error, NotCallable):
        form.refuse(error.slip)
    elif isinstance(error, LeavesRegion):
        words = _(
            "There the data leave your region, or may leave it. Tick the box if that is meant, or choose another "
            "service."
        )
        form.add_error("may_leave_region", words)
    elif isinstance(error, DeclaredAlready):
        form.add_error("url", _("There is a service at this host and port already. Change that one."))
    else:
        form.add_error("key", KEY_WANTED)


def _back(request: ConsoleRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-own-services"), status=303)
