"""What people tell of themselves, and how the pages look to them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.lib.html import html_to_text, sanitise_outgoing, text_to_html
from steward.people.actions import edit_profile
from steward.people.languages import language_of
from steward.people.models import Appearance, Density


def languages() -> list[tuple[str, str]]:
    """The account's language, then each by its own name."""
    return [("", _("The account's language")), *settings.LANGUAGES]


class ProfileForm(forms.Form):
    """Name, language, signature, appearance, density."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), help_text=gettext_lazy("Customers read it under your answers."), max_length=120
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=languages, required=False)
    signature = forms.CharField(
        label=gettext_lazy("Your signature"),
        help_text=gettext_lazy("It stands under your answers, above that of the department."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    appearance = forms.ChoiceField(
        label=gettext_lazy("Light or dark"), choices=Appearance.choices, widget=forms.RadioSelect
    )
    density = forms.ChoiceField(
        label=gettext_lazy("A ticket in a list has"), choices=Density.choices, widget=forms.RadioSelect
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("profile")
def profile(request: ConsoleRequest) -> HttpResponse:
    """Show and save."""
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm(initial=_now(request))
    if form.is_bound and form.is_valid():
        edit_profile(request.me, actor=request.actor, **_wanted(request, form.cleaned_data))
        with override(language_of(request.me, request.account)):  # as chosen just now
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-profile"), status=303)
    context = {"form": form, "preview": sanitise_outgoing(request.me.signature)}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/profile.html", context, status=status)


def _now(request: ConsoleRequest) -> dict[str, Any]:
    me = request.me
    return {name: getattr(me, name) for name in ("name", "language", "appearance", "density")} | {
        "signature": html_to_text(me.signature)
    }


def _wanted(request: ConsoleRequest, cleaned: dict[str, Any]) -> dict[str, Any]:
    return cleaned | {"signature": written_signature(cleaned["signature"], request.me.signature)}


def written_signature(text: str, before: str) -> str:
    """The HTML of a signature typed as text. One that was not touched keeps the markup it has."""
    if " ".join(text.split()) == " ".join(html_to_text(before).split()):
        return before
    return text_to_html(text) if text.strip() else ""
