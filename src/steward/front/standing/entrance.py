"""How an owner comes to the page about where an account stands: by the session that link and second factor began."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from steward.front.entrance import base_domain_only
from steward.people.shut_accounts import ShutOwner, shut_owner_in

View = Callable[..., HttpResponseBase]


class OwnerRequest(HttpRequest):
    """A request of such an owner. Only for types: the attribute is set by the decorator below."""

    owner: ShutOwner


def owner_required(view: View) -> View:
    """Let them in, by the clock of their account; everybody else is sent to where the link is asked for."""

    @never_cache
    @base_domain_only
    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        owner = shut_owner_in(request)
        if owner is None:
            return HttpResponseRedirect(reverse("front:standing"))
        request.owner = owner
        timezone.activate(owner.account.time_zone)  # the middleware of languages takes it back
        return view(request, *args, **kwargs)

    return enter
