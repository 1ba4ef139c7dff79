"""Reading purposes. Who keeps them is said by `settings:edit`, who notes a consent by `consent:note`."""

from uuid import UUID

from steward.lib.actor import Actor
from steward.people.access import may_in
from steward.privacy.consent.models import Purpose, PurposeText


def can_note_consent(actor: Actor, department_id: UUID) -> bool:
    """Note that a customer consents, or takes it back."""
    return may_in(actor, "consent:note", department_id)


def get_purpose(purpose_id: UUID) -> Purpose:
    """One of the account in scope, also a retired one; raises `Purpose.DoesNotExist`."""
    return Purpose.objects.get(pk=purpose_id)


def purpose_by_code(code: str) -> Purpose:
    """The same by its code."""
    return Purpose.objects.get(code=code)


def all_purposes() -> list[Purpose]:
    """Those that are asked first, each kind by code."""
    return sorted(Purpose.objects.all(), key=lambda one: (one.retired_at is not None, one.code))


def open_purposes() -> list[Purpose]:
    """Those that are asked for."""
    return list(Purpose.objects.filter(retired_at=None).order_by("code"))


def texts_of(purpose: Purpose) -> list[PurposeText]:
    """Every version, the newest first."""
    return list(PurposeText.objects.filter(purpose=purpose).order_by("-number"))
