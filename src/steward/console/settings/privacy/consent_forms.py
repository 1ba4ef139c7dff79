"""Writing purposes of consent: what for, where it is asked, and the words in each language."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.console.settings.privacy.request_forms import StepForm
from steward.privacy.consent.models import Purpose, PurposeText
from steward.privacy.consent.queries import Said

LONGEST_NAME, LONGEST_TEXT = 120, 4000


class WordsForm(forms.Form):
    """A name and a text in each language of Steward; those of the account's own are needed."""

    is_required = forms.BooleanField(
        label=gettext_lazy("They cannot go on without it"),
        help_text=gettext_lazy(
            "Leave it off wherever it can be left off: a consent that somebody had to give is hardly one."
        ),
        required=False,
    )

    def __init__(self, *args: Any, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(settings.LANGUAGES)
        self.own = own if own in names else "en"
        self.languages = [self.own, *(code for code in names if code != self.own)]
        for code in self.languages:
            turned = {"lang": code, "dir": "rtl" if code in settings.LANGUAGES_BIDI else "ltr"}
            self.fields[f"name_{code}"] = forms.CharField(
                label=pgettext_lazy("purpose of a consent", "Name"),
                max_length=LONGEST_NAME,
                required=code == self.own,
                widget=forms.TextInput(turned),
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=pgettext_lazy("purpose of a consent", "What they agree to"),
                max_length=LONGEST_TEXT,
                required=code == self.own,
                widget=forms.Textarea({"rows": 4} | turned),
            )

    def clean(self) -> dict[str, Any]:
        """A language has both or none."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        for code in self.languages:
            name, text = asked.get(f"name_{code}", ""), asked.get(f"text_{code}", "")
            if bool(name) != bool(text) and not {f"name_{code}", f"text_{code}"} & set(self.errors):
                self.add_error(
                    f"text_{code}" if name else f"name_{code}", _("A language needs both a name and a text.")
                )
        return asked

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """As `purposes` takes them."""
        asked = self.cleaned_data
        return {code: {"name": asked[f"name_{code}"], "text": asked[f"text_{code}"]} for code in self.languages}

    @property
    def head(self) -> list[BoundField]:
        """The fields that are of no language."""
        return [field for field in self if field.name.partition("_")[2] not in self.languages]

    def by_language(self) -> list[dict[str, Any]]:
        """`{"code", "name", "fields", "is_own", "is_open"}` of each: open is what holds words or a mistake."""
        names = dict(settings.LANGUAGES)
        return [self._language(code, names[code]) for code in self.languages]

    def _language(self, code: str, name: str) -> dict[str, Any]:
        fields = [self[f"name_{code}"], self[f"text_{code}"]]
        is_open = any(field.value() or field.errors for field in fields)
        return {"code": code, "name": name, "fields": fields, "is_own": code == self.own, "is_open": is_open}


class NewPurposeForm(WordsForm):
    """A purpose with its first words."""

    code = forms.SlugField(
        label=pgettext_lazy("purpose of a consent", "Code"),
        help_text=gettext_lazy("By which programs and imports name it, such as newsletter. It never changes."),
        max_length=40,
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(label=gettext_lazy("What it is asked for"), choices=Purpose.Place.choices)

    field_order = ("place", "code", "is_required")

    def clean_code(self) -> str:
        """Small letters; what a `SlugField` takes beside that is no code."""
        code = str(self.cleaned_data["code"]).lower().replace("_", "-").strip("-")
        if not code:
            raise forms.ValidationError(_("A code has a letter or a digit."))
        return code


class NewWordsForm(WordsForm):
    """New words of a purpose."""

    asks_again = forms.BooleanField(
        label=gettext_lazy("Ask everybody again"),
        help_text=gettext_lazy(
            "Needed when the new words say more than the old ones: then consents to the old ones count no longer. "
            "Without it they go on counting, as after a correction of spelling."
        ),
        required=False,
    )

    field_order = ("is_required", "asks_again")


class TakenBackForm(StepForm):
    """Which of their consents a person takes back, who asked for that; all unless one says otherwise."""

    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Consents they take back"),
        help_text=gettext_lazy("What is done by them stops at once. What is not ticked goes on standing."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, standing: Sequence[Said], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = standing
        self.fields["purposes"].choices = [(one.purpose.code, one.name) for one in standing]  # type: ignore[attr-defined]
        self.fields["purposes"].initial = [one.purpose.code for one in standing]

    @property
    def taken_back(self) -> list[Purpose]:
        """The purposes that were ticked."""
        return [one.purpose for one in self.standing if one.purpose.code in self.cleaned_data["purposes"]]


def begun_with(purpose: Purpose, text: PurposeText) -> dict[str, Any]:
    """What the form holds before somebody writes in it."""
    said = {f"{key}_{code}": words[key] for code, words in text.words.items() for key in ("name", "text")}
    return said | {"is_required": purpose.is_required}
