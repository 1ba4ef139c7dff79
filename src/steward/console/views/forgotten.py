"""A forgotten password: asking for the link, and choosing a new one by it."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from steward.people.actions import sign_in as verbs
from steward.people.forms import NewPasswordForm
from steward.people.models import User
from steward.people.queries import membership_of
from steward.people.throttling import (
    LINK_CLIENT,
    RESET_ADDRESS,
    RESET_CLIENT,
    TooManyTries,
    client_of,
    count_try,
)
from steward.tenancy.scope import account_scope


class ForgottenForm(forms.Form):
    """Whose password it is."""

    email = forms.EmailField(
        label=pgettext_lazy("address of a person", "E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: Any) -> HttpResponse:
    """Ask for the link. One answer for every address: known here, known elsewhere, unknown, asked for too often."""
    if request.account is None:
        raise Http404("people sign in at the address of their account")
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    context = {"account": request.account, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "console/forgotten.html", context, status=status)
    email = User.objects.normalise(form.cleaned_data["email"])
    try:
        count_try(RESET_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return TemplateResponse(request, "console/forgotten.html", context | {"error": refusal.words}, status=429)
    try:
        count_try(RESET_ADDRESS, email)
        with account_scope(request.account.id):
            verbs.ask_for_password_link(email, account=request.account)
    except TooManyTries:
        # A mailbox is not filled by those who know its address, and nobody learns whether there is one.
        return TemplateResponse(request, "console/forgotten.html", context | {"is_sent": True})
    return TemplateResponse(request, "console/forgotten.html", context | {"is_sent": True})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: Any, token: str) -> HttpResponse:
    """Choose a new password by the link of a mail. It signs nobody in: the second factor is still asked for."""
    if request.account is None:
        raise Http404("people sign in at the address of their account")
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return _page(request, {"error": refusal.words}, status=429)
    try:
        with account_scope(request.account.id):
            form = _form(request, token)
            if not form.is_valid():
                return _page(request, {"form": form}, status=422 if form.is_bound else 200)
            verbs.reset_password(token, form.cleaned_data["password"], account=request.account)
    except verbs.LinkExpired:
        return _page(request, {"is_expired": True}, status=404)
    return HttpResponseRedirect(f"{reverse('console:sign-in')}?reset=1")


def _form(request: Any, token: str) -> NewPasswordForm:
    link = verbs.password_link(token, account_id=request.account.id)
    me = membership_of(link.user)
    words = (me.name if me else "", request.account.name, request.account.slug)
    return NewPasswordForm(request.POST if request.method == "POST" else None, user=link.user, words=words)


def _page(request: Any, context: dict[str, Any], *, status: int) -> HttpResponse:
    page = TemplateResponse(request, "console/new_password.html", {"account": request.account} | context, status=status)
    return page.render()
