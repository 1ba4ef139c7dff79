"""What is typed about incidents and disclosures in the back office."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.lib.clock import now
from steward.privacy.incidents.disclosures import Demand
from steward.privacy.incidents.forms import moment_field, number_field, words_field
from steward.privacy.incidents.queries import named_accounts, region_choices
from steward.privacy.incidents.register import Count


class AccountsForm(forms.Form):
    """Which accounts are meant, and about how much of each. `account_ids` are those behind what was typed."""

    which = forms.ChoiceField(
        label=gettext_lazy("Which accounts"),
        choices=[
            ("named", gettext_lazy("Those named below")),
            ("region", gettext_lazy("All of a region")),
            ("all", gettext_lazy("All accounts")),
        ],
        initial="named",
        widget=forms.RadioSelect,
    )
    accounts = forms.CharField(
        label=pgettext_lazy("of several accounts", "Addresses"),
        help_text=gettext_lazy("One after the other, with spaces between them."),
        max_length=10_000,
        required=False,
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off", "autocapitalize": "none"}),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        choices=lambda: [("", "—"), *region_choices()],
        required=False,
    )
    persons = number_field(gettext_lazy("About how many people, in each of them"))
    records = number_field(gettext_lazy("About how many records, in each of them"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account_ids: list[UUID] = []

    @property
    def count(self) -> Count:
        return Count(self.cleaned_data["persons"], self.cleaned_data["records"])

    def clean(self) -> dict[str, Any]:
        """Finds the accounts."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        which, region = said.get("which"), said.get("region") or ""
        if which == "region" and not region:
            self.add_error("region", _("Choose a region."))
            return said
        try:
            slugs = said.get("accounts", "").split() if which == "named" else []
            self.account_ids = named_accounts(slugs, region if which == "region" else "", is_all=which == "all")
        except LookupError as missing:
            self.add_error("accounts", _("There are no such accounts: %(names)s.") % {"names": missing})
            return said
        if not self.account_ids:
            self.add_error("accounts", _("Name at least one account."))
        return said


class DemandForm(AccountsForm):
    """What an authority demanded, and whether the accounts may hear of it."""

    field_order = ("authority", "legal_basis", "demanded_on", "asked", "given", "telling", "secret_until")
    authority = forms.CharField(label=gettext_lazy("Authority"), max_length=200)
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=500)
    demanded_on = forms.DateField(label=gettext_lazy("Demanded on"), widget=forms.DateInput({"type": "date"}))
    asked = words_field(
        gettext_lazy("What was asked for"), is_required=True, about=gettext_lazy("In words: never the data themselves.")
    )
    given = words_field(gettext_lazy("What was given"), about=gettext_lazy("Empty: nothing was given."))
    telling = forms.ChoiceField(
        label=gettext_lazy("Telling the accounts"),
        choices=[
            ("now", gettext_lazy("They may be told: they are, at once")),
            ("later", gettext_lazy("Forbidden until the moment below: they are told then")),
            ("forbidden", gettext_lazy("Forbidden, and no end is known")),
        ],
        widget=forms.RadioSelect,
    )
    secret_until = moment_field(gettext_lazy("Forbidden until"))

    def clean(self) -> dict[str, Any]:
        """A ban that ends says when."""
        said = super().clean()
        check_secrecy(self, said)
        return said

    def demand(self) -> Demand:
        """What was typed; the form is valid."""
        said = self.cleaned_data
        names = ("authority", "legal_basis", "demanded_on", "asked", "given", "secret_until")
        return Demand(**{name: said[name] for name in names}, is_secret=said["telling"] != "now")


class SecrecyForm(forms.Form):
    """Whether the accounts may hear of it, as it is now."""

    telling = DemandForm.base_fields["telling"]
    secret_until = DemandForm.base_fields["secret_until"]

    def clean(self) -> dict[str, Any]:
        """A ban that ends says when."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        check_secrecy(self, said)
        return said


def check_secrecy(form: forms.Form, said: dict[str, Any]) -> None:
    """Refuse a ban with an end that is missing or over; no other ban has one."""
    if said.get("telling") != "later":
        said["secret_until"] = None
    elif "secret_until" not in form.errors and (said.get("secret_until") is None or said["secret_until"] <= now()):
        form.add_error("secret_until", _("Choose a moment to come."))
