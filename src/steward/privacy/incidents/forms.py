"""What is typed about a breach, by operators and by the people of an account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.lib.clock import now
from steward.privacy.incidents.account_models import OwnIncident
from steward.privacy.incidents.facts import WORDS, Kind, Risk
from steward.privacy.incidents.wordings import Wording
from steward.privacy.incidents.words import FACT_WORDS, TITLE

LONGEST = 10_000
MOST = 2_000_000_000  # people or records: what the column holds


def moment_field(label: Any, *, is_required: bool = False, about: Any = "") -> forms.DateTimeField:
    """A moment in the time zone of the page."""
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, required=is_required, help_text=about)


def words_field(label: Any, *, rows: int = 3, is_required: bool = False, about: Any = "") -> forms.CharField:
    """Some lines of text."""
    widget = forms.Textarea({"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, required=is_required, help_text=about)


def number_field(label: Any) -> forms.IntegerField:
    """About how many; empty: not yet known."""
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False)


class WordingForm(forms.Form):
    """What is known of an incident, said again in another language."""

    def __init__(self, *args: Any, wordings: list[Wording], language: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wordings, self.language = wordings, language
        for one in wordings:
            is_title = one.name == "title"
            label, longest = (TITLE, 200) if is_title else (FACT_WORDS[one.name], LONGEST)
            widget = forms.TextInput() if is_title else forms.Textarea({"rows": 3})
            widget.attrs["lang"] = language
            # Outdated words are not sent back with the others: they would be taken to say again what is known now.
            about = _("What it says again has changed since: write it anew.") if one.is_outdated else ""
            words = "" if one.is_outdated else one.words
            self.fields[one.name] = forms.CharField(
                label=str(label), max_length=longest, widget=widget, required=False, initial=words, help_text=about
            )

    @property
    def rows(self) -> list[tuple[Wording, forms.BoundField]]:
        """What is said again, and the field for it."""
        return [(one, self[one.name]) for one in self.wordings]

    @property
    def said(self) -> dict[str, str]:
        """What is written, by name. Outdated words that nobody wrote anew stay to be read here: nobody is told them."""
        typed = self.cleaned_data
        return {one.name: typed[one.name] for one in self.wordings if typed[one.name] or not one.is_outdated}


class OpeningForm(forms.Form):
    """What is known in the first minute."""

    title = forms.CharField(
        label=pgettext_lazy("of an incident", "Title"),
        help_text=gettext_lazy("One line. It stands at the head of what is told, so name nobody in it."),
        max_length=200,
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kind of incident"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    detected_at = moment_field(pgettext_lazy("incident", "Detected at"), is_required=True)
    aware_at = moment_field(
        pgettext_lazy("incident", "Known for certain since"),
        about=gettext_lazy("From this moment the clocks run. Empty while it is only suspected."),
    )

    def clean(self) -> dict[str, Any]:
        """Nothing of it lies ahead. What was not touched stays as it is: fields for moments know no seconds."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("detected_at", "aware_at", "authority_told_at"):
            at, before = said.get(name), self.initial.get(name)
            if at is not None and before is not None and at == before.replace(second=0, microsecond=0):
                said[name] = before
            elif at is not None and at > now():
                self.add_error(name, ValidationError(_("This moment is still to come.")))
        return said


class FactsForm(OpeningForm):
    """Article 33(3), and what is decided. What stays empty is not yet known, and is asked for again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        later = {name: self.fields.pop(name) for name in LATER if name in self.fields}
        for name in FACT_WORDS:
            if name in WORDS:
                self.fields[name] = words_field(FACT_WORDS[name])
            elif self.has_numbers:
                self.fields[name] = number_field(FACT_WORDS[name])
        self.fields |= later

    has_numbers = False  # an operator writes them for each account
    risk = forms.ChoiceField(
        label=pgettext_lazy("of an incident", "Risk"), choices=Risk.choices, required=False, widget=forms.RadioSelect
    )
    authority_told_at = moment_field(pgettext_lazy("incident", "The authority was told at"))
    authority_reference = forms.CharField(
        label=pgettext_lazy("incident", "Reference of the authority"), max_length=200, required=False
    )
    authority_why_not = words_field(pgettext_lazy("incident", "Why the authority was not told, or not in time"), rows=2)


class OwnForm(FactsForm):
    """The same in the account's own register."""

    has_numbers = True
    persons_told = forms.ChoiceField(
        label=pgettext_lazy("of an incident", "The people it concerns"),
        help_text=gettext_lazy("Where the risk to them is high, they have to be told (GDPR article 34)."),
        choices=OwnIncident.PersonsTold.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    persons_told_because = words_field(pgettext_lazy("incident", "When and how they were told, or why not"), rows=2)


# Asked for after the facts.
LATER = (
    "risk", "authority_told_at", "authority_reference", "authority_why_not", "persons_told", "persons_told_because",
)  # fmt: skip


def begun_from(breach: Any, form: type[forms.Form]) -> dict[str, Any]:
    """What a form about it begins with."""
    return {name: getattr(breach, name) for name in form().fields if hasattr(breach, name)}
