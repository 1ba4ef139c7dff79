"""What a person types to change how they sign in; the same in the console and in the back office."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.people import second_factors
from steward.people.models import User
from steward.people.passwords import refuse_unfit


class NewPasswordForm(forms.Form):
    """A password for `user`, validated; `words` are names it may not be made of."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.words = user, words

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        refuse_unfit(password, self.user, *self.words)
        return password


class CodeForm(forms.Form):
    """A code of an app whose secret is `secret`."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not second_factors.fits_totp(self.secret, code):
            raise forms.ValidationError(
                _("This is not the code that the app shows now. Is the clock of its device right?")
            )
        return code


class PasskeyForm(forms.Form):
    """What the passkey is called."""

    name = forms.CharField(label=gettext_lazy("Name of the passkey"), max_length=60)
