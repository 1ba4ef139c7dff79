"""Showing again who one is, before changing how one signs in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from steward.console.entrance import ConsoleRequest, View, open_to_enrolment
from steward.console.settings.entrance import settings_page, settings_response
from steward.people import second_factors
from steward.people.actions.sign_in import Person, note_used_code, reader_of
from steward.people.browsers import mark_of
from steward.people.passwords import LONGEST
from steward.people.signed_in import confirm_session, is_fresh
from steward.people.throttling import CONFIRMATION, CONFIRMATION_DAY, TooManyTries, count_try, take_back

_LIMITS = (CONFIRMATION, CONFIRMATION_DAY)


def confirmed(view: View) -> View:
    """Only for who has shown lately who they are; others do so first and come back."""

    @wraps(view)
    def check(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_page = request.method in {"GET", "HEAD"}
        if is_fresh(request.session, is_sent=not is_page):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if is_page else request.settings_page.url  # type: ignore[attr-defined]
        return HttpResponseRedirect(f"{reverse('console:settings-confirmation')}?{urlencode({'next': back})}")

    return check


def person_of(request: ConsoleRequest) -> Person:
    """The person who changes their own sign-in."""
    return Person(
        user=request.me.user,
        me=request.me,
        reader=reader_of(request.me, request.account),
        session_key=request.session.session_key,
        browser=mark_of(request, request.me.user),
    )


def counted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Count each POST by a signed-in person, before the scope is opened; the view finds the refusal on the request."""

    @wraps(view)
    def count(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.too_many_tries = None
        if request.method == "POST" and request.user.is_authenticated and "ask" not in request.POST:
            try:
                for limit in _LIMITS:
                    count_try(limit, str(request.user.pk))
            except TooManyTries as refusal:
                request.too_many_tries = refusal
        return view(request, *args, **kwargs)

    return count


def was_good(request: ConsoleRequest) -> None:
    """The try that `counted` counted does not count."""
    for limit in _LIMITS:
        take_back(limit, str(request.me.user_id))


@sensitive_post_parameters("password", "code", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
@counted
@settings_page("sign-in")
@open_to_enrolment
def confirmation(request: ConsoleRequest) -> HttpResponse:
    """Everything that signing in asks for: the password and, who has one, a second factor; or a passkey alone."""
    if request.method != "POST":
        return _page(request)
    if "ask" in request.POST:
        return JsonResponse(second_factors.ask_for_passkey(request.me.user))
    if request.too_many_tries:  # type: ignore[attr-defined]
        return _page(request, request.too_many_tries.words)  # type: ignore[attr-defined]
    factors = _shown(request)
    if factors is None:
        return _page(request, _("The password or the code is not right. Nothing was changed; try again."))
    was_good(request)
    confirm_session(request, factors=factors)
    return HttpResponseRedirect(_next(request))


def _shown(request: ConsoleRequest) -> list[str] | None:
    user = request.me.user
    if request.POST.get("answer"):
        return ["passkey"] if second_factors.passkey_shown(user, request.POST["answer"]) else None
    password = request.POST.get("password", "")
    if len(password) > LONGEST or not user.check_password(password):
        return None
    if not second_factors.has_second_factor(user):
        return ["password"]
    factor = second_factors.use_code(user, request.POST.get("code", ""))
    if factor == "recovery_code":
        note_used_code(user, account=request.account)
    return ["password", factor] if factor else None


def _page(request: ConsoleRequest, error: str = "") -> HttpResponse:
    context = {"error": error, "next": _next(request), "factors": second_factors.factors_of(request.me.user)}
    return settings_response(request, "console/settings/confirmation.html", context, status=422 if error else 200)


def _next(request: ConsoleRequest) -> str:
    wanted = str(request.POST.get("next") or request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/console/")
    return wanted if is_ours else reverse("console:settings-sign-in")
