"""What a member was refused, told to the log of the installation: who, where, how it was answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.http.response import HttpResponseBase

from steward.people.refusals import note_refused_request

View = Callable[..., HttpResponseBase]
_REFUSED = frozenset({400, 403, 404, 409, 410, 422, 429})


def telling_refusals(view: View) -> View:
    """Log what the view refuses: no right, not visible, nothing that a page of ours sends, against a rule."""

    @wraps(view)
    def tell(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except (PermissionDenied, Http404) as refusal:
            note(request, 403 if isinstance(refusal, PermissionDenied) else 404)
            raise
        if response.status_code in _REFUSED:
            note(request, response.status_code)
        return response

    return tell


def note(request: Any, status: int) -> None:
    """Log that the member of the request was answered with this status."""
    route = request.resolver_match.route if request.resolver_match else "-"
    note_refused_request(status, f"{request.method} {route}", account_id=request.account.id, member_id=request.me.id)
