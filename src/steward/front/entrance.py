"""How a request comes to the front door: on the base domain, and to signing up only where that is open."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from steward.tenancy.hosts import base_url

View = Callable[..., HttpResponseBase]


def is_open() -> bool:
    """Whether anybody may sign up for an account here."""
    return settings.STEWARD_SIGN_UP and not settings.STEWARD_SINGLE_ACCOUNT


def base_domain_only(view: View) -> View:
    """Answer on the base domain and nowhere else; forms of the page may lead to the host of an account."""

    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is not None:
            raise Http404("this belongs to the base domain")
        response = view(request, *args, **kwargs)
        # Browsers hold a form to this even when its answer redirects; `SecurityHeaders` puts it into the policy.
        response.leads_to = base_url("*")  # type: ignore[attr-defined]
        return response

    return enter


def sign_up_open(view: View) -> View:
    """The same, where signing up is open."""

    @base_domain_only
    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_open():
            raise Http404("nobody signs up here")
        return view(request, *args, **kwargs)

    return enter
