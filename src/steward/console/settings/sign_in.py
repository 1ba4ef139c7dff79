"""How one signs in: address, password, second factors."""

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest, open_to_enrolment
from steward.console.settings.confirming import confirmed, counted, person_of, was_good
from steward.console.settings.entrance import settings_page, settings_response
from steward.people import second_factors
from steward.people.actions import sign_in as verbs
from steward.people.entering import needs_second_factor, policy_of_account
from steward.people.forms import CodeForm, NewPasswordForm, PasskeyForm
from steward.people.passwords import LONGEST
from steward.people.signed_in import confirm_session, holds_second_factor

_NEW_SECRET = "new_totp"  # noqa: S105  where the session keeps it, encrypted, until a code proves it


class PasswordForm(NewPasswordForm):
    """The old password and a new one."""

    current = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if len(current) > LONGEST or not self.user.check_password(current):
            raise forms.ValidationError(_("This is not your password. Type it again."))
        return current


class AddressForm(forms.Form):
    """The address to sign in with."""

    email = forms.EmailField(
        label=gettext_lazy("New address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


@require_safe
@settings_page("sign-in")
@open_to_enrolment
def sign_in(request: ConsoleRequest) -> HttpResponse:
    """Everything there is, and what can be done with it."""
    is_required = needs_second_factor(request.me, policy_of_account())
    factors = second_factors.factors_of(request.me.user)
    told = {"email": request.me.user.email, "factors": factors, "is_required": is_required}
    context = told | {"must_enrol": request.refusal is not None}
    return settings_response(request, "console/settings/sign_in.html", context)


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
@counted
@settings_page("sign-in")
@confirmed
def password(request: ConsoleRequest) -> HttpResponse:
    """Choose another password."""
    words = (request.me.name, request.account.name, request.account.slug)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=request.me.user, words=words)
    if request.too_many_tries:  # type: ignore[attr-defined]
        form.add_error(None, request.too_many_tries.words)  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        was_good(request)
        verbs.change_password(person_of(request), form.cleaned_data["password"])
        update_session_auth_hash(request, request.me.user)
        return _back(request, _("Your password was changed. Your other sessions were ended."))
    return settings_response(request, "console/settings/password.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@counted
@settings_page("sign-in")
@confirmed
def address(request: ConsoleRequest) -> HttpResponse:
    """Ask for another address; the link in its mail changes it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.too_many_tries:  # type: ignore[attr-defined]
        form.add_error(None, request.too_many_tries.words)  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        new = form.cleaned_data["email"]
        verbs.ask_for_address_change(person_of(request), new)
        words = _("A mail is on its way to %(address)s. Open its link to sign in with that address.")
        return _back(request, words % {"address": new})
    context = {"form": form, "email": request.me.user.email}
    return settings_response(request, "console/settings/address.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("sign-in")
@confirmed
def confirm_address(request: ConsoleRequest, token: str) -> HttpResponse:
    """The link in the mail to the new address."""
    try:
        link = verbs.address_link(token, account_id=request.account.id, user_id=request.me.user_id)
        if request.method == "POST":
            new = verbs.change_address(person_of(request), token)
            return _back(request, _("You sign in with %(address)s from now on.") % {"address": new})
    except verbs.LinkExpired:
        return settings_response(request, "console/settings/confirm_address.html", {"is_expired": True}, status=404)
    context = {"address": link.address, "email": request.me.user.email}
    return settings_response(request, "console/settings/confirm_address.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@counted
@settings_page("sign-in")
@open_to_enrolment
@confirmed
def app(request: ConsoleRequest) -> HttpResponse:
    """Add an app that shows codes: its secret is shown, and a code proves that the app has it."""
    if second_factors.factors_of(request.me.user).totp is not None:
        return HttpResponseRedirect(reverse("console:settings-sign-in"))
    secret = _new_secret(request)
    form = CodeForm(request.POST if request.method == "POST" else None, secret=secret)
    if request.too_many_tries:  # type: ignore[attr-defined]
        form.add_error(None, request.too_many_tries.words)  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        was_good(request)
        codes = verbs.add_totp(person_of(request), secret)
        del request.session[_NEW_SECRET]
        return _added(request, "totp", codes)
    url = get_adapter().build_totp_url(request.me.user, secret)
    picture = base64.b64encode(get_adapter().build_totp_svg(url).encode()).decode()
    shown = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    context = {"form": form, "picture": f"data:image/svg+xml;base64,{picture}", "secret": shown, "otp_url": url}
    return settings_response(request, "console/settings/app.html", context, status=_status(form))


@require_POST
@settings_page("sign-in")
@confirmed
def app_removal(request: ConsoleRequest) -> HttpResponse:
    """Remove the app."""
    try:
        verbs.remove_totp(person_of(request))
    except verbs.FactorRequired:
        return _refused(request)
    return _back(request, _("The app was removed."))


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("sign-in")
@open_to_enrolment
@confirmed
def passkeys(request: ConsoleRequest) -> HttpResponse:
    """Add a passkey: the browser is asked for one, and its answer comes with the name."""
    if "ask" in request.POST:
        return JsonResponse(second_factors.ask_for_new_passkey(request.me.user))
    number = len(second_factors.factors_of(request.me.user).passkeys) + 1
    initial = {"name": _("Passkey %(number)d") % {"number": number}}
    form = PasskeyForm(request.POST) if request.method == "POST" else PasskeyForm(initial=initial)
    if form.is_bound and form.is_valid():
        codes = verbs.add_passkey(person_of(request), form.cleaned_data["name"], request.POST.get("answer", ""))
        if codes is not None:
            return _added(request, "passkey", codes)
        form.add_error(None, _("The passkey was not accepted. Nothing was added; try again."))
    return settings_response(request, "console/settings/passkey.html", {"form": form}, status=_status(form))


@require_POST
@settings_page("sign-in")
@confirmed
def passkey_name(request: ConsoleRequest, passkey_id: int) -> HttpResponse:
    """Call a passkey something else."""
    passkey, form = _passkey(request, passkey_id), PasskeyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A passkey needs a name of at most 60 characters. Nothing was changed."))
        return HttpResponseRedirect(reverse("console:settings-sign-in"))
    second_factors.rename_passkey(passkey, form.cleaned_data["name"])
    return _back(request, _("Saved."))


@require_POST
@settings_page("sign-in")
@confirmed
def passkey_removal(request: ConsoleRequest, passkey_id: int) -> HttpResponse:
    """Remove a passkey."""
    try:
        verbs.remove_passkey(person_of(request), _passkey(request, passkey_id))
    except verbs.FactorRequired:
        return _refused(request)
    return _back(request, _("The passkey was removed."))


@require_POST
@settings_page("sign-in")
@confirmed
def recovery_codes(request: ConsoleRequest) -> HttpResponse:
    """New recovery codes, shown this once."""
    if not second_factors.has_second_factor(request.me.user):
        messages.error(request, _("Add an app or a passkey first: recovery codes stand in for it."))
        return HttpResponseRedirect(reverse("console:settings-sign-in"))
    return _codes_page(request, verbs.replace_recovery_codes(person_of(request)))


def _passkey(request: ConsoleRequest, passkey_id: int) -> Any:
    try:
        return verbs.get_passkey(person_of(request), passkey_id)
    except LookupError as error:
        raise Http404("no such passkey") from error


def _added(request: ConsoleRequest, factor: str, codes: list[str]) -> HttpResponse:
    """The session has just shown the new factor, and holds it."""
    confirm_session(request, factors=[factor])
    request.refusal = None
    if codes:
        return _codes_page(request, codes)
    return _back(request, _("From now on your sign-in is protected by a second factor."))


def _codes_page(request: ConsoleRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "codes_text": "\n".join(codes), "has_factor": holds_second_factor(request.session)}
    response = settings_response(request, "console/settings/recovery_codes.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _new_secret(request: ConsoleRequest) -> str:
    """The secret that waits in the session to be proven; GET makes a new one when there is none."""
    kept = request.session.get(_NEW_SECRET)
    if kept:
        return str(get_adapter().decrypt(kept))
    secret = str(second_factors.new_totp_secret())
    request.session[_NEW_SECRET] = get_adapter().encrypt(secret)
    return secret


def _refused(request: ConsoleRequest) -> HttpResponse:
    messages.error(request, _("This account requires a second factor. Add another one before you remove the last."))
    return HttpResponseRedirect(reverse("console:settings-sign-in"))


def _back(request: ConsoleRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-sign-in"))


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
