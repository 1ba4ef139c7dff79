"""How an operator signs in: second factors, recovery codes, password, sessions."""

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.operator.entrance import (
    OperatorRequest,
    enrolling_or_fresh,
    fresh_required,
    operator_required,
    page_response,
)
from steward.people import operators, second_factors
from steward.people.actions import operator_sign_in as verbs
from steward.people.browsers import mark_of
from steward.people.devices import remember_device
from steward.people.forms import CodeForm, NewPasswordForm, PasskeyForm
from steward.people.showing_factors import count_factor_try, factor_was_good
from steward.people.signed_in import confirm_session, is_current, sessions_of
from steward.people.throttling import TooManyTries

_NEW_SECRET = "new_totp"  # noqa: S105  where the session keeps it, encrypted, until a code proves it


@require_safe
@operator_required
def me(request: OperatorRequest) -> HttpResponse:
    """Everything there is, and what can be done with it."""
    key = request.session.session_key
    sessions = [(row, is_current(row, key)) for row in sessions_of(request.person.pk) if row.account_id is None]
    context = {"factors": second_factors.factors_of(request.person), "sessions": sessions}
    return page_response(request, "me", "operator/me.html", context)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@enrolling_or_fresh
def app(request: OperatorRequest) -> HttpResponse:
    """Add an app that shows codes: its secret is shown, and a code proves that the app has it."""
    if second_factors.factors_of(request.person).totp is not None:
        return HttpResponseRedirect(reverse("operator:me"))
    secret = _new_secret(request)
    form = CodeForm(request.POST if request.method == "POST" else None, secret=secret)
    if form.is_bound and _is_good(request, form):
        codes = verbs.add_totp(request.person, secret, session_key=request.session.session_key)
        del request.session[_NEW_SECRET]
        return _added(request, "totp", codes)
    url = get_adapter().build_totp_url(request.person, secret)
    picture = base64.b64encode(get_adapter().build_totp_svg(url).encode()).decode()
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    context = {"form": form, "picture": f"data:image/svg+xml;base64,{picture}", "secret": shown}
    return _factor_page(request, "operator/app.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@enrolling_or_fresh
def passkeys(request: OperatorRequest) -> HttpResponse:
    """Add a passkey: the browser is asked for one, and its answer comes with the name."""
    if "ask" in request.POST:
        return JsonResponse(second_factors.ask_for_new_passkey(request.person))
    number = len(second_factors.factors_of(request.person).passkeys) + 1
    initial = {"name": _("Passkey %(number)d") % {"number": number}}
    form = PasskeyForm(request.POST) if request.method == "POST" else PasskeyForm(initial=initial)
    if form.is_bound and form.is_valid():
        name, answer = form.cleaned_data["name"], request.POST.get("answer", "")
        codes = verbs.add_passkey(request.person, name, answer, session_key=request.session.session_key)
        if codes is not None:
            return _added(request, "passkey", codes)
        form.add_error(None, _("The passkey was not accepted. Nothing was added; try again."))
    return _factor_page(request, "operator/passkey.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@fresh_required
def factor_removal(request: OperatorRequest, factor_id: int) -> HttpResponse:
    """Remove an app or a passkey; never the last one."""
    try:
        verbs.remove_factor(request.person, factor_id, session_key=request.session.session_key)
    except LookupError as error:
        raise Http404("no such second factor") from error
    except verbs.LastFactor:
        messages.error(
            request, _("The back office requires a second factor. Add another one before you remove the last.")
        )
        return HttpResponseRedirect(reverse("operator:me"))
    return _back(request, _("The second factor was removed. Your other sessions were ended."))


@require_POST
@fresh_required
def passkey_name(request: OperatorRequest, factor_id: int) -> HttpResponse:
    """Call a passkey something else."""
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A passkey needs a name of at most 60 characters. Nothing was changed."))
        return HttpResponseRedirect(reverse("operator:me"))
    try:
        verbs.rename_passkey(request.person, factor_id, form.cleaned_data["name"])
    except LookupError as error:
        raise Http404("no such passkey") from error
    return _back(request, _("Saved."))


@never_cache
@require_POST
@fresh_required
def recovery_codes(request: OperatorRequest) -> HttpResponse:
    """New recovery codes, shown this once."""
    return _codes_page(request, verbs.replace_recovery_codes(request.person))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_required
def password(request: OperatorRequest) -> HttpResponse:
    """Choose another password; all other sessions end."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=request.person, words=())
    if form.is_bound and form.is_valid():
        new = form.cleaned_data["password"]
        mark = mark_of(request, request.person)
        verbs.change_password(request.person, new, session_key=request.session.session_key, browser=mark)
        update_session_auth_hash(request, request.person)
        return _back(request, _("Your password was changed. Your other sessions were ended."))
    return page_response(request, "me", "operator/password.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@fresh_required
def sessions_end(request: OperatorRequest) -> HttpResponse:
    """End all sessions but this one."""
    mark = mark_of(request, request.person)
    verbs.end_other_sessions(request.person, session_key=request.session.session_key, browser=mark)
    return _back(request, _("You are signed out everywhere else."))


def _is_good(request: OperatorRequest, form: forms.Form) -> bool:
    """Whether the code is right; tries are counted."""
    try:
        count_factor_try(request.person)
    except TooManyTries as refusal:
        form.add_error(None, refusal.words)
        return False
    if not form.is_valid():
        return False
    factor_was_good(request.person)
    return True


def _added(request: OperatorRequest, factor: str, codes: list[str]) -> HttpResponse:
    """The session has just shown the new factor: it is one of an operator now, if it was not before."""
    if request.operator is None:
        operators.sign_in_operator(request, request.person, factors=["password", factor])
    else:
        confirm_session(request, factors=[factor])
    answer = _codes_page(request, codes) if codes else _back(request, _("The second factor was added."))
    return remember_device(request, answer, request.person)


def _codes_page(request: OperatorRequest, codes: list[str]) -> HttpResponse:
    response = page_response(request, "me", "operator/recovery_codes.html", {"codes": codes})
    response["Cache-Control"] = "no-store"
    return response


def _factor_page(request: OperatorRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """Inside the frame for operators; at the first sign-in there is no way yet to anything else."""
    if request.operator is not None:
        return page_response(request, "me", template, context | {"frame": "operator/base.html"}, status=status)
    enrolling = {"frame": "operator/_entrance.html", "is_enrolling": True}
    return TemplateResponse(request, template, context | enrolling, status=status)


def _new_secret(request: OperatorRequest) -> str:
    kept = request.session.get(_NEW_SECRET)
    if kept:
        return str(get_adapter().decrypt(kept))
    secret = str(second_factors.new_totp_secret())
    request.session[_NEW_SECRET] = get_adapter().encrypt(secret)
    return secret


def _back(request: OperatorRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("operator:me"))
