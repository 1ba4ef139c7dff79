"""What is not taken back is done only after a word was typed that shows it is meant."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from steward.lib.fold import fold


class MeantForm(forms.Form):
    """A form that ends with such a word; `word` is the one to type, in any case and with or without accents."""

    word = forms.CharField(
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = word
        self.fields["word"].label = _("Type “%(word)s” to go on") % {"word": word}

    def clean_word(self) -> str:
        """The word as it was typed, folded."""
        typed = fold(str(self.cleaned_data["word"])).strip()
        if typed != fold(self.wanted).strip():
            raise forms.ValidationError(_("Type the word as it stands above the field."))
        return typed
