"""Annex II from the inventory of personal data: whose data, of which categories, what for."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.privacy.inventory import Holding, Whose, holding_of
from steward.privacy.subprocessors.words import CATEGORIES
from steward.tenancy.models import account_owned_models

SUBJECTS: Mapping[Whose, Any] = {
    Whose.CONTACT: gettext_lazy("People who write to the controller or call"),
    Whose.AGENT: gettext_lazy("People who work for the controller in the account"),
    Whose.OPERATOR: gettext_lazy("People who run the installation"),
    Whose.VISITOR: gettext_lazy("Visitors who asked for an account or for mail"),
    Whose.ANYBODY: gettext_lazy("Whoever writes, or is written about, in messages, files and notes"),
}
PURPOSES: Mapping[str, Any] = {
    "support": pgettext_lazy("purpose of data", "answering the controller’s customers"),
    "audit": pgettext_lazy("purpose of data", "showing who did what"),
    "security": pgettext_lazy("purpose of data", "keeping strangers out"),
    "marketing": pgettext_lazy("purpose of data", "writing to customers of the service who said yes to it"),
    "privacy": pgettext_lazy("purpose of data", "keeping to this agreement and to the rights of data subjects"),
}
MORE_CATEGORIES: Mapping[str, Any] = {
    "user.demographic.language": pgettext_lazy("category of data", "Language"),
    "user.unique_id": pgettext_lazy("category of data", "Identifiers, such as those of messages"),
    "user.device": pgettext_lazy("category of data", "Kind of browser"),
    "user.authorization.password": pgettext_lazy("category of data", "Password, as a hash"),
    "user.authorization.credentials": pgettext_lazy("category of data", "Second factors"),
}


def category_words(key: str) -> str:
    """A fideslang key in words; the key itself where there are none."""
    return str(CATEGORIES.get(key) or MORE_CATEGORIES.get(key) or key)


def held_about_people() -> Iterator[tuple[str, Holding]]:
    """Each field that holds something about a person, as `app.Model.field`, and what."""
    for model in account_owned_models():
        for field in model._meta.local_fields:
            holding = holding_of(field)
            if holding is not None and holding.is_personal:
                yield f"{model._meta.label}.{field.name}", holding


def inventory_digest() -> str:
    """SHA-256 of all that the fields say: it changes when the program begins to hold something else."""
    told = [[name, str(one.whose), one.category, one.purpose, str(one.erase)] for name, one in held_about_people()]
    return sha256(json.dumps(sorted(told), separators=(",", ":")).encode()).hexdigest()


def inventory_rows() -> tuple[tuple[str, ...], ...]:
    """Whose data, which, what for: one row for each kind of person, in the language that is active."""
    categories: defaultdict[Whose, dict[str, None]] = defaultdict(dict)
    purposes: defaultdict[Whose, dict[str, None]] = defaultdict(dict)
    for _name, holding in held_about_people():
        if holding.whose is not None:
            categories[holding.whose][holding.category] = None
            purposes[holding.whose][holding.purpose] = None
    return tuple(
        (str(SUBJECTS[whose]), _listed(map(category_words, categories[whose])), _listed(_purposes(purposes[whose])))
        for whose in Whose
        if categories[whose]
    )


def _purposes(keys: Iterable[str]) -> Iterator[str]:
    return (str(PURPOSES.get(key, key)) for key in keys)


def _listed(words: Iterable[str]) -> str:
    """A line each: a column is read downwards."""
    return "\n".join(sorted(map(capfirst, words)))
