"""What people type into the console."""

import re
from email.utils import getaddresses
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.lib.html import text_to_html
from steward.people.models import Department
from steward.tickets.conversation import Correspondent

_BETWEEN = re.compile(r'("[^"]*")|[\s,;]*[,;\r\n][\s,;]*')


class AddressesField(forms.CharField):
    """E-mail addresses with or without names, with commas, semicolons or line ends between: `Correspondent`s."""

    def clean(self, value: Any) -> list[Correspondent]:
        text = super().clean(value)
        listed = _BETWEEN.sub(lambda found: found[1] or ", ", text).strip(", ")
        if not listed:
            return []
        people = [Correspondent(name.strip(), address.strip()) for name, address in getaddresses([listed])]
        for person in people:
            # What cannot be read at all comes back without anything: it must not be dropped in silence.
            self._check(person.email or person.name or listed)
        return list({person.email.lower(): person for person in people}.values())

    def _check(self, address: str) -> None:
        try:
            validate_email(address)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("“%(address)s” is not an e-mail address. Write addresses like eli@example.com, with commas between.")
                % {"address": address}
            ) from error


class WritingForm(forms.Form):
    """An answer or a note. Rich text wins over the plain field, which is what remains without scripts."""

    body_html = forms.CharField(required=False, max_length=2_000_000)
    body_text = forms.CharField(required=False, max_length=1_000_000, strip=False)
    cc = AddressesField(required=False)
    reply_to = forms.ChoiceField(required=False, choices=[("known", "known"), ("given", "given")])
    given = forms.CharField(required=False)  # the other address that was shown to be chosen
    then = forms.ChoiceField(required=False, choices=[("resolve", "resolve")])
    once = forms.UUIDField(required=False)
    hold = forms.BooleanField(required=False)  # the page offers to take the answer back for some seconds
    read_to = forms.UUIDField(required=False)  # the newest message that was on the page
    kind = forms.ChoiceField(required=False, choices=[("reply", "reply"), ("note", "note")])

    def html(self) -> str:
        """What was written, as HTML not sanitised yet."""
        return self.cleaned_data["body_html"] or text_to_html(self.cleaned_data["body_text"])

    def attachment_ids(self) -> set[UUID]:
        """The files put to the draft, as the form names them. Raises `ValueError` for what is no id."""
        return {UUID(text) for text in self.data.getlist("attachment")} if hasattr(self.data, "getlist") else set()


class NewTicketForm(WritingForm):
    """Writing to a customer first."""

    to = AddressesField()
    subject = forms.CharField(max_length=250)
    department: Any = forms.ModelChoiceField(
        queryset=None, error_messages={"invalid_choice": gettext_lazy("Choose one of your departments.")}
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        field.queryset = Department.objects.filter(pk__in=[department.pk for department in departments])
