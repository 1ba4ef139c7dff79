"""What one fills in to redact: which words first; then why, with the word that shows one means it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from steward.console.redactions import KINDS, REASON_FOR, REASONS
from steward.lib.redacting import TooShort, pattern_of
from steward.lib.sensitive import kind_of
from steward.tickets.actions import NothingFound, Redaction, reach_of, suggested, words_at
from steward.tickets.models import Attachment, Message
from steward.tickets.rewriting import holds
from steward.ui.enumerating import isolated
from steward.ui.meant import MeantForm

_MOST_FOUND = 100
_MOST_WORDS = 50
LONGEST = 4_000  # characters of words that are typed
_LONGEST_CHOSEN = 40_000  # with those that were found: a key is long


class WordsForm(forms.Form):
    """What is found in the message, to be chosen from, and words of one's own."""

    found = forms.MultipleChoiceField(
        label=gettext_lazy("Found in this message"), required=False, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label=gettext_lazy("Words to redact"),
        help_text=gettext_lazy(
            "One name, number or phrase on each line, as it stands in the message or in one of its files."
        ),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 3, "dir": "auto", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.message, self.reach = message, None
        field: Any = self.fields["found"]
        field.choices = list(_found(message))
        if not field.choices:
            del self.fields["found"]

    reach: Redaction | None

    @property
    def chosen(self) -> list[str]:
        """The words of a form that is right, each once."""
        return list(dict.fromkeys(self._chosen(self.cleaned_data)))

    def _chosen(self, cleaned: dict[str, Any]) -> Iterator[str]:
        spans = [choice.split("-") for choice in cleaned.get("found", [])]
        found = words_at(self.message, [(int(start), int(end)) for start, end in spans])
        yield from (" ".join(each.split()) for each in found)  # on a line of its own, also what runs over several
        yield from filter(None, (" ".join(line.split()) for line in cleaned.get("words", "").splitlines()))

    def clean(self) -> dict[str, Any]:
        """Every one of the words stands in the message, and is long enough to be told from others."""
        cleaned = super().clean() or {}
        words = list(dict.fromkeys(self._chosen(cleaned)))
        if not words:
            raise forms.ValidationError(_("Choose or type what is to be redacted."))
        if len(words) > _MOST_WORDS:
            raise forms.ValidationError(
                ngettext(
                    "Redact at most %(most)s line at a time.", "Redact at most %(most)s lines at a time.", _MOST_WORDS
                )
                % {"most": _MOST_WORDS}
            )
        for each in words:
            self._check(each)
        self.reach = reach_of(self.message, words)
        return cleaned

    def _check(self, words: str) -> None:
        try:
            if not holds(self.message, pattern_of([words])):
                reach_of(self.message, [words])  # it may stand in a file
        except TooShort as error:
            raise forms.ValidationError(
                _("“%(words)s” is too short: use at least three letters or digits.") % {"words": isolated(words)}
            ) from error
        except NothingFound as error:
            raise forms.ValidationError(
                _("“%(words)s” does not stand in this message or in a file of it.") % {"words": isolated(words)}
            ) from error


def _found(message: Message) -> Iterator[tuple[str, str]]:
    seen = set[str]()
    for spot in suggested(message):
        text = message.body_text[spot.start : spot.end]
        if text not in seen and len(seen) < _MOST_FOUND:
            seen.add(text)
            label = format_html('<bdi>{}</bdi> <span class="muted">{}</span>', text, KINDS[spot.kind])
            yield f"{spot.start}-{spot.end}", label


class RedactingForm(MeantForm):
    """Why, which files go as a whole, and the word."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    removed = forms.MultipleChoiceField(
        label=gettext_lazy("Remove these files as a whole"),
        help_text=gettext_lazy(
            "The words in them cannot be reached: pictures, PDFs and office documents stay as they are unless you "
            "remove them. The mails they came with go, too."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(widget=forms.HiddenInput, max_length=_LONGEST_CHOSEN)
    field_order = ("words", "reason", "removed", "word")

    def __init__(self, *args: Any, removable: Iterable[Attachment], **kwargs: Any) -> None:
        super().__init__(*args, word=pgettext("typed to confirm", "redact"), **kwargs)
        reason: Any = self.fields["reason"]
        reason.choices = [
            ("", _("Choose a reason")),
            *((code.value, _capital(label)) for code, label in REASONS.items()),
        ]
        field: Any = self.fields["removed"]
        field.choices = [(str(each.pk), format_html("<bdi>{}</bdi>", each.name)) for each in removable]
        if not field.choices:
            del self.fields["removed"]

    @property
    def chosen(self) -> list[str]:
        """The words, of a bound form; none when they are more than this page gives: they are looked for at once."""
        words = self["words"].value() or ""
        lines = [line for line in words.splitlines() if line.strip()] if len(words) <= _LONGEST_CHOSEN else []
        return lines if len(lines) <= _MOST_WORDS else []


def reason_for(words: Iterable[str]) -> str:
    """The reason that fits what the words are, as a proposal; empty for words of many kinds or of none."""
    reasons = {REASON_FOR[kind].value if (kind := kind_of(each)) else "" for each in words}
    return reasons.pop() if len(reasons) == 1 else ""


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]
