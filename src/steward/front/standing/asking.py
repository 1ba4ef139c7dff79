"""Asking for the link to the page about where an account stands, and coming in by it."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from steward.front.entrance import base_domain_only
from steward.people.models import User
from steward.people.showing_factors import words_for_wrong
from steward.people.shut_accounts import (
    ShutOwner,
    ask_for_owner_link,
    begin_owner_session,
    owner_by_link,
    shown_beside_link,
    shows_code,
)
from steward.people.throttling import (
    LINK_CLIENT,
    OWNER_LINK_ADDRESS,
    OWNER_LINK_CLIENT,
    TooManyTries,
    client_of,
    count_try,
    take_back,
)

_TOO_MANY = 429


class AskForm(forms.Form):
    """Which help desk, and who owns it."""

    account = forms.CharField(
        label=gettext_lazy("Address of the help desk"),
        max_length=253,
        help_text=gettext_lazy("As in the browser, or only its first part."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}),
    )
    email = forms.EmailField(
        label=pgettext_lazy("address of a person", "E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )

    def clean_account(self) -> str:
        """The slug of what was typed or pasted."""
        typed = str(self.cleaned_data["account"]).strip().lower()
        return typed.partition("://")[2].partition(".")[0] if "://" in typed else typed.partition(".")[0]


class CodeForm(forms.Form):
    """The code of somebody who has a second factor."""

    code = forms.CharField(
        label=gettext_lazy("Code of your app, or a recovery code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )


class PasswordForm(forms.Form):
    """The password of somebody who has none."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def ask(request: Any) -> HttpResponse:
    """Ask for the link. The answer is the same for every address and every account."""
    if request.method != "POST":
        return _asking(request, AskForm(initial={"account": request.GET.get("account", "")}))
    form = AskForm(request.POST)
    if not form.is_valid():
        return _asking(request, form, status=422)
    try:
        count_try(OWNER_LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        form.add_error(None, refusal.words)
        return _asking(request, form, status=_TOO_MANY)
    email = User.objects.normalise(form.cleaned_data["email"])
    try:
        count_try(OWNER_LINK_ADDRESS, email)
        ask_for_owner_link(form.cleaned_data["account"], email)
    except TooManyTries:
        pass  # nobody fills another's mailbox, and nobody learns that there were tries before
    return HttpResponseRedirect(reverse("front:standing-sent"), status=303)


@require_safe
@base_domain_only
def sent(request: Any) -> HttpResponse:
    """A mail is on its way."""
    return TemplateResponse(request, "front/standing/sent.html")


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def enter(request: Any, token: str) -> HttpResponse:
    """Who opens the link reads that mail; what they show beside it opens the page."""
    try:
        count_try(LINK_CLIENT, client_of(request))
        owner = owner_by_link(token)
        take_back(LINK_CLIENT, client_of(request))  # only guessing is counted
        form = _form_of(owner)(request.POST if request.method == "POST" else None)
        if form.is_valid():
            factor = shown_beside_link(owner, request.POST)
            if factor is not None:
                begin_owner_session(request, token, owner, factor=factor)
                return HttpResponseRedirect(reverse("front:standing-account"), status=303)
            form.add_error(None, words_for_wrong(request.POST) if shows_code(owner) else _("This is not the password."))
    except TooManyTries as refusal:
        return TemplateResponse(request, "front/standing/gone.html", {"words": refusal.words}, status=_TOO_MANY)
    except LookupError:
        return TemplateResponse(request, "front/standing/gone.html", status=410)
    context = {"form": form, "company": owner.account.name, "is_code": shows_code(owner)}
    return TemplateResponse(request, "front/standing/enter.html", context, status=422 if form.is_bound else 200)


def _form_of(owner: ShutOwner) -> type[forms.Form]:
    return CodeForm if shows_code(owner) else PasswordForm


def _asking(request: Any, form: AskForm, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "front/standing/ask.html", {"form": form}, status=status)
