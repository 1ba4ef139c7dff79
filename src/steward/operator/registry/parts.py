"""What the form of any part is made of: sections of questions, and rows of which some are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from steward.operator.registry.papers import Papers
from steward.operator.registry.stating import Line, StatingForm

MOST_ROWS = 50


class RowForm(StatingForm):
    """One of several things of a kind; `is_there` says whether the document names it. `papers`: the files of it."""

    needed: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *args: Any, title: str, is_there: bool = False, papers: Papers | None = None, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self.title, self.papers = title, papers
        self.initial["is_there"] = is_there
        self.fields["is_there"] = forms.BooleanField(required=False, label=title)

    @property
    def is_there(self) -> bool:
        """Whether it was ticked."""
        return bool(self.cleaned_data.get("is_there"))

    @property
    def theirs(self) -> bool | None:
        """Whether the draft names it now; None where that is what was ticked."""
        was, ticked = bool(self.initial["is_there"]), bool(self["is_there"].value())
        return was if self.is_beside and was != ticked else None

    @property
    def is_there_field(self) -> BoundField:
        """The box, as a page shows it."""
        return self["is_there"]

    @property
    def their_papers(self) -> str | None:
        """The files that the draft names now, where others were typed."""
        return self.papers.theirs if self.papers and self.is_beside else None

    def is_valid(self) -> bool:
        """Its files are a part of it."""
        return super().is_valid() and not (self.papers and self.papers.errors)

    def clean(self) -> dict[str, Any]:
        """What is not ticked has nothing typed in it: else it would be lost."""
        if self.is_there:
            super().clean()
            for name in self.needed:
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed."))
        elif not self.initial["is_there"] and (self.changed_data or (self.papers and self.papers.is_changed)):
            self.add_error("is_there", _("Tick this, too, or empty what is below it."))
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together, then rows. `count` is the name and number of the rows, for the form to say."""

    title: str
    lines: Sequence[Line] = ()
    rows: Sequence[RowForm] = ()
    count: tuple[str, int] = ("", 0)
    help: str = ""
    about_files: str = ""  # where its rows take some


class PartForm(Protocol):
    """The form of one part. `value()` is the part it says, once `is_valid()`."""

    def is_valid(self) -> bool: ...
    def value(self) -> Any: ...
    def sections(self) -> list[Section]: ...
    def errors(self) -> list[str]: ...
    def forms(self) -> Sequence[StatingForm]: ...


def row_count(data: Mapping[str, Any] | None, name: str, stored: int) -> int:
    """How many rows there are: as the form that came back says, and those that somebody has added meanwhile."""
    told = str((data or {}).get(f"{name}-count", ""))
    is_number = told.isascii() and told.isdigit() and len(told) < 5
    return max(stored, min(int(told), MOST_ROWS)) if is_number else stored


def lines_of(form: StatingForm, *names: str) -> list[Line]:
    """Some of the lines, in the order of the names; what the form does not ask is left out."""
    found = {line.name: line for line in form.lines()}
    return [found[name] for name in names if name in found]
