"""What is typed about a request of a person."""

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.contacts.models import Contact
from steward.contacts.rectifying import Correction
from steward.lib.clock import now
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.words import BASES
from steward.privacy.requests import words
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.queries import contact_with

LONGEST = 10_000
_EARLIEST = 2000  # a year before is a slip: a field for days takes “1” for the year 1
_OF_ANOTHER = {"dir": "ltr", "autocomplete": "off"}  # an address that is not of who types it
_ADDRESS = "address-"


def _choices(of: words.Words) -> list[tuple[str, object]]:
    return list(of.items())


class NarrowingForm(forms.Form):
    """Which requests are listed."""

    type = forms.ChoiceField(
        label=pgettext_lazy("what a person asks for", "Kind"),
        choices=[("", pgettext_lazy("kinds of requests", "All")), *_choices(words.TYPES)],
        required=False,
    )
    state = forms.ChoiceField(
        label=pgettext_lazy("of a request", "State"),
        choices=[
            ("", pgettext_lazy("states of requests", "All")),
            ("open", pgettext_lazy("requests", "Not answered")),
            *_choices(words.STATES),
        ],
        required=False,
    )


class NewRequestForm(forms.Form):
    """A request that reached the account in whatever way."""

    type = forms.ChoiceField(label=gettext_lazy("What they ask for"), choices=_choices(words.TYPES))
    address = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        widget=forms.EmailInput(_OF_ANOTHER),
        help_text=gettext_lazy("By it they are found, and answered."),
        max_length=254,
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    words = forms.CharField(
        label=gettext_lazy("In which words they ask"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    received_on = forms.DateField(
        label=gettext_lazy("When it arrived"),
        help_text=gettext_lazy("The month begins on this day, whenever it is noted."),
        widget=forms.DateInput({"type": "date"}),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)

    def clean_received_on(self) -> datetime:
        """The beginning of the day in the account's zone; this moment for today."""
        day, at = self.cleaned_data["received_on"], now().astimezone(self.zone)
        if day > at.date():
            raise forms.ValidationError(_("A request cannot arrive tomorrow: choose the day on which it came."))
        if day.year < _EARLIEST:
            raise forms.ValidationError(self.fields["received_on"].error_messages["invalid"], code="invalid")
        return at if day == at.date() else datetime.combine(day, time(), self.zone)


class StepForm(forms.Form):
    """One of several forms on a page: ids of its own, and each of a group of choices says what is wrong with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            if isinstance(field := self.fields.get(name), forms.ChoiceField):
                field.widget.attrs["aria-describedby"] = f"{str(self.auto_id) % name}-about"


class KindForm(StepForm):
    """What is asked for."""

    type = forms.ChoiceField(
        label=gettext_lazy("What they ask for"),
        choices=[each for each in _choices(words.TYPES) if each[0] != PrivacyRequest.Type.UNSAID],
    )


class IdentityForm(StepForm):
    """Who asks, and how that was made sure."""

    address = forms.EmailField(
        label=gettext_lazy("An address of theirs, by which we know them"),
        widget=forms.EmailInput(_OF_ANOTHER),
        max_length=254,
    )
    proof = forms.ChoiceField(
        label=gettext_lazy("How it was made sure"), choices=_choices(words.PROOFS), widget=forms.RadioSelect
    )

    def clean_address(self) -> Contact:
        """Whoever has the address."""
        contact = contact_with(self.cleaned_data["address"])
        if contact is None:
            raise forms.ValidationError(
                _("Nobody here has this address. Look whether it is written as in their mails.")
            )
        return contact


def _text(label: Any, help_text: Any = "", *, rows: int = 4) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, widget=area)


def _by_mail() -> forms.BooleanField:
    return forms.BooleanField(label=gettext_lazy("Tell them by e-mail now"), required=False, initial=True)


class ProofForm(StepForm):
    """What the person is asked before anything is done."""

    words = _text(gettext_lazy("What they are asked"), rows=6)
    by_mail = forms.BooleanField(label=gettext_lazy("Ask them by e-mail now"), required=False, initial=True)


class ExtensionForm(StepForm):
    """Why it takes longer."""

    words = _text(gettext_lazy("Why it takes longer"), gettext_lazy("The person is told this. It may be done once."))
    by_mail = _by_mail()


class RefusalForm(StepForm):
    """Why it is not done."""

    reason = forms.ChoiceField(label=pgettext_lazy("of a refusal", "Reason"), choices=_choices(words.REFUSALS))
    words = _text(gettext_lazy("Explained to the person"))
    by_mail = _by_mail()


class HoldForm(StepForm):
    """Why nothing goes on, and whether a legal hold keeps the person's data meanwhile."""

    words = _text(gettext_lazy("Why nothing goes on for now"), gettext_lazy("The clock runs on."), rows=2)
    basis = forms.ChoiceField(
        label=gettext_lazy("Place a legal hold on their data"),
        choices=[
            ("", pgettext_lazy("legal hold", "None")),
            *((key, text) for key, text in BASES.items() if key != LegalHold.Basis.RESTRICTION),
        ],
        required=False,
    )


class AnswerForm(StepForm):
    """What the person is told, and how."""

    MAIL, OTHERWISE = "mail", "otherwise"

    words = _text(gettext_lazy("What they are told"), rows=8)
    way = forms.ChoiceField(
        label=gettext_lazy("How they are told"),
        choices=[
            (MAIL, gettext_lazy("By e-mail, now")),
            (OTHERWISE, gettext_lazy("They were told in another way: by letter, by telephone")),
        ],
        widget=forms.RadioSelect,
    )


class RestrictionForm(StepForm):
    """On which ground their data are kept and not used."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Why their data are kept and not used"),
        choices=_choices(words.GROUNDS),
        widget=forms.RadioSelect,
    )


class LiftingForm(StepForm):
    """The end of a restriction."""

    told = forms.BooleanField(label=gettext_lazy("The person was told that the restriction ends"))


class CorrectionForm(StepForm):
    """What is right."""

    name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Their language"), required=False)

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": contact.name, "language": contact.language}
        known = {contact.language: contact.language} if contact.language else {}
        known |= dict(settings.LANGUAGES)
        field: Any = self.fields["language"]
        field.choices = [("", pgettext_lazy("language of a person", "Not known")), *known.items()]
        for row in contact.addresses.order_by("id"):
            self.fields[f"{_ADDRESS}{row.pk}"] = forms.EmailField(
                label=gettext_lazy("E-mail address"),
                max_length=254,
                initial=row.value,
                widget=forms.EmailInput(_OF_ANOTHER),
            )

    def correction(self) -> Correction:
        """What the fields say."""
        asked = self.cleaned_data
        addresses = {
            UUID(name.removeprefix(_ADDRESS)): value for name, value in asked.items() if name.startswith(_ADDRESS)
        }
        return Correction(asked["name"], asked["language"], addresses)


def proof_of(form: IdentityForm) -> PrivacyRequest.Proof:
    """How it was made sure."""
    return PrivacyRequest.Proof(form.cleaned_data["proof"])
