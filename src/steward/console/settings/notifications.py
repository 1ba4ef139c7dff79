"""What I am told of and how; and what people of the account are told who chose nothing."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.counting import counted_as
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.general import time_zones
from steward.notifications.actions import change_defaults, choose
from steward.notifications.mailing import OwnAddress, mail_trial
from steward.notifications.models import Recipient
from steward.notifications.queries import account_wishes, recipient_of
from steward.notifications.wishes import Kind, Mail, Rhythm, Wish, Wishes
from steward.people.throttling import Limit

TRIALS = Limit("notification trial", 5, timedelta(minutes=10))


class WishesForm(forms.Form):
    """A row of ways for each kind: `<kind>_listed`, `<kind>_mail`, `<kind>_desktop`."""

    def __init__(self, *args: Any, wishes: Wishes, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind, wish in wishes.items():
            self.fields[f"{kind}_listed"] = forms.BooleanField(initial=wish.is_listed, required=False)
            self.fields[f"{kind}_mail"] = forms.ChoiceField(initial=wish.mail, choices=Mail.choices)
            self.fields[f"{kind}_desktop"] = forms.BooleanField(initial=wish.on_desktop, required=False)

    def wishes(self) -> dict[str, Wish]:
        """What was chosen; only of a valid form."""
        chosen = self.cleaned_data
        return {
            kind: Wish(chosen[f"{kind}_listed"], chosen[f"{kind}_mail"], chosen[f"{kind}_desktop"])
            for kind in Kind.values
        }

    def rows(self) -> Iterator[dict[str, str | BoundField]]:
        """The matrix: a label and three fields in each row."""
        for kind in Kind:
            ways = {way: self[f"{kind.value}_{way}"] for way in ("listed", "mail", "desktop")}
            yield {"label": str(kind.label), **ways}


def _zones() -> list[Any]:
    return [("", _("The account's time zone")), *time_zones()]


class NotificationsForm(WishesForm):
    """The matrix, and when the summary comes."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often the summary comes"), choices=Rhythm.choices, widget=forms.RadioSelect
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour of the daily summary"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Your time zone"), choices=_zones, required=False)


class DefaultsForm(WishesForm):
    """The matrix, and whether mails show what customers wrote."""

    shows_text = forms.BooleanField(
        label=gettext_lazy("Show subject, customer and text in mails to agents"),
        help_text=gettext_lazy(
            "Without it such mails hold the code of the ticket and a link, and what customers write stays here."
        ),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("notifications")
def notifications(request: ConsoleRequest) -> HttpResponse:
    """Show and save what I am told of."""
    recipient = recipient_of(request.me) or Recipient()
    wishes = account_wishes().of(recipient)
    initial = {"rhythm": recipient.rhythm, "hour": recipient.hour, "time_zone": recipient.time_zone}
    form = NotificationsForm(request.POST or None, wishes=wishes, initial=initial)
    if form.is_bound and form.is_valid():
        choose(request.me, form.wishes(), actor=request.actor, **_named(form.cleaned_data, initial))
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-notifications"), status=303)
    return _page(request, form, "console/settings/notifications.html")


@require_POST
@counted_as(TRIALS)
@settings_page("notifications")
def notification_trial(request: ConsoleRequest) -> HttpResponse:
    """Mail one notification to oneself, to see how and where it comes."""
    back = HttpResponseRedirect(reverse("console:settings-notifications"), status=303)
    if refusal := request.too_many_tries:  # type: ignore[attr-defined]
        messages.error(request, refusal.words)
        return back
    try:
        mail_trial(request.me)
    except OwnAddress:
        words = _("Your address is one that customers write to: a notification there would become a ticket.")
        messages.error(request, words)
    else:
        messages.success(request, _("The test mail is on its way to %(email)s.") % {"email": request.me.user.email})
    return back


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("notification-defaults")
def notification_defaults(request: ConsoleRequest) -> HttpResponse:
    """Show and save what people are told of who chose nothing."""
    now = account_wishes()
    form = DefaultsForm(request.POST or None, wishes=now.wishes, initial={"shows_text": now.shows_text})
    if form.is_bound and form.is_valid():
        change_defaults(form.wishes(), shows_text=form.cleaned_data["shows_text"], actor=request.actor)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-notification-defaults"), status=303)
    return _page(request, form, "console/settings/notification_defaults.html")


def _page(request: ConsoleRequest, form: WishesForm, template: str) -> HttpResponse:
    return settings_response(request, template, {"form": form}, status=422 if form.is_bound else 200)


def _named(cleaned: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cleaned[name] for name in names}
