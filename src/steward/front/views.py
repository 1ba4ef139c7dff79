"""The front page and signing up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from steward.front.accepting import ListForm, list_offered, regions_offered
from steward.front.agreeing import agreement_form
from steward.front.entrance import base_domain_only, is_open, sign_up_open
from steward.front.forms import PasswordForm, SignUpForm, free_slugs, problem_of
from steward.front.news import NewsForm, agree_at_sign_up
from steward.lifecycle.opening import Agreed, ListChanged, SignUpGone, open_signed_up_account
from steward.lifecycle.plans import trial_days
from steward.people.access import sign_up_with
from steward.people.actions import NewSignUp, SlugTaken, begin_sign_up, open_passage
from steward.people.identities import is_known
from steward.people.models import SignUp, User
from steward.people.throttling import (
    LINK_CLIENT,
    SIGN_UP_ADDRESS,
    SIGN_UP_CLIENT,
    Limit,
    TooManyTries,
    client_of,
    count_try,
)
from steward.tenancy.actions import SlugRefused
from steward.tenancy.hosts import base_url
from steward.tenancy.slugs import check_slug

_TOO_MANY = 429
_SLUG_CLIENT = Limit("slug client", 120, timedelta(minutes=1))


@require_safe
@base_domain_only
def front_page(request: HttpRequest) -> HttpResponse:
    """What this is, and the ways on from here. It names no account: who has one knows its address."""
    context = {"domain": settings.STEWARD_DOMAIN, "is_open": is_open(), "wanted": request.GET.get("slug", "")}
    return TemplateResponse(request, "front/front.html", context)


@require_safe
@base_domain_only
def to_account(request: HttpRequest) -> HttpResponse:
    """Lead to the console of the account whose address was typed, whether there is one or not."""
    slug = request.GET.get("slug", "").strip().lower().partition(".")[0]
    try:
        check_slug(slug)
    except SlugRefused:
        context = {"domain": settings.STEWARD_DOMAIN, "is_open": is_open(), "wanted": slug, "is_wrong": True}
        return TemplateResponse(request, "front/front.html", context, status=422)
    return HttpResponseRedirect(f"{base_url(slug)}/console/")


@require_http_methods(["GET", "HEAD", "POST"])
@sign_up_open
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an account. The answer is the same for every address; the rest happens by mail."""
    if request.method != "POST":
        begun = {"language": get_language(), "terms_version": settings.STEWARD_TERMS_VERSION}
        return _form(request, SignUpForm(initial=begun))
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        count_try(SIGN_UP_CLIENT, client_of(request))
        count_try(SIGN_UP_ADDRESS, User.objects.normalise(form.cleaned_data["email"]))
    except TooManyTries as refusal:
        form.add_error(None, refusal.words)
        return _form(request, form, status=_TOO_MANY)
    wanted = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "terms"}
    try:
        begin_sign_up(NewSignUp(**wanted))
    except SlugTaken:
        form.add_error("slug", _("This address is taken. Choose another one."))
        return _form(request, form, status=422)
    return HttpResponseRedirect(reverse("front:sent"), status=303)


@require_safe
@sign_up_open
def slug_check(request: HttpRequest) -> HttpResponse:
    """Whether a slug can be had, while one types; with a few that can when not."""
    try:
        count_try(_SLUG_CLIENT, client_of(request))
    except TooManyTries:
        return HttpResponse(status=_TOO_MANY)
    slug, company = request.GET.get("slug", "").strip().lower(), request.GET.get("company", "")
    problem = problem_of(slug) if slug else ""
    context = {
        "slug": slug,
        "problem": problem,
        "suggested": free_slugs(slug, company) if problem or not slug else [],
        "domain": settings.STEWARD_DOMAIN,
    }
    return TemplateResponse(request, "front/_slug.html", context)


@require_safe
@sign_up_open
def sent(request: HttpRequest) -> HttpResponse:
    """A mail is on its way."""
    return TemplateResponse(request, "front/sent.html", {"outbox_url": "/outbox" if settings.STEWARD_DEMO else ""})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sign_up_open
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Who opens the link reads that mail: they choose a password, or keep the one they have, and get the account."""
    try:
        count_try(LINK_CLIENT, client_of(request))
        asked = sign_up_with(token)
    except TooManyTries as refusal:
        return TemplateResponse(request, "front/gone.html", {"words": refusal.words}, status=_TOO_MANY)
    except SignUp.DoesNotExist:
        return TemplateResponse(request, "front/gone.html", status=410)
    form = None
    if not is_known(asked.email):
        form = PasswordForm(request.POST if request.method == "POST" else None, asked=asked)
    agreement = agreement_form(request, asked)
    offered = list_offered(asked.region)
    list_form = ListForm(request.POST if request.method == "POST" else None, offered=offered) if offered else None
    news = NewsForm(request.POST if request.method == "POST" else None)
    forms = [each for each in (form, list_form, agreement, news) if each is not None]
    if request.method != "POST" or not _are_valid(forms):
        context: dict[str, Any] = {"asked": asked, "form": form, "agreement": agreement, "token": token}
        context |= {"host": f"{asked.slug}.{settings.STEWARD_DOMAIN}", "list_form": list_form, "news": news}
        return TemplateResponse(request, "front/confirm.html", context, status=422 if request.method == "POST" else 200)
    agreed = agreement.agreed(request) if agreement else None
    version = offered.version if offered else 0
    return _opened(request, asked, form.cleaned_data["password"] if form else None, agreed, version, news)


def _are_valid(forms: Sequence[Form]) -> bool:
    """Every one is looked at, so that all that is wrong is said at once."""
    return all({form: form.is_valid() for form in forms}.values())


def _opened(
    request: HttpRequest, asked: SignUp, password: str | None, agreed: Agreed | None, list_version: int, news: NewsForm
) -> HttpResponse:
    """Make the account and lead there; somebody who has a sign-in enters by it, with all that it asks of them."""
    try:
        account, owner = open_signed_up_account(asked, password=password, agreed=agreed, list_version=list_version)
    except ListChanged:
        return HttpResponseRedirect(request.path, status=303)  # which shows it
    except (SignUpGone, SlugRefused):
        return TemplateResponse(request, "front/gone.html", status=410)
    agree_at_sign_up(news, account, asked)
    way = "" if password is None else f"welcome/{open_passage(owner.user, account.id)}"
    return HttpResponseRedirect(f"{base_url(account.slug)}/console/{way}", status=303)


def _form(request: HttpRequest, form: SignUpForm, status: int = 200) -> HttpResponse:
    slug = form["slug"].value() or ""
    context = {
        "form": form,
        "domain": settings.STEWARD_DOMAIN,
        "terms_url": settings.STEWARD_TERMS_URL,
        "regions": regions_offered(),
        "trial_days": trial_days(),
        "suggested": free_slugs(slug, form["company"].value() or "") if form.errors.get("slug") else [],
    }
    return TemplateResponse(request, "front/sign_up.html", context, status=status)
