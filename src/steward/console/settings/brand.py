"""The brand: name, colour, logo, corners and font."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.brand.actions import Choices, choose_brand, choose_logo, remove_logo
from steward.brand.colours import LEAST_CONTRAST, PAPER, contrast, is_readable, nearest_readable, read_colour
from steward.brand.looks import Look, look_of
from steward.brand.models import ACCENT, Corners, Font, InMails
from steward.brand.pictures import LARGEST, PictureRefused, Problem, read_picture
from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response

SCHEMES = ("light", "dark")
_REFUSALS = {
    Problem.TOO_LARGE: gettext_lazy("The picture is larger than 512 KB. Save it smaller."),
    Problem.TOO_WIDE: gettext_lazy("The picture is wider or taller than 1024 pixels. Save it smaller."),
    Problem.VECTOR: gettext_lazy(
        "SVG is not taken: such a file can carry programs, and few mail programs show it. Save the logo as PNG."
    ),
    Problem.UNKNOWN: gettext_lazy("This is not a PNG, JPEG or WebP picture, whatever its name says."),
    Problem.BROKEN: gettext_lazy("The picture is damaged. Save it again, or choose another one."),
}


class BrandForm(forms.Form):
    """The choices without the logo."""

    name = forms.CharField(
        label=gettext_lazy("Name shown to customers"),
        help_text=gettext_lazy("Empty: the name of the company."),
        max_length=120,
        required=False,
    )
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"),
        help_text=gettext_lazy("As #005975 or oklch(0.44 0.09 222). White text on it must be easy to read."),
        max_length=60,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    corners = forms.ChoiceField(
        label=pgettext_lazy("of buttons and boxes", "Corners"), choices=Corners.choices, widget=forms.RadioSelect
    )
    font = forms.ChoiceField(
        label=gettext_lazy("Font"),
        help_text=gettext_lazy("One that readers have already: none is loaded from elsewhere."),
        choices=Font.choices,
        widget=forms.RadioSelect,
    )
    in_mails = forms.ChoiceField(
        label=gettext_lazy("At the head of mails"), choices=InMails.choices, widget=forms.RadioSelect
    )
    nearest = ""  # of a colour that cannot be read: the nearest that can

    def clean_accent(self) -> str:
        """A colour in hex under which white text can be read."""
        try:
            colour = read_colour(self.cleaned_data["accent"])
        except ValueError as error:
            raise forms.ValidationError(
                _("This is not a colour. Write it like #005975 or oklch(0.44 0.09 222).")
            ) from error
        if not is_readable(colour):
            self.nearest = nearest_readable(colour)
            said = _(
                "%(colour)s is hard to read on our pages, and so is white text on it: "
                "the contrast is %(found)s, and %(least)s is needed."
            )
            # Cut, not rounded: 4.48 is not 4.5.
            found = int(contrast(colour, PAPER) * 10) / 10
            told = {"colour": colour, "found": number_format(found, 1), "least": number_format(LEAST_CONTRAST, 1)}
            raise forms.ValidationError(said % told)
        return colour


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("brand")
def brand(request: ConsoleRequest) -> HttpResponse:
    """Show and save."""
    form = BrandForm(request.POST) if request.method == "POST" else BrandForm(initial=_now())
    if form.is_bound and form.is_valid():
        choose_brand(Choices(**form.cleaned_data), actor=request.actor)
        return _back(request, _("Saved."))
    return _page(request, {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@settings_page("brand")
def preview(request: ConsoleRequest) -> HttpResponse:
    """How the choices as typed look, on light and on dark paper. Nothing is saved."""
    form = BrandForm(request.POST)
    context: dict[str, Any] = {"form": form, "sample": None, "schemes": SCHEMES}
    if form.is_valid():
        context["sample"] = _typed(request, form.cleaned_data)
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "console/settings/_brand_sample.html", context)
    return _page(request, context, status=422 if form.errors else 200)


@require_POST
@settings_page("brand")
def logo(request: ConsoleRequest) -> HttpResponse:
    """Take another logo."""
    file = request.FILES.get("logo")
    if file is None:
        return _page(request, {"logo_error": _("Choose a picture first.")}, status=422)
    try:
        picture = read_picture(file.read(LARGEST + 1))
    except PictureRefused as refusal:
        return _page(request, {"logo_error": _REFUSALS[refusal.problem]}, status=422)
    choose_logo(picture, actor=request.actor)
    return _back(request, _("The logo was saved."))


@require_POST
@settings_page("brand")
def logo_removal(request: ConsoleRequest) -> HttpResponse:
    """Go without a logo."""
    remove_logo(actor=request.actor)
    return _back(request, _("The logo was removed."))


def _page(request: ConsoleRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    look: Look | None = look_of(request.account.name)
    whole = {"form": BrandForm(initial=_now()), "look": look, "sample": look, "schemes": SCHEMES} | context
    return settings_response(request, "console/settings/brand.html", whole, status=status)


def _typed(request: ConsoleRequest, chosen: dict[str, Any]) -> Look:
    """The look that these choices would make, with the logo there is."""
    stored = look_of(request.account.name)
    typed = Look(**chosen | {"name": chosen["name"] or request.account.name})
    return replace(typed, logo_file=stored.logo_file, logo_size=stored.logo_size) if stored else typed


def _now() -> dict[str, Any]:
    look = look_of("")
    if look is None:
        return {
            "accent": ACCENT,
            "corners": Corners.SOFT.value,
            "font": Font.SYSTEM.value,
            "in_mails": InMails.NOTHING.value,
        }
    return {name: getattr(look, name) for name in BrandForm.base_fields}


def _back(request: ConsoleRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-brand"), status=303)
