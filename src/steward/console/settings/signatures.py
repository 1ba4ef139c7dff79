"""Fields for a signature: one for every customer, and others in its place for customers who read another language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.html import format_html

from steward.lib.html import html_to_text, sanitise_outgoing, text_to_html

LONGEST = 5000
_IN = "signature_in_"


class Signing(Protocol):
    """Who signs."""

    signature: str
    signatures: dict[str, str]


class SignatureForm(forms.Form):
    """`signature`, which each page words for itself, and `signature_in_<code>` for each language."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for code, name in settings.LANGUAGES:
            widget = forms.Textarea(attrs={"rows": 3, "lang": code, "dir": "auto"})
            label = format_html('<bdi lang="{}">{}</bdi>', code, name)
            field = forms.CharField(label=label, required=False, max_length=LONGEST, widget=widget)
            self.fields[f"{_IN}{code}"] = field

    @property
    def own_fields(self) -> list[BoundField]:
        """All but those of the languages."""
        return [field for field in self if not field.name.startswith(_IN)]

    @property
    def language_fields(self) -> list[BoundField]:
        """Those of the languages."""
        return [field for field in self if field.name.startswith(_IN)]

    @property
    def is_in_languages(self) -> bool:
        """Whether one of them holds something, or is wrong."""
        return any(field.value() or field.errors for field in self.language_fields)


@dataclass(frozen=True, slots=True)
class Shown:
    """A signature as customers read it, sanitised; `language` and its `name` are empty for the general one."""

    language: str
    name: str
    html: str


def typed(signing: Signing) -> dict[str, str]:
    """What the fields begin with."""
    others = {f"{_IN}{code}": html_to_text(html) for code, html in signing.signatures.items()}
    return {"signature": html_to_text(signing.signature)} | others


def written(cleaned: Mapping[str, Any], before: Signing) -> dict[str, Any]:
    """`signature` and `signatures` as they are stored: HTML, without those that hold nothing."""
    texts = {code: cleaned[f"{_IN}{code}"] for code, _name in settings.LANGUAGES}
    others = {code: written_signature(text, before.signatures.get(code, "")) for code, text in texts.items()}
    return {
        "signature": written_signature(cleaned["signature"], before.signature),
        "signatures": {code: html for code, html in others.items() if html},
    }


def previews(signing: Signing) -> Iterator[Shown]:
    """The stored ones, the one for every customer first."""
    if signing.signature:
        yield Shown("", "", sanitise_outgoing(signing.signature))
    for code, name in settings.LANGUAGES:
        if html := signing.signatures.get(code):
            yield Shown(code, str(name), sanitise_outgoing(html))


def written_signature(text: str, before: str) -> str:
    """The HTML of a signature typed as text. One that was not touched keeps the markup it has."""
    if " ".join(text.split()) == " ".join(html_to_text(before).split()):
        return before
    return text_to_html(text) if text.strip() else ""
