"""The field in which a visitor types an address that mail will go to."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.privacy.egress.envelope import Unsendable, recipient_form


class MailedAddress(forms.EmailField):
    """An address that mail can be sent to (RFC 6531). `help_text` says what for."""

    def __init__(self, *, help_text: Any) -> None:
        super().__init__(
            label=gettext_lazy("Your e-mail"),
            max_length=254,
            help_text=help_text,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )

    def clean(self, value: Any) -> str:
        email = str(super().clean(value))
        try:
            recipient_form(email, takes_utf8=True)
        except Unsendable as error:
            raise forms.ValidationError(_("No mail can be sent to this address. Check how it is spelled.")) from error
        return email
