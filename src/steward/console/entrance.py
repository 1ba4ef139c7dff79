"""How a request comes into the console: who asks, in which account, for which ticket, in which transaction."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import reverse

from steward.console.pacing import slowed_down
from steward.console.refused import note, telling_refusals
from steward.lib.actor import Actor
from steward.people.access import actor_of, may_enter
from steward.people.entering import Refusal
from steward.people.languages import speak_to
from steward.people.models import Membership
from steward.tenancy.directory import Entry
from steward.tenancy.scope import account_scope
from steward.tickets.access import can, get_ticket
from steward.tickets.models import Ticket


class ConsoleRequest(HttpRequest):
    """A request by a member of the account. Only for types: attributes are set by `member_required`."""

    account: Entry
    me: Membership
    actor: Actor
    refusal: Refusal | None  # only ENROLMENT gets as far as a view, and only to those that are open to it


View = Callable[..., HttpResponseBase]
# What pages ask by themselves. It keeps no session awake that nobody uses.
_ASKED_BY_PAGES = frozenset({"events", "presence"})
_PAGES_ASK_AS = frozenset({"poll", "live"})


def open_to_enrolment(view: View) -> View:
    """Let in those too of whom the account requires a second factor that they do not have yet: here they add one."""
    view.is_open_to_enrolment = True  # type: ignore[attr-defined]
    return view


def member_required(view: View) -> View:
    """Let only members of the host's account in, and run the view in the account's scope.

    What a view does is committed before its page is rendered: a fault in rendering takes nothing back.
    """

    told = telling_refusals(view)

    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is None:
            raise Http404("the base domain has no console")
        with account_scope(request.account.id):
            entry = may_enter(request, is_active=not _is_asked_by_page(request))
            request.me, request.refusal = entry.me, entry.refusal
            if request.me is not None:
                request.actor = actor_of(request.me)
                speak_to(request.me, request.account)
            if request.refusal is not None and not _may_enrol(request, view):
                return _turned_away(request, request.refusal)
            if too_fast := slowed_down(request):
                note(request, too_fast.status_code)
                return too_fast
            response = told(request, *args, **kwargs)
            if request.method in {"GET", "HEAD"}:
                return _rendered(response)
        with account_scope(request.account.id):
            return _rendered(response)

    return enter


def _is_asked_by_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    is_beat = match is not None and match.url_name in _ASKED_BY_PAGES
    return is_beat or request.headers.get("X-Requested-With") in _PAGES_ASK_AS


def _may_enrol(request: Any, view: View) -> bool:
    return request.refusal is Refusal.ENROLMENT and getattr(view, "is_open_to_enrolment", False)


def _turned_away(request: Any, refusal: Refusal) -> HttpResponseBase:
    """Where somebody has to go who may not enter as they are."""
    # What takes only POST is no place to come back to.
    wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("console:list")
    if refusal is Refusal.NETWORK:
        note(request, 403)
        template = SimpleTemplateResponse("console/other_network.html", {"account": request.account}, status=403)
        return template.render()
    if refusal is Refusal.ENROLMENT:
        return HttpResponseRedirect(reverse("console:settings-sign-in"))
    if refusal is Refusal.SECOND_FACTOR:
        return redirect_to_login(wanted, reverse("console:second-factor"))
    if refusal is Refusal.ENDED:
        request.session.flush()
    was_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    return redirect_to_login(wanted, f"{settings.LOGIN_URL}?ended=1" if was_signed_in else None)


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        return response.render()
    return response


def member_with(allowed: Callable[[Membership], bool]) -> Callable[[View], View]:
    """Let in only those members of whom `allowed`, one of `people.access`, is true: 403 for the others."""

    def wrap(view: View) -> View:
        @member_required
        @wraps(view)
        def authorise(request: ConsoleRequest, **kwargs: Any) -> HttpResponseBase:
            if not allowed(request.me):
                raise PermissionDenied(allowed.__name__)
            return view(request, **kwargs)

        return authorise

    return wrap


def with_ticket(permission: str) -> Callable[[View], View]:
    """Give the view the ticket its address names: 404 when it is not visible, 403 when visible but not allowed.

    `permission` is one of `people.permissions.IN_DEPARTMENT`.
    """

    def wrap(view: View) -> View:
        @member_required
        @wraps(view)
        def authorise(request: ConsoleRequest, code: str, **kwargs: Any) -> HttpResponseBase:
            try:
                ticket = get_ticket(request.actor, code)
            except Ticket.DoesNotExist as error:
                raise Http404(f"no ticket {code}") from error
            if not can(request.actor, permission, ticket):
                raise PermissionDenied(permission)
            return view(request, ticket, **kwargs)

        return authorise

    return wrap
