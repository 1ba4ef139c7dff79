"""Forms in which "not stated" is an answer of its own, beside what is typed, and texts have a field per language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _

from steward.operator.registry.beside import beside
from steward.operator.registry.labels import LABELS
from steward.privacy.egress.registry.document import Words
from steward.privacy.egress.registry.faults import PREVAILING
from steward.privacy.subprocessors.prose import LANGUAGES

UNSAID = "_unsaid"
_SHORT = 3  # lines


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. `has_unsaid`: a box beside it says that it is not stated; `may_be_empty`: none at all is an answer."""

    name: str
    field: Callable[[], forms.Field]
    has_unsaid: bool = True
    may_be_empty: bool = False
    label: Any = ""
    help: Any = ""


@dataclass(frozen=True, slots=True)
class AskedInWords:
    """One text in all languages."""

    name: str
    lines: int = 2
    is_needed: bool = False
    label: Any = ""
    help: Any = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One language of a text, as a page shows its field."""

    language: str
    name: str
    field: BoundField
    is_missing: bool
    theirs: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a page shows of one question: its field, or the fields by language, and the box for "not stated".

    `theirs` is what the draft says now, where that is something else than what was typed.
    """

    name: str
    label: str
    help: str
    unsaid: BoundField | None
    field: BoundField | None = None
    told: tuple[Told, ...] = ()
    theirs: str | None = None
    is_long: bool = False  # of texts with several paragraphs

    @property
    def is_group(self) -> bool:
        """Whether it has several controls, so that its label is a legend."""
        return bool(self.told) or (self.field is not None and self.field.widget_type == "checkboxselectmultiple")


class StatingForm(forms.Form):
    """A form made of `asked`. After validation `said()` is what it says, None where that is not stated."""

    asked: ClassVar[tuple[Asked | AskedInWords, ...]] = ()
    is_beside = False  # whether what is stored is shown beside what was typed

    def __init__(self, data: Any = None, *, said: Mapping[str, Any] | None = None, prefix: str | None = None) -> None:
        """`said`: the values to begin with; without them nothing is stated."""
        super().__init__(data, initial=dict(self._initial(said or {})), prefix=prefix)
        for one in self.questions():
            self._add(one)

    def questions(self) -> tuple[Asked | AskedInWords, ...]:
        """What is asked; subclasses add what depends on the draft."""
        return self.asked

    def said(self) -> dict[str, Any]:
        """The values by name; None where "not stated" is ticked."""
        return {one.name: self._said(one) for one in self.questions()}

    def lines(self) -> list[Line]:
        """What the page shows."""
        return [self._line(one) for one in self.questions()]

    def clean(self) -> dict[str, Any]:
        """Either something is said or the box is ticked, never both and never neither."""
        for one in self.questions():
            self._check(one)
        return self.cleaned_data

    def _add(self, one: Asked | AskedInWords) -> None:
        if isinstance(one, AskedInWords):
            names = dict(settings.LANGUAGES)
            for language in LANGUAGES:
                field = forms.CharField(required=False, label=names.get(language, language), max_length=20_000)
                area = {"rows": one.lines, "lang": language, "dir": "rtl" if language == "ar" else "ltr"}
                field.widget = forms.Textarea(attrs=area)
                self.fields[_in(one.name, language)] = field
        else:
            self.fields[one.name] = one.field()
            self.fields[one.name].label, self.fields[one.name].help_text = _label(one), one.help
        if _has_box(one):
            self.fields[one.name + UNSAID] = forms.BooleanField(required=False)

    def _initial(self, said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for one in self.questions():
            value = said.get(one.name)
            if isinstance(one, AskedInWords):
                yield from ((_in(one.name, language), (value or {}).get(language, "")) for language in LANGUAGES)
            elif value is not None:
                yield one.name, value
            if _has_box(one):
                yield one.name + UNSAID, value is None or value == {}

    def _said(self, one: Asked | AskedInWords) -> Any:
        if isinstance(one, AskedInWords):
            found = {language: self.cleaned_data.get(_in(one.name, language), "") for language in LANGUAGES}
            return {language: text for language, text in found.items() if text}
        if one.has_unsaid and self.cleaned_data.get(one.name + UNSAID):
            return None
        value = self.cleaned_data.get(one.name)
        return None if value == "" else value

    def _check(self, one: Asked | AskedInWords) -> None:
        is_unsaid = _has_box(one) and bool(self.cleaned_data.get(one.name + UNSAID))
        if isinstance(one, AskedInWords):
            self._check_words(one, self._said(one), is_unsaid=is_unsaid)
            return
        if not one.has_unsaid or one.name in self.errors:
            return
        is_said = bool(self.cleaned_data.get(one.name))
        if is_unsaid and is_said:
            self.add_error(one.name, _("Either say it, or tick “Not stated”."))
        elif not is_unsaid and not is_said and not one.may_be_empty:
            self.add_error(one.name, _("Say it, or tick “Not stated”."))

    def _check_words(self, one: AskedInWords, words: Words, *, is_unsaid: bool) -> None:
        english = _in(one.name, PREVAILING)
        if is_unsaid and words:
            self.add_error(english, _("Either say it, or tick “Not stated”."))
        elif not is_unsaid and not words.get(PREVAILING):
            is_choice = not one.is_needed and not words
            needed = _("Say it in English, too: English prevails.")
            self.add_error(english, _("Say it, or tick “Not stated”.") if is_choice else needed)

    def _line(self, one: Asked | AskedInWords) -> Line:
        unsaid = self[one.name + UNSAID] if _has_box(one) else None
        if isinstance(one, Asked):
            field = self[one.name]
            if field.errors:  # each box of several says what is wrong with all of them
                field.field.widget.attrs["aria-describedby"] = f"{field.auto_id}-about"
            theirs = self._theirs(one.name, unsaid.name if unsaid else "")
            return Line(one.name, _label(one), str(one.help), unsaid, field=field, theirs=theirs)
        told, is_long = tuple(self._told(one)), one.lines > _SHORT
        return Line(one.name, _label(one), str(one.help), unsaid, told=told, is_long=is_long)

    def _told(self, one: AskedInWords) -> Iterator[Told]:
        names = dict(settings.LANGUAGES)
        has_english = bool(self[_in(one.name, PREVAILING)].value())
        for language in LANGUAGES:
            field = self[_in(one.name, language)]
            is_missing = has_english and not field.value()
            yield Told(language, str(names.get(language, language)), field, is_missing, self._theirs(field.name))

    def _theirs(self, name: str, unsaid: str = "") -> str | None:
        return beside(self, name, unsaid) if self.is_beside else None


def _has_box(one: Asked | AskedInWords) -> bool:
    return not one.is_needed if isinstance(one, AskedInWords) else one.has_unsaid


def _label(one: Asked | AskedInWords) -> str:
    return str(one.label or LABELS[one.name])


def _in(name: str, language: str) -> str:
    return f"{name}_{language}"
