"""Security of the account: who needs a second factor, from which networks one gets in, how long one stays signed in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.confirming import confirmed
from steward.console.settings.entrance import settings_page, settings_response
from steward.people.actions.security_policy import (
    IDLE,
    LIFETIMES,
    LocksOneselfOut,
    NewPolicy,
    change_security_policy,
)
from steward.people.entering import policy_of_account
from steward.people.models import Requires
from steward.people.networks import MOST, NotANetwork, network_around, parse_networks
from steward.people.signed_in import end_sessions_of_account


class SecurityForm(forms.Form):
    """The policy."""

    second_factor = forms.ChoiceField(
        label=gettext_lazy("Who needs a second factor"),
        help_text=gettext_lazy(
            "An app with codes, or a passkey. Whoever has none yet is asked to add one before anything else."
        ),
        choices=Requires.choices,
        widget=forms.RadioSelect,
    )
    networks = forms.CharField(
        label=gettext_lazy("Networks from which the console is reached"),
        help_text=gettext_lazy(
            "One on each line: an address, or a range such as 192.0.2.0/24 or 2001:db8::/32. Empty: from anywhere."
        ),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr", "spellcheck": "false"}),
    )
    idle_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Longest time without activity"),
        choices=lambda: [(minutes, duration(minutes)) for minutes in IDLE],
        coerce=int,
    )
    lifetime_hours = forms.TypedChoiceField(
        label=gettext_lazy("Longest time signed in"),
        choices=lambda: [(hours, duration(60 * hours)) for hours in LIFETIMES],
        coerce=int,
    )

    def clean_networks(self) -> list[str]:
        try:
            networks = parse_networks(self.cleaned_data["networks"])
        except NotANetwork as error:
            words = _("“%(line)s” is neither an address nor a range of addresses.")
            raise forms.ValidationError(words, params={"line": error.line[:80]}) from error
        if len(networks) > MOST:
            words = ngettext("At most %(count)d network.", "At most %(count)d networks.", MOST)
            raise forms.ValidationError(words, params={"count": MOST})
        return networks

    @property
    def policy(self) -> NewPolicy:
        """What was chosen."""
        cleaned = self.cleaned_data
        return NewPolicy(
            second_factor=Requires(cleaned["second_factor"]),
            networks=cleaned["networks"],
            idle_minutes=cleaned["idle_minutes"],
            lifetime_hours=cleaned["lifetime_hours"],
        )


def duration(minutes: int) -> str:
    """`15 minutes`, `4 hours`, `7 days`."""
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if minutes < 24 * 60:
        hours = minutes // 60
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("security")
@confirmed
def security(request: ConsoleRequest) -> HttpResponse:
    """Show and save."""
    form = SecurityForm(request.POST) if request.method == "POST" else SecurityForm(initial=_now())
    address = str(request.META.get("REMOTE_ADDR", ""))
    if form.is_bound and form.is_valid():
        try:
            change_security_policy(form.policy, address=address, actor=request.actor)
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("console:settings-security"))
        except LocksOneselfOut:
            words = _(
                "Your address %(address)s is in none of these networks: you would lock yourself out. Add a "
                "network that contains it."
            )
            form.add_error("networks", words % {"address": address})
    tried = request.POST.get("address", address)[:80]
    context = {"form": form, "address": address, "slug": request.account.slug, "tried": tried}
    return settings_response(request, "console/settings/security.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("security")
def network_trial(request: ConsoleRequest) -> HttpResponse:
    """Say whether an address (`address`) would get in by the networks as they are typed. Nothing is saved."""
    form, tried = SecurityForm(request.POST), request.POST.get("address", "").strip()[:80]
    form.full_clean()
    context: dict[str, Any] = {"tried": tried, "trial": _judged(form, tried)}
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/settings/_network_trial.html", context)
    here = {"form": form, "address": str(request.META.get("REMOTE_ADDR", "")), "slug": request.account.slug}
    return settings_response(request, "console/settings/security.html", here | context)


def _judged(form: SecurityForm, address: str) -> dict[str, Any]:
    """Whether it gets in (`is_in`), by which network, or the fault in what was typed."""
    if "networks" in form.errors:
        return {"fault": " ".join(str(error) for error in form.errors["networks"])}
    networks = form.cleaned_data["networks"]
    try:
        network = network_around(address, networks)
    except NotANetwork:
        return {
            "fault": _("“%(line)s” is not an address. Addresses look like 192.0.2.7 or 2001:db8::7.")
            % {"line": address}
        }
    return {"is_in": network is not None or not networks, "network": network, "has_networks": bool(networks)}


@require_POST
@settings_page("security")
@confirmed
def everybodys_end(request: ConsoleRequest) -> HttpResponse:
    """Sign everybody out of this account but oneself."""
    count = end_sessions_of_account(request.account.id, but=request.session.session_key, actor=request.actor)
    words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", count)
    messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("console:settings-security"))


def _now() -> dict[str, Any]:
    policy = policy_of_account()
    return {
        "second_factor": policy.second_factor,
        "networks": "\n".join(policy.networks),
        "idle_minutes": policy.idle_minutes,
        "lifetime_hours": policy.lifetime_hours,
    }
