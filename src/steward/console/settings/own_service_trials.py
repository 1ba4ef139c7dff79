"""Trying a service out with what is typed and not saved (`trying`)."""

from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page
from steward.console.settings.own_service_forms import KEY_WANTED, SLIPS, OwnServiceForm
from steward.console.settings.own_service_words import told
from steward.console.settings.own_services import (
    form_as_typed,
    form_for,
    new_page,
    service_or_404,
    service_page,
)
from steward.console.settings.trying import Prepared, Trials
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import (
    BEARER,
    KeyWanted,
    NotCallable,
    Wanted,
    check_key,
    read_place,
    stored_key,
)
from steward.privacy.egress.service_trials import Reached, ServiceTrial, try_service

TRIALS = Trials.named("service trial")


class WhichForm(forms.Form):
    """The service that is being changed; none for a new one."""

    service = forms.UUIDField(required=False)


@sensitive_post_parameters("key")
@require_POST
def own_service_trial(request: Any) -> HttpResponseBase:
    """Call the service once, with nothing but its key."""
    return TRIALS.answer(request, _prepare, _shown)


@settings_page("own-services")
def _prepare(request: ConsoleRequest) -> HttpResponse:
    found = _found(request)
    form = form_for(request, found)
    form.is_valid()
    try:
        return Prepared(partial(try_service, request.account.id, _reached(form, found)))
    except NotCallable as error:
        return _page(request, found, {"fault": str(SLIPS[error.slip][1])})
    except KeyWanted:
        return _page(request, found, {"fault": str(KEY_WANTED)})


@settings_page("own-services")
def _shown(request: ConsoleRequest, *, fault: str, trial: ServiceTrial | None) -> HttpResponse:
    found = _found(request)
    context: dict[str, Any] = {"fault": fault} | (told(trial) if trial else {})
    return _page(request, found, context)


def _found(request: ConsoleRequest) -> Connector | None:
    asked = WhichForm(request.POST)
    service_id = asked.cleaned_data["service"] if asked.is_valid() else None
    return service_or_404(service_id) if service_id else None


def _reached(form: OwnServiceForm, found: Connector | None) -> Reached:
    """What is typed, with the stored key where it may go there. Raises `NotCallable` or `KeyWanted`."""
    typed = form.cleaned_data
    place = read_place(typed.get("url", ""))
    header = typed.get("key_header", "")
    check_key(typed.get("key", ""), header)
    wanted = Wanted(
        name="",
        url=place.url,
        purposes=frozenset(),
        key=typed.get("key", ""),
        key_header=header or BEARER,
        is_without_key=typed.get("is_without_key", False),
    )
    return Reached(url=place.url, key=stored_key(found, wanted), key_header=header)


def _page(request: ConsoleRequest, found: Connector | None, trial: dict[str, Any]) -> HttpResponse:
    """The result alone for who stays on the page; the whole page, as typed but for the key, without scripts."""
    context = {"trial": trial}
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/settings/_own_service_trial.html", context)
    form = form_as_typed(request, found)
    return service_page(request, found, form, context) if found else new_page(request, form, context)
