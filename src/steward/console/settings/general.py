"""General: the account's name, language and time zone, how tickets are numbered and when they open again."""

from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.people.account_settings import change_account
from steward.tenancy.directory import account_as_stored
from steward.tickets.actions import change_ticket_rules
from steward.tickets.actions.numbering import rules_of_account

LONGEST = 3650  # days


class GeneralForm(forms.Form):
    """Name, language, time zone, reopening, closing, codes, what is pointed out."""

    name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=120)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("For customers, and for people who have not chosen their own."),
        choices=lambda: settings.LANGUAGES,
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=lambda: time_zones())
    reopens_for_days = forms.IntegerField(
        label=gettext_lazy("Days in which an answer reopens a resolved ticket"),
        help_text=gettext_lazy(
            "Later answers open a new ticket that is linked to the old one. Empty: an answer always reopens it; "
            "0: never."
        ),
        required=False,
        min_value=0,
        max_value=LONGEST,
    )
    closes_after_days = forms.IntegerField(
        label=gettext_lazy("Days after which a resolved ticket is closed"),
        help_text=gettext_lazy("A closed ticket never opens again. Empty: tickets are closed by hand only."),
        required=False,
        min_value=1,
        max_value=LONGEST,
    )
    code_letters = forms.RegexField(
        "^[A-Za-z]{2,5}$",
        label=gettext_lazy("Letters of ticket codes"),
        help_text=gettext_lazy("Two to five, such as NW for NW-4821730. Empty: three at random for each ticket."),
        required=False,
        error_messages={"invalid": gettext_lazy("Use two to five letters from A to Z.")},
    )
    code_digits = forms.TypedChoiceField(
        label=gettext_lazy("Digits of ticket codes"),
        help_text=gettext_lazy("Drawn at random, so that a code does not tell how many tickets there are."),
        choices=[(digits, str(digits)) for digits in (5, 6, 7, 8)],
        coerce=int,
    )
    looks_for_sensitive = forms.BooleanField(
        label=gettext_lazy(
            "Point out card numbers, bank accounts, identity numbers and passwords in incoming messages"
        ),
        help_text=gettext_lazy(
            "Only for people who may redact messages. They are looked for here, when a message comes in; nothing "
            "leaves for it."
        ),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Own letters leave fewer codes: they need more digits."""
        cleaned = super().clean() or {}
        cleaned["code_letters"] = cleaned.get("code_letters", "").upper()
        if cleaned["code_letters"] and cleaned.get("code_digits", 7) < 7:
            self.add_error(
                "code_digits", _("With letters of your own choose 7 or 8 digits, so that the codes never run out.")
            )
        return cleaned


def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones of the IANA database by continent, as groups of choices."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [
        ("UTC", [("UTC", "UTC")]),
        *((area, [(name, name.partition("/")[2].replace("_", " ")) for name in zones]) for area, zones in groups),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("general")
def general(request: ConsoleRequest) -> HttpResponse:
    """Show and save."""
    form = GeneralForm(request.POST) if request.method == "POST" else GeneralForm(initial=_now(request))
    if form.is_bound and form.is_valid():
        change_account(request.account.id, form.cleaned_data, actor=request.actor)
        change_ticket_rules(form.cleaned_data, actor=request.actor)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-general"))
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/general.html", {"form": form, **_told()}, status=status)


def _now(request: ConsoleRequest) -> dict[str, Any]:
    # Not from the directory, which may be some seconds old: whoever saves would save that.
    account, rules = account_as_stored(request.account.id), rules_of_account()
    told = {name: getattr(account, name) for name in ("name", "language", "time_zone")}
    return told | {name: getattr(rules, name) for name in GeneralForm.base_fields if hasattr(rules, name)}


def _told() -> dict[str, str]:
    """A code as tickets get them now."""
    rules = rules_of_account()
    return {"example": f"{rules.code_letters or 'KXQ'}-{'4821730596'[: rules.code_digits]}"}
