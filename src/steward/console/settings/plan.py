"""Plan and invoices: what the account is on, what comes next, and what is to be paid."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.lifecycle.plans import plan_of
from steward.lifecycle.queries import life_of
from steward.marketing.consents import NEWEST, TEXTS, agree, has_agreed, withdraw_of
from steward.marketing.models import MarketingConsent
from steward.notifications.account_models import PLAN
from steward.notifications.of_account import read_of_account, unread_on
from steward.people.access import can_own
from steward.people.account_settings import change_account
from steward.privacy.egress.configuration import is_hosting
from steward.tenancy.directory import account_as_stored


class MailForm(forms.Form):
    """What becomes of mail that comes in while the account is suspended."""

    mail = forms.ChoiceField(
        label=gettext_lazy("Mail that comes in while the account is suspended"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, held_days: int, **options: Any) -> None:
        super().__init__(*args, **options)
        words = ngettext(
            "is kept for %(days)s day and becomes tickets once it is open again; later mail is refused",
            "is kept for %(days)s days and becomes tickets once it is open again; later mail is refused",
            held_days,
        )
        choices = [("hold", words % {"days": held_days}), ("refuse", _("is refused at once, so that senders know"))]
        self.fields["mail"].choices = choices  # type: ignore[attr-defined]


class NewsForm(forms.Form):
    """Whether whoever runs the installation may write to an owner. Off, unless they said otherwise."""

    news = forms.BooleanField(label=TEXTS[NEWEST], required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("plan")
def plan(request: ConsoleRequest) -> HttpResponse:
    """Show it, and save what becomes of mail."""
    account = account_as_stored(request.account.id)
    begun = {"mail": "refuse" if account.refuses_mail else "hold"}
    typed = request.POST if request.method == "POST" else None
    form = MailForm(typed, initial=begun, held_days=plan_of(account).mail_held_days)
    if form.is_bound and form.is_valid():
        change_account(account.id, {"refuses_mail": form.cleaned_data["mail"] == "refuse"}, actor=request.actor)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-plan"))
    context = {
        "life": life_of(account),
        "form": form,
        "unread": unread_on(request.me, PLAN),
    }
    has_said_yes = can_own(request.me) and has_agreed(account.id, request.me.user.email)
    if has_said_yes or (can_own(request.me) and is_hosting()):  # nobody asks themselves
        context["news"] = NewsForm(initial={"news": has_said_yes})
    return settings_response(request, "console/settings/plan.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("plan")
def plan_news(request: ConsoleRequest) -> HttpResponse:
    """An owner says whether whoever runs the installation may write to them; each for themselves."""
    if not can_own(request.me):
        raise PermissionDenied("owners only")
    form, email = NewsForm(request.POST), request.me.user.email
    if form.is_valid() and form.cleaned_data["news"]:
        agree(
            request.account.id,
            email=email,
            name=request.me.name,
            company=request.account.name,
            language=get_language() or "en",
            channel=MarketingConsent.Channel.SETTINGS,
        )
        messages.success(request, _("Noted: they may write to you."))
    else:
        withdraw_of(request.account.id, email)
        messages.success(request, _("Nobody may write to you, and you are not on the list."))
    return HttpResponseRedirect(reverse("console:settings-plan"), status=303)


@require_POST
@settings_page("plan")
def plan_read(request: ConsoleRequest) -> HttpResponse:
    """Say that one has read what one was told; the line at the top of every page goes."""
    read_of_account(request.me, page=PLAN)
    return HttpResponseRedirect(reverse("console:settings-plan"))
