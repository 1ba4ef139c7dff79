"""The list by e-mail: asking for it, proving the address, ending it. At the base domain, whoever answers there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from steward.front.addresses import MailedAddress
from steward.people.models import User
from steward.people.throttling import (
    LINK_CLIENT,
    SUBSCRIBE_ADDRESS,
    SUBSCRIBE_CLIENT,
    TooManyTries,
    client_of,
    count_try,
)
from steward.privacy.egress.registry.faults import PREVAILING
from steward.privacy.subprocessors.subscriptions import (
    ask_to_subscribe,
    confirm_subscription,
    end_subscription,
    subscription_with,
    token_of,
)
from steward.tenancy.directory import is_base_host
from steward.tenancy.middleware import host_of

_TOO_MANY = 429
View = Callable[..., HttpResponse]


class SubscribeForm(forms.Form):
    """Where mails about the list shall go."""

    email = MailedAddress(
        help_text=gettext_lazy("A link to confirm it is sent there. It is used for these mails only.")
    )


def at_the_base_domain(view: View) -> View:
    """The mails name this host, also where one account answers there."""

    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_base_host(host_of(request)):
            raise Http404("this belongs to the base domain")
        return view(request, *args, **kwargs)

    return enter


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_base_domain
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for the list by mail. The answer is the same for every address."""
    form = SubscribeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, "subscribe", 422 if request.method == "POST" else 200, form=form)
    email = form.cleaned_data["email"]
    try:
        count_try(SUBSCRIBE_CLIENT, client_of(request))
    except TooManyTries as refusal:
        form.add_error(None, refusal.words)
        return _shown(request, "subscribe", _TOO_MANY, form=form)
    try:
        count_try(SUBSCRIBE_ADDRESS, User.objects.normalise(email))
        ask_to_subscribe(email, language=get_language() or PREVAILING)
    except TooManyTries:
        pass  # nobody fills another's mailbox, and nobody learns that there were tries before
    return HttpResponseRedirect(reverse("front:subscribe-sent"), status=303)


@require_safe
@at_the_base_domain
def sent(request: HttpRequest) -> HttpResponse:
    """A mail is on its way."""
    return _shown(request, "subscribe_sent")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_the_base_domain
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Who opens the link reads that mail; a click confirms, for programs that look at mails open links, too."""
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _shown(request, "subscription_gone", _TOO_MANY, words=refusal.words)
    found = subscription_with(token)
    if found is None:
        return _shown(request, "subscription_gone", 410)
    if request.method == "POST":
        confirm_subscription(found)
        return HttpResponseRedirect(reverse("front:subscription", args=[token_of(found)]), status=303)
    return _shown(request, "subscription", found=found, token=token_of(found))


@csrf_exempt  # programs for mail post here without a page before (RFC 8058 section 3.2); the token is the right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_the_base_domain
def end(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails, and say so whether there were any or not.

    A program that knows no click of its own opens the address (RFC 2369 section 3.2): it gets the page with the button.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("front:subscription", args=[token]), status=303)
    end_subscription(token)
    return _shown(request, "subscription_ended")


def _shown(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, f"front/subprocessors/{name}.html", context, status=status)
