"""What the registry says now to who writes it: the open draft, or the newest version where there is none."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import json

from steward.people.operators import as_operator
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Provider, Registry, parse_registry
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.models import RegistryDraft
from steward.tenancy.models import SHUT_FOR_GOOD, Account


@dataclass(frozen=True, slots=True)
class Written:
    """`draft` is None while nobody writes; `newest` is None before the first version."""

    draft: RegistryDraft | None
    registry: Registry
    newest: Version | None

    def seen(self, part: Any) -> str:
        """What a form carries: of which draft it is, and how its part stood when the page was made."""
        digest = sha256(json.encode(part, order="deterministic")).hexdigest()
        return f"{self.draft.pk if self.draft else 'none'}:{digest[:32]}"


def written_now() -> Written:
    """As it is stored at this moment."""
    versions = published().versions
    newest = versions[-1] if versions else None
    draft = RegistryDraft.objects.first()
    if draft is not None:
        return Written(draft, parse_registry(draft.document), newest)
    return Written(None, newest.registry if newest else _nothing(), newest)


def stored_version(number: int) -> RegistryVersion:
    """A version with who wrote and approved it. Raises `RegistryVersion.DoesNotExist`."""
    return RegistryVersion.objects.get(number=number)


@dataclass(frozen=True, slots=True)
class Noticed:
    """How many notices a version has made until now: accounts, people in the product, mails, mails that came back."""

    accounts: int
    people: int
    mails: int
    undelivered: int


def count_notices(version: int, *, operator_id: UUID) -> Noticed:
    """Numbers across accounts, for an operator."""
    query = "SELECT accounts, people, mails, undelivered FROM operations_notices(%s)"
    [row] = as_operator(operator_id, query, version)
    return Noticed(*row)


def count_told() -> int:
    """How many accounts are looked at when a version is announced."""
    return Account.objects.exclude(state__in=SHUT_FOR_GOOD).count()


def _nothing() -> Registry:
    return Registry(provider=Provider(legal_name="", service=""), regions=(), subprocessors=(), prose=())
