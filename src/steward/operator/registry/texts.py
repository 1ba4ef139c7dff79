"""The forms of the provider, of a region, and of a block of prose."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec.structs import asdict

from steward.operator.registry import fields
from steward.operator.registry.parts import Section
from steward.operator.registry.stating import Asked, AskedInWords, StatingForm
from steward.privacy.egress.registry.document import Block, Place, Provider, Registry
from steward.privacy.subprocessors.prose import PLACEHOLDERS, BadProse, filled


class _Simple:
    """A part that is one form without rows."""

    main: StatingForm

    def forms(self) -> list[StatingForm]:
        return [self.main]

    def is_valid(self) -> bool:
        return self.main.is_valid()

    def errors(self) -> list[str]:
        return list(map(str, self.main.non_field_errors()))

    def sections(self) -> list[Section]:
        return [Section("", self.main.lines())]


class _Provider(StatingForm):
    asked = (
        Asked("legal_name", lambda: fields.short_text(required=True), has_unsaid=False),
        Asked("service", lambda: fields.short_text(required=True), has_unsaid=False),
        Asked("address", fields.long_text),
        Asked("country", fields.country, has_unsaid=False),
        Asked("website", fields.short_text),
        Asked("account_address", fields.short_text, help=gettext_lazy("As in *.example.org.")),
        Asked("privacy_email", fields.short_text),
        Asked("data_protection_officer", fields.short_text),
    )


class ProviderForm(_Simple):
    """Who provides the service."""

    def __init__(self, data: Mapping[str, Any] | None, *, provider: Provider) -> None:
        self.main = _Provider(data, said=asdict(provider))

    def value(self) -> Provider:
        return Provider(**self.main.said())


class _Region(StatingForm):
    asked = (
        AskedInWords("name", lines=1, is_needed=True),
        Asked("countries", fields.Countries, has_unsaid=False, help=gettext_lazy("One per line.")),
    )

    def __init__(self, *args: Any, registry: Registry, region: Place | None, **named: Any) -> None:
        self.registry, self.region = registry, region
        super().__init__(*args, **named)

    def questions(self) -> tuple[Asked | AskedInWords, ...]:
        code = Asked("code", fields.key, has_unsaid=False, help=fields.CODE_HELP)
        return self.asked if self.region else (code, *self.asked)

    def clean_code(self) -> str:
        """Two regions never share a code."""
        code: str = self.cleaned_data["code"]
        if any(one.code == code for one in self.registry.regions):
            raise forms.ValidationError(_("Another one has this short name already."))
        return code


class RegionForm(_Simple):
    """A region as the registry names it."""

    def __init__(self, data: Mapping[str, Any] | None, *, registry: Registry, region: Place | None) -> None:
        self.region = region
        self.main = _Region(data, registry=registry, region=region, said=asdict(region) if region else None)

    def value(self) -> Place:
        said = self.main.said()
        return Place(code=self.region.code if self.region else said.pop("code"), **said)


class _Block(StatingForm):
    asked = (
        AskedInWords("title", lines=1, is_needed=True),
        AskedInWords(
            "text",
            lines=8,
            is_needed=True,
            help=gettext_lazy(
                "An empty line divides paragraphs; a line that begins with “- ” is an item of a list. In braces stands "
                "what is filled in, such as {provider}."
            ),
        ),
    )

    def __init__(self, *args: Any, registry: Registry, block: Block | None, **named: Any) -> None:
        self.registry, self.block = registry, block
        super().__init__(*args, **named)

    def questions(self) -> tuple[Asked | AskedInWords, ...]:
        key = Asked("key", fields.key, has_unsaid=False, help=fields.KEY_HELP)
        return self.asked if self.block else (key, *self.asked)

    def clean_key(self) -> str:
        """Two texts never share a key."""
        key: str = self.cleaned_data["key"]
        if any(one.key == key for one in self.registry.prose):
            raise forms.ValidationError(_("Another one has this short name already."))
        return key

    def clean(self) -> dict[str, Any]:
        """What stands in braces has to be known."""
        super().clean()
        said = self.said()
        for name in ("title", "text"):
            for language, text in said[name].items():
                self._check_braces(f"{name}_{language}", text)
        return self.cleaned_data

    def _check_braces(self, name: str, text: str) -> None:
        try:
            filled(Block(key="tried", title={}, text={"en": text}), self.registry.provider)
        except BadProse:
            known = " ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS))
            self.add_error(name, _("A value in braces is not known. Known are: %(names)s") % {"names": known})


class BlockForm(_Simple):
    """A piece of prose; a new one is a question with its answer."""

    def __init__(self, data: Mapping[str, Any] | None, *, registry: Registry, block: Block | None) -> None:
        self.block = block
        self.main = _Block(data, registry=registry, block=block, said=asdict(block) if block else None)

    def value(self) -> Block:
        said = self.main.said()
        key, is_question = (self.block.key, self.block.is_question) if self.block else (said.pop("key"), True)
        return Block(key=key, is_question=is_question, **said)
