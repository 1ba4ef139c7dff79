"""Fields of the registry's forms: lines, countries, hosts with ports, moments, choices with "not stated"."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from babel import Locale
from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.registry.document import Endpoint, Protocol
from steward.privacy.subprocessors.actions.drafting import SHORT_NAME
from steward.privacy.subprocessors.words import NOT_STATED, country_name

MOST = 2000  # characters of a line
_KEY_RULE = gettext_lazy("Small letters from a to z, digits and hyphens only, no hyphen at the start or the end.")
KEY_HELP = gettext_lazy(
    "Small letters from a to z, digits and hyphens, such as relay-eu. It names it through all versions and cannot be "
    "changed later."
)
CODE_HELP = gettext_lazy(
    "The code of a region of this installation, where data are kept here: small letters from a to z, digits and "
    "hyphens."
)
SHA256 = RegexValidator(r"^[0-9a-f]{64}$", message=gettext_lazy("A SHA-256 is 64 digits and letters from a to f."))
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def short_text(**named: Any) -> forms.CharField:
    """One line."""
    return forms.CharField(**({"required": False, "max_length": MOST} | named))


def long_text() -> forms.CharField:
    """Some lines."""
    return forms.CharField(required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 3}))


def day() -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def key() -> forms.CharField:
    """What names a part through all versions."""
    rule = RegexValidator(rf"^{SHORT_NAME}$", message=_KEY_RULE)
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=60, validators=[rule], widget=widget)


class Moment(forms.DateTimeField):
    """A moment in UTC."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


class Lines(forms.CharField):
    """One value per line, as a tuple."""

    def __init__(self, **named: Any) -> None:
        super().__init__(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}), **named)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, tuple | list) else value

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        return _each_line(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _each_line(str(self.prepare_value(initial) or "")) != _each_line(str(data or ""))


def _each_line(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class Countries(Lines):
    """Countries by their names or codes, one per line."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(tuple(map(country_name, value)) if isinstance(value, tuple) else value)

    def clean(self, value: Any) -> Any:
        known, found = _codes(), []
        for line in super().clean(value):
            code = known.get(line.casefold())
            if code is None:
                raise forms.ValidationError(_("“%(text)s” is no country.") % {"text": line[:60]})
            found.append(code)
        return tuple(dict.fromkeys(found))


class Endpoints(Lines):
    """Hosts with port and protocol, one per line, as `api.example.org:443 https`."""

    def prepare_value(self, value: Any) -> Any:
        is_document = isinstance(value, tuple)
        told = tuple(f"{one.host}:{one.port} {one.protocol.value}" for one in value) if is_document else value
        return super().prepare_value(told)

    def clean(self, value: Any) -> Any:
        return tuple(map(_endpoint, super().clean(value)))


def yes_or_no(yes: Any = None, no: Any = None) -> forms.TypedChoiceField:
    """Yes, no or not stated."""
    words = (yes or pgettext("trains models", "Yes"), no or pgettext("trains models", "No"))
    choices = [("", str(NOT_STATED)), ("yes", words[0]), ("no", words[1])]
    return _Said(choices=choices, required=False, coerce=lambda value: value == "yes", empty_value=None)


def one_of(words: Mapping[Any, Any], *, is_needed: bool = False, coerce: Any = str) -> forms.TypedChoiceField:
    """One of some codes, or not stated."""
    none = [] if is_needed else [("", str(NOT_STATED))]
    choices = [*none, *((str(code), text) for code, text in words.items())]
    return forms.TypedChoiceField(choices=choices, required=is_needed, coerce=coerce, empty_value=None)


def any_of(words: Mapping[Any, Any], held: Iterable[str] = (), *, is_needed: bool = False) -> forms.Field:
    """Some of several codes; those that are `held` already stay even when nobody knows them."""
    choices = [(str(code), text) for code, text in words.items()]
    choices += [(code, code) for code in held if code not in words]
    return _Several(choices=choices, required=is_needed, widget=forms.CheckboxSelectMultiple)


def country() -> forms.TypedChoiceField:
    """A country, or not stated; by name."""
    codes = sorted(_codes_only(), key=lambda code: country_name(code).casefold())
    return one_of({code: country_name(code) for code in codes})


class _Said(forms.TypedChoiceField):
    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value) if isinstance(value, bool | None) else value


class _Several(forms.MultipleChoiceField):
    def clean(self, value: Any) -> Any:
        chosen = set(super().clean(value))
        return tuple(code for code, _name in self.choices if code in chosen)  # type: ignore[misc, union-attr]


def _endpoint(line: str) -> Endpoint:
    place, _space, protocol = line.partition(" ")
    host, _colon, port = place.rpartition(":")
    try:
        destination = Destination.of(host, int(port))
        return Endpoint(host=destination.host, port=destination.port, protocol=Protocol(protocol.strip().lower()))
    except (ValueError, BadDestination) as error:
        words = _("“%(text)s” is no host with port and protocol. Write it as in api.example.org:443 https.")
        raise forms.ValidationError(words % {"text": line[:100]}) from error


def _codes() -> dict[str, str]:
    """Codes by their own name and by that of the country, in English and in the reader's language."""
    found = {code.casefold(): code for code in _codes_only()}
    for language in ("en", get_language() or "en"):
        found |= {country_name(code, language).casefold(): code for code in _codes_only()}
    return found


def _codes_only() -> list[str]:
    codes = map(str, Locale("en").territories)
    return [code for code in codes if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
