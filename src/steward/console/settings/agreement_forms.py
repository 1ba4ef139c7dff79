"""What owners type about their agreement."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.privacy.agreements.access import region_names
from steward.privacy.agreements.actions import Proposal
from steward.privacy.agreements.asking import LastDay
from steward.privacy.agreements.uploads import Problem, Upload, UploadRefused, read_upload
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.ui.meant import MeantForm

LONGEST_NOTICE = 365
REFUSALS = {
    Problem.EMPTY: gettext_lazy("The file is empty."),
    Problem.TOO_LARGE: gettext_lazy("The file is larger than 10 MB. Save it smaller."),
    Problem.NEITHER: gettext_lazy("This is neither a PDF nor a Word document (DOCX) without programs in it."),
}


class FileField(forms.FileField):
    """A PDF or DOCX, as an `Upload`."""

    def clean(self, data: Any, initial: Any = None) -> Upload:
        try:
            return read_upload(super().clean(data, initial).read())
        except UploadRefused as refusal:
            raise forms.ValidationError(str(REFUSALS[refusal.problem])) from refusal


class SigningForm(forms.Form):
    """Who signs our form, and the version of the list that was shown."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    position = forms.CharField(
        label=pgettext_lazy("of a person in a company", "Your position"),
        help_text=gettext_lazy("Such as managing director: by it you may sign for the company."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    company = forms.CharField(
        label=gettext_lazy("Your company, as it is registered"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    company_address = forms.CharField(
        label=gettext_lazy("Its address"),
        help_text=gettext_lazy("It becomes part of the agreement (Annex I)."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    accepts = forms.BooleanField(
        label=gettext_lazy("I conclude this agreement for my company"),
        error_messages={"required": gettext_lazy("Without this nothing is concluded.")},
    )
    registry_version = forms.IntegerField(widget=forms.HiddenInput)


class OwnTextForm(forms.Form):
    """An own text, and what it says that the gate has to know."""

    text = FileField(
        label=gettext_lazy("Your agreement, signed by you"),
        help_text=gettext_lazy("PDF or DOCX, at most 10 MB."),
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.docx", "class": "file-input", "aria-describedby": "id_text-about"}
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"), choices=lambda: settings.LANGUAGES)
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days of notice before a change of subprocessors"),
        help_text=gettext_lazy("At least 30. So many days pass before a change may be used for you."),
        min_value=LEAST_NOTICE_DAYS,
        max_value=LONGEST_NOTICE,
        initial=LEAST_NOTICE_DAYS,
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("How subprocessors are authorised"),
        choices=AccountTerms.Mode.choices,
        initial=AccountTerms.Mode.GENERAL,
        help_text=gettext_lazy(
            "With specific authorisation each subprocessor stays off, also those of today and the mail they carry, "
            "until you agree to it on the page Subprocessors."
        ),
        widget=forms.RadioSelect,
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Regions that data may go to"),
        help_text=gettext_lazy(
            "Chosen: data go to the countries of these regions and nowhere else. None chosen: they stay in your region "
            "except where the list names what a transfer rests on."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    name = SigningForm.base_fields["name"]
    position = SigningForm.base_fields["position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].choices = region_names()  # type: ignore[attr-defined]

    @property
    def proposal(self) -> Proposal:
        """The terms that were typed."""
        cleaned = self.cleaned_data
        return Proposal(
            notice_days=cleaned["notice_days"],
            mode=cleaned["mode"],
            regions=tuple(cleaned["regions"]),
            language=cleaned["language"],
        )


class EndingForm(MeantForm):
    """Why the agreement is ended, and the address of the account, which shows that it is meant."""

    field_order = ("ends_at", "words", "word")
    ends_at = LastDay()
    words = forms.CharField(
        label=gettext_lazy("Why you end it"),
        help_text=gettext_lazy("It may stay empty. Who runs this installation reads it."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def list_changed() -> str:
    """Said when there is a newer list than the one that was shown."""
    return _("The list of subprocessors has changed since this page was opened. Read it once more, then sign.")
