"""Saying yes to news by mail, at sign-up; and taking it back by the link of each mail, with one click."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from steward.front.entrance import base_domain_only
from steward.marketing.consents import NEWEST, TEXTS, agree, is_link, is_standing, withdraw_by
from steward.marketing.models import MarketingConsent
from steward.people.models import SignUp
from steward.people.throttling import LINK_CLIENT, TooManyTries, client_of, count_try
from steward.tenancy.models import Account

_TOO_MANY = 429


class NewsForm(forms.Form):
    """A box that is not ticked. Nothing depends on it."""

    news = forms.BooleanField(
        label=TEXTS[NEWEST], help_text=gettext_lazy("The account is the same without it."), required=False
    )


def agree_at_sign_up(form: NewsForm, account: Account, asked: SignUp) -> None:
    """Who ticked it is written down; of who did not nothing is."""
    if form.is_valid() and form.cleaned_data["news"]:
        agree(
            account.id,
            email=asked.email,
            name=asked.name,
            company=asked.company,
            language=get_language() or asked.language,
            channel=MarketingConsent.Channel.SIGN_UP,
        )


@csrf_exempt  # programs for mail post here without a page before (RFC 8058 section 3.2); the token is the right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@base_domain_only
def news(request: HttpRequest, token: str) -> HttpResponse:
    """One button, which takes it back; POST does, and says so whether there was anything or not."""
    if not is_link(token):
        return _wrong(request)
    if request.method == "POST":
        withdraw_by(token)
    return TemplateResponse(request, "front/news.html", {"stands": is_standing(token)})


def _wrong(request: HttpRequest) -> HttpResponse:
    """Only guessing is counted: many who unsubscribe share the address of their provider."""
    try:
        count_try(LINK_CLIENT, client_of(request))
    except TooManyTries as refusal:
        return TemplateResponse(request, "front/news.html", {"words": refusal.words}, status=_TOO_MANY)
    return TemplateResponse(request, "front/news.html", {"is_wrong": True}, status=404)
