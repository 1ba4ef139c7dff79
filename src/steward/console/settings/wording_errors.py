"""Fields for words with gaps, and what is said of words that cannot be used."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from steward.channels.email.wording import Allowed, BadWording, check


class WordsField(forms.CharField):
    """Text whose gaps are all on the list."""

    allowed: Allowed

    def clean(self, value: Any) -> str:
        """The text. An unknown gap is an error here, and not in the mail of a customer."""
        text = str(super().clean(value))
        try:
            check(text.replace("\r\n", "\n"), self.allowed)
        except BadWording as error:
            raise forms.ValidationError(said_of(error)) from error
        return text.replace("\r\n", "\n")


def words_field(allowed: Allowed, **options: Any) -> WordsField:
    """A field for words of one kind of mail."""
    field = WordsField(**options)
    field.allowed = allowed
    return field


def said_of(error: BadWording) -> str:
    """What is wrong with the words, in a sentence."""
    gap = f"{{{{{error.name}}}}}"
    if error.problem == "open":
        return _(
            "The brackets %(brackets)s begin or end no placeholder. Complete the placeholder, or take the brackets out."
        ) % {"brackets": error.name}
    sentences = {
        "unknown": _("There is no placeholder %(gap)s. The ones you can use are listed on this page."),
        "misplaced": _("Put %(gap)s on a line of its own."),
        "missing": _("The mail needs %(gap)s: without it nobody would read what the agent wrote."),
        "repeated": _("%(gap)s can stand here only once."),
    }
    return sentences[error.problem] % {"gap": gap}
