"""How a request comes into the console: who asks, in which account, for which ticket, in which transaction."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.translation import override

from steward.lib.actor import Actor
from steward.people.access import actor_of, member_of
from steward.people.models import Membership
from steward.tenancy.directory import Entry
from steward.tenancy.scope import account_scope
from steward.tickets.access import can_solve, can_supervise, get_ticket
from steward.tickets.models import Ticket


class ConsoleRequest(HttpRequest):
    """A request by a member of the account. Only for types: attributes are set by `member_required`."""

    account: Entry
    me: Membership
    actor: Actor


View = Callable[..., HttpResponseBase]
_CHECKS: dict[str, Callable[[Actor, Ticket], bool]] = {
    "read": lambda _actor, _ticket: True,
    "solve": can_solve,
    "supervise": can_supervise,
}


def member_required(view: View) -> View:
    """Let only members of the host's account in, and run the view in the account's scope.

    What a view does is committed before its page is rendered: a fault in rendering takes nothing back.
    """

    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is None:
            raise Http404("the base domain has no console")
        with account_scope(request.account.id):
            request.me = member_of(request)
            if request.me is None:
                # What takes only POST is no place to come back to.
                is_page = request.method in {"GET", "HEAD"}
                return redirect_to_login(request.get_full_path() if is_page else reverse("console:list"))
            request.actor = actor_of(request.me)
            with override(request.me.language):
                response = view(request, *args, **kwargs)
                if request.method in {"GET", "HEAD"}:
                    return _rendered(response)
        with account_scope(request.account.id), override(request.me.language):
            return _rendered(response)

    return enter


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        return response.render()
    return response


def with_ticket(permission: str) -> Callable[[View], View]:
    """Give the view the ticket its address names: 404 when it is not visible, 403 when visible but not allowed.

    `permission` is `read`, `solve` or `supervise`.
    """
    check = _CHECKS[permission]

    def wrap(view: View) -> View:
        @member_required
        @wraps(view)
        def authorise(request: ConsoleRequest, code: str, **kwargs: Any) -> HttpResponseBase:
            try:
                ticket = get_ticket(request.actor, code)
            except Ticket.DoesNotExist as error:
                raise Http404(f"no ticket {code}") from error
            if not check(request.actor, ticket):
                raise PermissionDenied(permission)
            return view(request, ticket, **kwargs)

        return authorise

    return wrap
