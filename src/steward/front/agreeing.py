"""The agreement at sign-up: shown with the list of subprocessors it names, and concluded with opening the account."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from steward.front.entrance import sign_up_open
from steward.lifecycle.opening import Agreed, agreement_draft
from steward.people.access import sign_up_with
from steward.people.models import SignUp
from steward.people.throttling import LINK_CLIENT, TooManyTries, client_of, count_try
from steward.privacy.agreements.actions import is_on_offer
from steward.privacy.agreements.effects import OfOurs, effects_of
from steward.privacy.agreements.rendering import render
from steward.privacy.egress.registry.versions import newest_head
from steward.tenancy.residency import centre_for


class AgreementForm(forms.Form):
    """Concluding our agreement, with the version of the list that was shown."""

    position = forms.CharField(
        label=pgettext_lazy("of a person in a company", "Your position"),
        help_text=gettext_lazy("Such as managing director: by it you may sign for the company."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    company_address = forms.CharField(
        label=gettext_lazy("Address of your company"),
        help_text=gettext_lazy("It becomes part of the agreement (Annex I)."),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    accepts = forms.BooleanField(
        label=gettext_lazy("I conclude the data processing agreement for my company, with the subprocessors it names"),
        error_messages={"required": gettext_lazy("Without the agreement no account is opened here.")},
    )
    registry_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, means: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.means = means  # what it says, in plain words
        self.fields["accepts"].required = not settings.STEWARD_TRIAL_WITHOUT_AGREEMENT

    def clean(self) -> dict[str, Any]:
        """Only the list that was shown is accepted; a newer one has to be seen first."""
        cleaned, newest = super().clean() or {}, newest_head().number
        if cleaned.get("registry_version") != newest:
            self.data = {**self.data.dict(), "registry_version": newest}  # type: ignore[attr-defined]
            self.add_error("accepts", _("The list of subprocessors has changed since this page was opened."))
        return cleaned

    def agreed(self, request: HttpRequest) -> Agreed | None:
        """What was agreed to; None when the account is opened without an agreement."""
        if not self.cleaned_data["accepts"]:
            return None
        return Agreed(
            registry_version=self.cleaned_data["registry_version"],
            position=self.cleaned_data["position"],
            company_address=self.cleaned_data["company_address"],
            address=str(request.META.get("REMOTE_ADDR", "")),
        )


def agreement_form(request: HttpRequest, asked: SignUp) -> AgreementForm | None:
    """The form beside that of the password; None where there is no agreement to conclude."""
    if not is_on_offer():
        return None
    means = effects_of(OfOurs(), region=centre_for(asked.region).region)
    if request.method == "POST":
        return AgreementForm(request.POST, means=means)
    return AgreementForm(initial={"registry_version": newest_head().number}, means=means)


@never_cache
@require_safe
@sign_up_open
def agreement_draft_file(request: HttpRequest, token: str) -> HttpResponse:
    """What would be concluded with opening this account, as a file."""
    try:
        count_try(LINK_CLIENT, client_of(request))
        asked = sign_up_with(token)
    except (TooManyTries, SignUp.DoesNotExist) as error:
        raise Http404("no such sign-up") from error
    if not is_on_offer():
        return HttpResponseRedirect(reverse("front:confirm", args=[token]))
    response = HttpResponse(render(agreement_draft(asked)), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="data-processing-agreement-draft.pdf"'
    return response
