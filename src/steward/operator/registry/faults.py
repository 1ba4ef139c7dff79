"""What is wrong with a draft, in words, at the place where it is put right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.operator.registry.editing import company_of, find_block, find_company
from steward.privacy.egress.registry.document import Registry
from steward.privacy.egress.registry.faults import PROVIDER, Fault, Found, faults_of
from steward.privacy.subprocessors.words import CATEGORIES, PURPOSE_WORDS, in_language

WORDS: Mapping[Fault, Any] = {
    Fault.TWICE: _("Two things have the same short name."),
    Fault.NO_NAME: _("The legal name is missing."),
    Fault.NO_PURPOSE: _("It is engaged for no purpose."),
    Fault.UNKNOWN_PURPOSE: _("This installation knows no purpose “%(what)s”."),
    Fault.BEYOND_PURPOSE: _("None of its purposes needs this category of data: %(what)s"),
    Fault.UNKNOWN_PARENT: _("It is engaged by “%(what)s”, who is not on the list."),
    Fault.UNKNOWN_REGION: _("There is no region “%(what)s” on the list."),
    Fault.NOT_A_COUNTRY: _("“%(what)s” is no country."),
    Fault.NOT_A_HOST: _("“%(what)s” is no host with a port, or is not written in its canonical form."),
    Fault.NO_ENGLISH: _("A text is there without English, which prevails."),
}


@dataclass(frozen=True, slots=True)
class ShownFault:
    """One fault in words, with whose it is and where it is put right."""

    key: str
    title: str
    words: str
    url: str


def shown_faults(registry: Registry) -> list[ShownFault]:
    """All of them, in the order of the document."""
    return [_shown(registry, found) for found in faults_of(registry)]


def faults_at(registry: Registry, keys: Iterable[str]) -> list[ShownFault]:
    """Those of some parts."""
    wanted = set(keys)
    return [one for one in shown_faults(registry) if one.key in wanted]


def _shown(registry: Registry, found: Found) -> ShownFault:
    title, url = _place(registry, found.where)
    what = str(PURPOSE_WORDS.get(found.what) or CATEGORIES.get(found.what) or found.what)
    return ShownFault(found.where, title, str(WORDS[found.fault]) % {"what": what}, url)


def _place(registry: Registry, key: str) -> tuple[str, str]:
    if key == PROVIDER and not registry.provider.legal_name:
        return gettext("Provider"), reverse("operator:registry-provider")
    if (company := find_company(registry, key)) is not None:
        return company.legal_name or key, reverse("operator:registry-company", args=[key])
    if (owner := company_of(registry, key)) is not None:
        return f"{owner.legal_name} · {key}", reverse("operator:registry-engagement", args=[owner.key, key])
    if (block := find_block(registry, key)) is not None:
        return in_language(block.title) or key, reverse("operator:registry-block", args=[key])
    return key, reverse("operator:registry-draft")
