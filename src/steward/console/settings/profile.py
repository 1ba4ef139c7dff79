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
from steward.console.settings.signatures import LONGEST, SignatureForm, previews, typed, written
from steward.people.actions import edit_profile
from steward.people.languages import language_of
from steward.people.models import Afterwards, Appearance, Density

_PLAIN = ("name", "language", "appearance", "density", "afterwards")


def languages() -> list[tuple[str, str]]:
    """The account's language, then each by its own name."""
    return [("", _("The account's language")), *settings.LANGUAGES]


class ProfileForm(SignatureForm):
    """Name, language, signatures, appearance, density, where one goes afterwards."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), help_text=gettext_lazy("Customers read it under your answers."), max_length=120
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=languages, required=False)
    signature = forms.CharField(
        label=gettext_lazy("Your signature"),
        help_text=gettext_lazy("It stands under your answers, above that of the department."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    appearance = forms.ChoiceField(
        label=gettext_lazy("Light or dark"), choices=Appearance.choices, widget=forms.RadioSelect
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Height of a ticket in lists"), choices=Density.choices, widget=forms.RadioSelect
    )
    afterwards = forms.ChoiceField(
        label=gettext_lazy("When an answer was sent, or a ticket is resolved, spam or deleted"),
        help_text=gettext_lazy("The next ticket is the one below it in the list. You can undo there as well."),
        choices=Afterwards.choices,
        widget=forms.RadioSelect,
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
    context = {"form": form, "previews": list(previews(request.me))}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/profile.html", context, status=status)


def _now(request: ConsoleRequest) -> dict[str, Any]:
    me = request.me
    return {name: getattr(me, name) for name in _PLAIN} | typed(me)


def _wanted(request: ConsoleRequest, cleaned: dict[str, Any]) -> dict[str, Any]:
    kept = {name: cleaned[name] for name in _PLAIN}
    return kept | written(cleaned, request.me)
