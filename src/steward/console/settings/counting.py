"""Counting what somebody may do only so often, before the scope of the account is opened."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase

from steward.people.throttling import Limit, TooManyTries, count_try

Page = Callable[..., HttpResponseBase]


def counted_as(limit: Limit) -> Callable[[Page], Page]:
    """Count each POST per account and person. A refusal is on the request as `too_many_tries`, else None is.

    A count must stand whatever becomes of the request: this goes outside of `settings_page`.
    """

    def wrap(view: Page) -> Page:
        @wraps(view)
        def count(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.too_many_tries = None
            if request.method == "POST" and request.user.is_authenticated and request.account is not None:
                try:
                    count_try(limit, f"{request.account.id} {request.user.pk}")
                except TooManyTries as refusal:
                    request.too_many_tries = refusal
            return view(request, *args, **kwargs)

        return count

    return wrap
