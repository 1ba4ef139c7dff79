"""Signing in and out, by allauth, in our own pages: password, second factor, passkey."""

from typing import Any, cast

from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.account.views import LoginView, LogoutView
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic.edit import FormView

from steward.people import second_factors
from steward.people.access import may_enter
from steward.people.actions import sign_in as verbs
from steward.people.authentication import SecondFactorStage, has_a_place, still_waits
from steward.people.devices import device_known_to
from steward.people.entering import Refusal
from steward.people.models import User
from steward.people.queries import user_with
from steward.people.showing_factors import shown_factor, words_for_wrong
from steward.people.signed_in import confirm_session
from steward.people.throttling import (
    PASSKEY_CLIENT,
    SIGN_IN_ADDRESS,
    SIGN_IN_CLIENT,
    TooManyTries,
    client_of,
    count_try,
    take_back,
)
from steward.tenancy.scope import account_scope


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """E-mail and password. Tries are counted before anything is hashed, for known addresses and others alike."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"].widget.attrs["autofocus"] = True  # nobody comes here for anything else
        self.fields["login"].label = pgettext_lazy("address of a person", "E-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # it would say what the label says
        self.fields["password"].help_text = ""  # allauth puts the address of its own reset page there

    def clean(self) -> dict[str, Any]:
        if self._errors:
            return cast(dict[str, Any], self.cleaned_data)
        email = User.objects.normalise(self.cleaned_data["login"])
        # A browser they have used has tries of its own: nobody else can use up those.
        device = device_known_to(self.request, user_with(email))
        counted = ((SIGN_IN_CLIENT, client_of(self.request)), (SIGN_IN_ADDRESS, device or email))
        try:
            for limit, subject in counted:
                count_try(limit, subject)
        except TooManyTries as refusal:
            raise ValidationError(refusal.words, code="too_many_tries") from refusal
        cleaned = cast(dict[str, Any], super().clean())
        for limit, subject in counted:
            take_back(limit, subject)
        return cleaned


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):  # type: ignore[misc]
    """The sign-in page of one account."""

    template_name = "console/sign_in.html"
    http_method_names = ("get", "head", "post")

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.account is None:
            raise Http404("people sign in at the address of their account")
        with account_scope(request.account.id):
            if may_enter(request, is_active=False).refusal not in {Refusal.SIGNED_OUT, Refusal.ENDED}:
                return HttpResponseRedirect("/console/")
        if request.method == "POST":
            clear_login(request)  # a sign-in that waits for its second factor: this is a new one
        # A session of another account stays valid there; here it is nobody's.
        request.user = AnonymousUser()
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = FormView.get_context_data(self, **kwargs)
        return context | {"account": self.request.account, "next": self._wanted(), "hint": self._hint()}

    def _wanted(self) -> str:
        """Where the person was going; kept through a wrong password."""
        return str(self.request.POST.get("next") or self.request.GET.get("next", ""))

    def _hint(self) -> str:
        if "ended" in self.request.GET:
            return _("You are not signed in any more. Sign in again; nothing was lost.")
        if "reset" in self.request.GET:
            return _("Your password was changed. Sign in with the new one.")
        return ""


class SignOut(LogoutView):  # type: ignore[misc]
    """Ends the session. Only by POST: a link must not be able to."""

    http_method_names = ("post",)


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()


@never_cache
@sensitive_post_parameters("code", "answer")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: Any) -> HttpResponse:
    """After the password, or in a session that began before the account required it."""
    stage = _pending_stage(request)
    user = stage.login.user if stage else _member_without_factor(request)
    if user is None:
        return HttpResponseRedirect(reverse("console:sign-in"))
    if request.method != "POST":
        return _factor_page(request, user)
    if "ask" in request.POST:
        return JsonResponse(second_factors.ask_for_passkey(user))
    try:
        factor = _shown_factor(request, user)
    except TooManyTries as refusal:
        return _factor_page(request, user, error=refusal.words)
    if factor is None:
        return _factor_page(request, user, error=words_for_wrong(request.POST))
    if stage is None:
        confirm_session(request, factors=[factor])
        return HttpResponseRedirect(_next(request))
    request.factors = ["password", factor]
    return cast(HttpResponse, stage.exit())


@never_cache
@sensitive_post_parameters("answer")
@require_POST
def passkey(request: Any) -> HttpResponse:
    """Sign in with a passkey alone: asks the browser for one, then takes its answer."""
    if request.account is None:
        raise Http404("people sign in at the address of their account")
    try:
        count_try(PASSKEY_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _refused_passkey(request, refusal.words)
    if "answer" not in request.POST:
        return JsonResponse(second_factors.ask_for_passkey(None))
    shown = second_factors.passkey_shown(None, request.POST["answer"])
    if shown is None or not has_a_place(request, shown.user):
        return _refused_passkey(request, _("This passkey does not sign in here. Use your password."))
    take_back(PASSKEY_CLIENT, client_of(request))
    request.factors = ["passkey"]
    return cast(HttpResponse, perform_login(request, Login(user=shown.user, redirect_url=_next(request))))


def _pending_stage(request: Any) -> Any:
    """The sign-in that waits for a second factor at this host, or None."""
    if request.account is None:
        raise Http404("people sign in at the address of their account")
    if request.user.is_authenticated:
        return None
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    if stage is None:
        return None
    if not has_a_place(request, stage.login.user) or not still_waits(request, stage.login.user):
        clear_login(request)
        return None
    return stage


def _member_without_factor(request: Any) -> Any:
    with account_scope(request.account.id):
        return request.user if may_enter(request).refusal is Refusal.SECOND_FACTOR else None


def _shown_factor(request: Any, user: User) -> str | None:
    """What was shown, and is good. Raises `TooManyTries`: then the person hears that somebody guesses."""
    try:
        factor = shown_factor(user, request.POST)
    except TooManyTries as refusal:
        if refusal.is_first:
            with account_scope(request.account.id):
                verbs.note_guessed_factor(user, account=request.account)
        raise
    if factor == "recovery_code":
        with account_scope(request.account.id):
            verbs.note_used_code(user, account=request.account)
    return factor


def _factor_page(request: Any, user: User, *, error: str = "") -> HttpResponse:
    factors = second_factors.factors_of(user)
    context = {"account": request.account, "factors": factors, "next": _next(request), "error": error}
    return TemplateResponse(request, "console/second_factor.html", context, status=422 if error else 200)


def _refused_passkey(request: Any, words: str) -> HttpResponse:
    form = SignInForm(request=request)
    context = {"account": request.account, "form": form, "next": _next(request), "error": words}
    return TemplateResponse(request, "console/sign_in.html", context, status=422)


def _next(request: Any) -> str:
    """Where the person was going, when that is a page of ours."""
    wanted = str(request.POST.get("next") or request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if is_ours else "/console/"
