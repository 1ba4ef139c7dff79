"""The data protection officer of the account, or whoever is to be reached about data protection."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.privacy.incidents.own import dpo_contact, name_dpo, remove_dpo


class OfficerForm(forms.Form):
    """Name, address and number."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("They are told of incidents by mail, as owners are."),
        max_length=254,
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), max_length=50, required=False, widget=forms.TextInput({"dir": "ltr"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("officer")
def officer(request: ConsoleRequest) -> HttpResponse:
    """Say who it is."""
    known = dpo_contact()
    begun = {"name": known.name, "email": known.email, "phone": known.phone} if known else {}
    form = OfficerForm(request.POST if request.method == "POST" else None, initial=begun)
    if form.is_bound and form.is_valid():
        name_dpo(**form.cleaned_data, actor=request.actor)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-officer"), status=303)
    context = {"form": form, "known": known}
    return settings_response(request, "console/settings/officer.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("officer")
def officer_removal(request: ConsoleRequest) -> HttpResponse:
    """Name nobody; what was known of them is deleted."""
    if remove_dpo(actor=request.actor):
        messages.success(request, _("Removed. Nobody is named now."))
    return HttpResponseRedirect(reverse("console:settings-officer"), status=303)
