"""The forms of an account's own services. They parse; what is then done is in `privacy.egress.own_services`."""

from collections.abc import Iterable
from typing import Any

from babel import Locale
from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import BEARER, FOR_SERVICES, LONGEST_KEY, Slip, Wanted
from steward.privacy.egress.purposes import PURPOSES
from steward.privacy.subprocessors.words import CATEGORIES, PURPOSE_WORDS, country_name, enumeration
from steward.tenancy.models import Region
from steward.ui.meant import MeantForm

_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_KEY_KEPT = gettext_lazy("Stored encrypted and never shown again. Empty: the key that is stored.")
KEY_WANTED = gettext_lazy("Type the key again: the stored one was given for another address or header.")

# Which field a slip belongs to, and what is to be done about it.
SLIPS: dict[Slip, tuple[str, Any]] = {
    Slip.FORM: (
        "url",
        gettext_lazy("This is no address of a service. Such addresses look like https://api.example.com/v1."),
    ),
    Slip.SECRET: (
        "url",
        gettext_lazy(
            "Leave out user names, passwords and what follows a question mark. The key has a field of its own."
        ),
    ),
    Slip.CLEAR: (
        "url",
        gettext_lazy("Begin the address with https:// so that nobody on the way can read what is sent."),
    ),
    Slip.PRIVATE: (
        "url",
        gettext_lazy(
            "This address lies in a private network. The operator of this installation has to allow it "
            "(STEWARD_EGRESS_ALLOW)."
        ),
    ),
    Slip.HEADER: (
        "key_header",
        gettext_lazy("This header cannot carry a key. The service’s manual says which one does."),
    ),
    Slip.KEY: ("key", gettext_lazy("A key has no line breaks and no letters with accents. Copy it once more.")),
    Slip.PURPOSE: ("purposes", gettext_lazy("Choose what the service may be used for.")),
    Slip.COUNTRY: ("country", gettext_lazy("Choose a country of the list.")),
}


class OwnServiceForm(forms.Form):
    """A service, with what it may be used for and where it is."""

    name = forms.CharField(
        label=pgettext_lazy("of a service", "Name"),
        help_text=gettext_lazy("What your team calls it, such as “Our AI”. It stands on the privacy pages."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.CharField(
        label=gettext_lazy("Address of the service"),
        help_text=gettext_lazy("What all of its addresses begin with, such as https://api.example.com/v1."),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        help_text=gettext_lazy("Stored encrypted and never shown again. Empty: the service wants none."),
        required=False,
        max_length=LONGEST_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    key_header = forms.CharField(
        label=gettext_lazy("Header that carries the key"),
        help_text=gettext_lazy("Authorization for most services; some want another one, such as X-Api-Key."),
        required=False,
        initial=BEARER,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may be used for"),
        help_text=gettext_lazy("For another purpose, or with other data, a call is refused."),
        error_messages={"required": SLIPS[Slip.PURPOSE][1]},
        widget=forms.CheckboxSelectMultiple(attrs={"aria-describedby": "id_purposes-about"}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country it is in"),
        help_text=gettext_lazy(
            "Where the data are worked on, as who runs it says. Not where the company has its seat."
        ),
        required=False,
    )
    may_leave_region = forms.BooleanField(required=False)
    is_instructed = forms.BooleanField(
        label=gettext_lazy("We instruct Steward to send these data to this service"),
        help_text=gettext_lazy(
            "Whoever runs it is your own processor, not one of the provider’s: see that you have an agreement with "
            "them."
        ),
        error_messages={"required": gettext_lazy("Without this instruction nothing may be sent there. Tick the box.")},
    )

    def __init__(self, *args: Any, region: Region, region_name: str, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["purposes"].choices = [(one, _with_data(one)) for one in _in_words(FOR_SERVICES)]
        fields["country"].choices = [("", pgettext("a country", "Not known")), *_countries()]
        fields["may_leave_region"].label = _("The data may leave the region %(region)s") % {"region": region_name}
        fields["may_leave_region"].help_text = _residency(region)
        if not is_new:
            fields["key"].help_text = _KEY_KEPT
            fields["is_without_key"] = forms.BooleanField(
                label=_("It wants no key any more: forget the stored one"), required=False
            )

    def wanted(self) -> Wanted:
        """What was chosen; only of a form in which nothing is wrong."""
        told = self.cleaned_data
        return Wanted(
            name=told["name"],
            url=told["url"],
            purposes=frozenset(told["purposes"]),
            country=told["country"],
            key=told["key"],
            key_header=told["key_header"] or BEARER,
            is_without_key=told.get("is_without_key", False),
            may_leave_region=told["may_leave_region"],
        )

    def refuse(self, slip: Slip) -> None:
        """Say at its field what is wrong."""
        self.add_error(*SLIPS[slip])


class RetirementForm(MeantForm):
    """The word that shows one means it."""


def as_typed(service: Connector) -> dict[str, Any]:
    """The fields of a service as it is now; never its key, and never a consent: that is given anew."""
    told = {name: getattr(service, name) for name in ("name", "url", "country", "purposes")}
    return told | {"key_header": service.key_header or BEARER}


def _in_words(purposes: Iterable[str]) -> list[str]:
    return sorted(purposes, key=lambda one: str(PURPOSE_WORDS[one]))


def _with_data(purpose: str) -> SafeString:
    """A purpose with all that may go there for it."""
    data = enumeration(sorted(str(CATEGORIES[one]) for one in PURPOSES[purpose].categories))
    return format_html(
        '{}<span class="sub">{}</span>', PURPOSE_WORDS[purpose], _("May carry: %(data)s") % {"data": data}
    )


def _countries() -> list[tuple[str, str]]:
    codes = [str(code) for code in Locale("en").territories]
    known = [code for code in codes if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
    return sorted(((code, country_name(code)) for code in known), key=lambda one: one[1].casefold())


def _residency(region: Region) -> str:
    if not region.countries:
        return _("Nobody has said which countries the region has, so it cannot be told whether data leave it.")
    return _("Needed where the service is in none of these countries, or where that is not known: %(countries)s.") % {
        "countries": enumeration(sorted(map(country_name, region.countries)))
    }
