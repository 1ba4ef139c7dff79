"""Signing in to the back office: password, then always a second factor; or a passkey alone."""

from typing import Any

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from steward.operator.entrance import base_domain_only, next_of
from steward.people import operators, second_factors
from steward.people.actions import operator_sign_in as verbs
from steward.people.devices import remember_device
from steward.people.forms import NewPasswordForm
from steward.people.models import User
from steward.people.showing_factors import shown_factor, words_for_wrong
from steward.people.signed_in import confirm_session
from steward.people.throttling import (
    LINK_CLIENT,
    PASSKEY_CLIENT,
    SIGN_IN_ADDRESS,
    SIGN_IN_CLIENT,
    TooManyTries,
    client_of,
    count_try,
    take_back,
)

_TOO_MANY = 429


class SignInForm(forms.Form):
    """E-mail and password."""

    email = forms.EmailField(
        label=pgettext_lazy("address of a person", "E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def sign_in(request: Any) -> HttpResponse:
    """Ask for e-mail and password. One answer for addresses known, unknown and of people without this right."""
    if request.method != "POST" and operators.operator_in(request) is not None:
        return HttpResponseRedirect(reverse("operator:overview"))
    form = SignInForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _sign_in_page(request, form, status=422 if form.is_bound else 200)
    try:
        user = _who_knows(request, form.cleaned_data["email"], form.cleaned_data["password"])
    except TooManyTries as refusal:
        form.add_error(None, refusal.words)
        return _sign_in_page(request, form, status=_TOO_MANY)
    if user is None:
        form.add_error(None, _("E-mail or password is not right. Try again."))
        return _sign_in_page(request, form, status=422)
    operators.begin_sign_in(request, user)
    return HttpResponseRedirect(f"{reverse('operator:second-factor')}?{urlencode({'next': next_of(request)})}")


@never_cache
@sensitive_post_parameters("answer")
@require_POST
@base_domain_only
def passkey(request: Any) -> HttpResponse:
    """Sign in with a passkey alone: asks the browser for one, then takes its answer."""
    try:
        count_try(PASSKEY_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _sign_in_page(request, SignInForm(), error=refusal.words, status=_TOO_MANY)
    if "answer" not in request.POST:
        return JsonResponse(second_factors.ask_for_passkey(None))
    shown = second_factors.passkey_shown(None, request.POST["answer"])
    if shown is None or not operators.is_operator(shown.user):
        words = _("This passkey does not sign in here. Use your password.")
        return _sign_in_page(request, SignInForm(), error=words, status=422)
    take_back(PASSKEY_CLIENT, client_of(request))
    operators.sign_in_operator(request, shown.user, factors=["passkey"])
    return remember_device(request, HttpResponseRedirect(next_of(request)), shown.user)


@never_cache
@sensitive_post_parameters("code", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def second_factor(request: Any) -> HttpResponse:
    """After the password; or again, before a page that changes how one signs in."""
    pending = operators.pending_user(request)
    user = pending or _signed_in(request)
    if user is None:
        return HttpResponseRedirect(reverse("operator:sign-in"))
    factors = second_factors.factors_of(user)
    if not factors.is_any:
        return HttpResponseRedirect(reverse("operator:app"))
    if request.method != "POST":
        return _factor_page(request, factors)
    if "ask" in request.POST:
        return JsonResponse(second_factors.ask_for_passkey(user))
    try:
        factor = shown_factor(user, request.POST)
    except TooManyTries as refusal:
        if refusal.is_first:
            verbs.note_guessed_factor(user)
        return _factor_page(request, factors, error=refusal.words, status=_TOO_MANY)
    if factor is None:
        return _factor_page(request, factors, error=words_for_wrong(request.POST), status=422)
    if factor == "recovery_code":
        verbs.note_used_code(user)
    if pending is None:
        confirm_session(request, factors=[factor])
    else:
        operators.sign_in_operator(request, pending, factors=["password", factor])
    return remember_device(request, HttpResponseRedirect(next_of(request)), user)


@require_POST
@base_domain_only
def sign_out(request: Any) -> HttpResponse:
    """End the session. Only by POST: a link must not be able to."""
    logout(request)
    return HttpResponseRedirect(reverse("operator:sign-in"))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def welcome(request: Any, token: str) -> HttpResponse:
    """The link of `steward operator create --link`: choose a password. Nobody is signed in by it."""
    try:
        count_try(LINK_CLIENT, client_of(request))
        user = operators.operator_link(token).user
        take_back(LINK_CLIENT, client_of(request))  # only guessing is counted
        form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user, words=())
        if form.is_valid():
            operators.set_password_by_link(token, form.cleaned_data["password"])
            return HttpResponseRedirect(f"{reverse('operator:sign-in')}?chosen=1")
    except TooManyTries as refusal:
        return TemplateResponse(request, "operator/gone.html", {"words": refusal.words}, status=_TOO_MANY)
    except operators.LinkGone:
        return TemplateResponse(request, "operator/gone.html", status=410)
    context = {"form": form, "email": user.email}
    return TemplateResponse(request, "operator/welcome.html", context, status=422 if form.is_bound else 200)


def _who_knows(request: Any, email: str, password: str) -> User | None:
    """The operator who knows the password. Raises `TooManyTries`; tries are counted before anything is hashed."""
    counted = ((SIGN_IN_CLIENT, client_of(request)), (SIGN_IN_ADDRESS, f"operator {User.objects.normalise(email)}"))
    for limit, subject in counted:
        count_try(limit, subject)
    user = operators.knows_password(email, password)
    if user is not None:
        for limit, subject in counted:
            take_back(limit, subject)
    return user


def _signed_in(request: Any) -> User | None:
    operator = operators.operator_in(request)
    return operator.user if operator else None


def _sign_in_page(request: Any, form: SignInForm, *, error: str = "", status: int = 200) -> HttpResponse:
    hint = _("Your password was set. Sign in with it now.") if "chosen" in request.GET else ""
    context = {"form": form, "next": next_of(request), "error": error, "hint": hint}
    return TemplateResponse(request, "operator/sign_in.html", context, status=status)


def _factor_page(request: Any, factors: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {"factors": factors, "next": next_of(request), "error": error}
    return TemplateResponse(request, "operator/second_factor.html", context, status=status)
