"""Sessions of support: who of them used a grant, from when until when. In the scope of the account."""

from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.support_access.models import SupportGrant, SupportSession
from steward.tenancy.scope import account_scope


def open_session(grant: SupportGrant, operator_id: UUID) -> SupportSession:
    """The session that runs; it begins with the first thing an operator sees."""
    found = SupportSession.objects.filter(grant=grant, user_id=operator_id, ended_at=None).first()
    if found is not None:
        return found
    with transaction.atomic():
        row = SupportSession(grant=grant, user_id=operator_id, began_at=now())
        # Two pages at once: the second finds what the first has begun.
        if SupportSession.objects.bulk_create([row], ignore_conflicts=True) and not _is_there(row):
            return SupportSession.objects.get(grant=grant, user_id=operator_id, ended_at=None)
        record("support.session_began", row, actor=Actor(ActorKind.STAFF, operator_id), changes={"grant": grant.pk})
    return row


def close_session(grant: SupportGrant, operator_id: UUID) -> bool:
    """The operator leaves. False when they had left already."""
    with transaction.atomic():
        found = SupportSession.objects.filter(grant=grant, user_id=operator_id, ended_at=None).first()
        if found is None or not _end(found, SupportSession.Ended.CLOSED, Actor(ActorKind.STAFF, operator_id)):
            return False
    return True


def leave(account_id: UUID, operator_id: UUID) -> bool:
    """The operator ends whatever they look with. Opens the account's scope; false where nothing had begun."""
    with account_scope(account_id):
        begun = SupportSession.objects.select_related("grant").filter(user_id=operator_id, ended_at=None)
        closed = [close_session(row.grant, operator_id) for row in begun]
    return any(closed)


def end_sessions_of(grant: SupportGrant, because: str) -> None:
    """End all that run, as their grant does."""
    for row in list(SupportSession.objects.filter(grant=grant, ended_at=None)):
        _end(row, SupportSession.Ended(because), SYSTEM)


def _is_there(row: SupportSession) -> bool:
    return SupportSession.objects.filter(pk=row.pk).exists()


def _end(row: SupportSession, because: SupportSession.Ended, actor: Actor) -> bool:
    at = row.grant.expires_at if because == SupportSession.Ended.EXPIRED else now()
    if not SupportSession.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at, ended_because=because):
        return False
    record("support.session_ended", row, actor=actor, changes={"grant": row.grant_id, "reason": because.value})
    return True
