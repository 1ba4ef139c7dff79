"""Which version of the terms of use an account has accepted, by whom, and whether there is a newer one to accept."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.agreements.models import TermsAcceptance
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id


def is_terms_asked() -> bool:
    """Whether the installation has terms of a version that the account in scope has not accepted."""
    version = str(settings.STEWARD_TERMS_VERSION)
    return bool(version) and not TermsAcceptance.objects.filter(version=version).exists()


def accept_terms(version: str, *, member_id: UUID, actor: Actor) -> bool:
    """Accept the version that was shown; false when it is not the current one any more. Accepting twice is once."""
    if not version or version != settings.STEWARD_TERMS_VERSION:
        return False
    note_terms(version, None, member_id=member_id, actor=actor)
    return True


def note_terms(version: str, at: datetime | None, *, member_id: UUID, actor: Actor) -> None:
    """Keep that a version was accepted, now or at a moment past. A version is kept once."""
    at = at or now()
    with transaction.atomic():
        accepted, is_new = TermsAcceptance.objects.get_or_create(
            version=version, defaults={"member_id": member_id, "at": at}
        )
        if is_new:
            Account.objects.filter(pk=current_account_id()).update(terms_version=version, terms_accepted_at=at)
            record("terms.accepted", accepted, actor=actor, changes={"version": version})
