"""Coming into an account for the first time: from the sign-up on the base domain, or by an invitation."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from steward.people.access import invitation_with
from steward.people.actions import accept_invitation, take_passage
from steward.people.actions.passages import is_open
from steward.people.identities import is_known
from steward.people.models import Invitation, User
from steward.people.passwords import refuse_unfit
from steward.people.throttling import LINK_CLIENT, TooManyTries, client_of, count_try
from steward.tenancy.languages import chosen_language, spoken
from steward.tenancy.scope import account_scope

_BACKEND = "steward.people.authentication.AccountBackend"
LIST = "/console/"


class ArrivalForm(forms.Form):
    """Who joins: the name others read and, where the cell does not know the address yet, a password."""

    name = forms.CharField(
        label=gettext_lazy("Your name, as customers read it"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=pgettext_lazy("to be chosen", "Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, is_new: bool, company: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation, self.company = invitation, company
        if not is_new:
            del self.fields["password"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            try:
                refuse_unfit(password, User(email=self.invitation.email), cleaned.get("name", ""), self.company)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return cleaned

    def said(self) -> dict[str, Any]:
        """`name`, and `password`: None for who has one already."""
        return {"name": self.cleaned_data["name"], "password": self.cleaned_data.get("password")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: Any, token: str) -> HttpResponseBase:
    """The owner of a new account steps over from the base domain. Opening the page does not use the token up."""
    if request.account is None:
        raise Http404("an account is entered at its own host")
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _shut(request, 429, refusal.words)
    if request.method != "POST":
        if not is_open(token, request.account.id):
            raise Http404("no such way in")
        return TemplateResponse(request, "console/welcome.html", {"account": request.account})
    user = take_passage(token, request.account.id)
    if user is None:
        raise Http404("no such way in")
    return _let_in(request, user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Any, token: str) -> HttpResponseBase:
    """Accept an invitation. Only who has the token learns whether the address has a sign-in already."""
    if request.account is None:
        raise Http404("an account is entered at its own host")
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _shut(request, 429, refusal.words)
    with account_scope(request.account.id):
        found = _invitation(token)
    with override(spoken(chosen_language(request), found.language, request.account.language)):
        if found.has_expired:
            return _shut(request, 410).render()
        answer = _arrival(request, found)
        return answer.render() if isinstance(answer, TemplateResponse) else answer


def _arrival(request: Any, found: Invitation) -> HttpResponse:
    is_new = not is_known(found.email)
    given = {"invitation": found, "is_new": is_new, "company": request.account.name}
    if request.method != "POST":
        form = ArrivalForm(initial={"name": found.name}, **given)
        return _page(request, found, form, is_new=is_new)
    form = ArrivalForm(request.POST, **given)
    if not form.is_valid():
        return _page(request, found, form, is_new=is_new, status=422)
    with account_scope(request.account.id):
        try:
            me = accept_invitation(found, **form.said(), language=chosen_language(request))
        except Invitation.DoesNotExist as error:
            raise Http404("accepted or taken back meanwhile") from error
        user = me.user
    # Whoever has a sign-in already comes in by it, with everything that it asks for.
    return _let_in(request, user) if is_new else HttpResponseRedirect(reverse("console:sign-in"), status=303)


def _invitation(token: str) -> Invitation:
    try:
        return invitation_with(token)
    except Invitation.DoesNotExist as error:
        raise Http404("no such invitation") from error


def _let_in(request: Any, user: User) -> HttpResponse:
    """Sign in somebody who has just proven who they are, by all stages that a sign-in has."""
    user.backend = _BACKEND  # Django asks which one believed them
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=LIST))
    return response


def _page(request: Any, found: Invitation, form: ArrivalForm, *, is_new: bool, status: int = 200) -> TemplateResponse:
    context = {"account": request.account, "invitation": found, "form": form, "is_new": is_new}
    return TemplateResponse(request, "console/invitation.html", context, status=status)


def _shut(request: Any, status: int, words: str = "") -> TemplateResponse:
    context = {"account": request.account, "words": words}
    return TemplateResponse(request, "console/invitation_over.html", context, status=status)
