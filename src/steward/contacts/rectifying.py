"""Correcting what is known of somebody (GDPR article 16)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.contacts.actions import fold_email
from steward.contacts.models import Contact, ContactAddress
from steward.events.actions import record
from steward.lib.actor import Actor


class AddressTaken(ValueError):
    """Another contact has the address already."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right. `addresses` are those that change, by the id of their row."""

    name: str
    language: str
    addresses: Mapping[UUID, str] = field(default_factory=dict)


def rectify_contact(contact: Contact, right: Correction, *, actor: Actor) -> int:
    """Write down what is right instead of what was; returns how many fields that changed.

    The event holds both, in its erasable part, which goes with the person: who passed the wrong words on has to know
    which they were (article 19). Raises `AddressTaken`; then nothing changed.
    """
    try:
        with transaction.atomic():
            contact.refresh_from_db(from_queryset=Contact.objects.select_for_update(no_key=True, of=("self",)))
            before, after = _fields(contact, right)
            if before:
                record("contact.rectified", contact, actor=actor, changes={"was": before, "became": after})
    except IntegrityError as error:
        raise AddressTaken from error
    contact.refresh_from_db()
    return len(before)


def _fields(contact: Contact, right: Correction) -> tuple[dict[str, Any], dict[str, Any]]:
    wanted = {"name": right.name.strip(), "language": right.language}
    changed = {name: value for name, value in wanted.items() if value != getattr(contact, name)}
    before: dict[str, Any] = {name: getattr(contact, name) for name in changed}
    after: dict[str, Any] = dict(changed)
    if changed:
        Contact.objects.filter(pk=contact.pk).update(**changed)
    for row in ContactAddress.objects.filter(contact=contact, pk__in=list(right.addresses)).order_by("pk"):
        value = right.addresses[row.pk].strip()
        if value and value != row.value:
            before.setdefault("addresses", []).append(row.value)
            after.setdefault("addresses", []).append(value)
            ContactAddress.objects.filter(pk=row.pk).update(value=value, folded=fold_email(value))
    return before, after
