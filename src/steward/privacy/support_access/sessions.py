"""Sessions of support: who of them used a grant, from when until when. In the scope of the account."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.support_access.models import SupportGrant, SupportSession
from steward.tenancy.scope import account_scope

# Of an operator in an account: two pages at once begin one session, and none reads on while they go over to another.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_LATER = timedelta(microseconds=1)


def open_session(grant: SupportGrant, operator_id: UUID) -> SupportSession:
    """The session that runs; it begins with the first thing an operator sees, and ends what they had begun by another
    grant. Until the transaction ends, nothing else of theirs begins in this account.
    """
    actor = Actor(ActorKind.STAFF, operator_id)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME, [f"support {grant.account_id} {operator_id}"])
        mine = SupportSession.objects.filter(user_id=operator_id).order_by("-began_at")
        last = mine.first()
        if last is not None and last.grant_id == grant.pk and last.ended_at is None:
            return last
        for other in list(mine.filter(ended_at=None)):
            _end(other, SupportSession.Ended.CLOSED, actor)
        # Later than all they read by now, also where the clock was put back: reads are told apart by this moment.
        begins = max(now(), last.began_at + _LATER) if last else now()
        row = SupportSession.objects.create(grant=grant, user_id=operator_id, began_at=begins)
        record("support.session_began", row, actor=actor, changes={"grant": grant.pk})
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


def _end(row: SupportSession, because: SupportSession.Ended, actor: Actor) -> bool:
    at = row.grant.expires_at if because == SupportSession.Ended.EXPIRED else now()
    if not SupportSession.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at, ended_because=because):
        return False
    record("support.session_ended", row, actor=actor, changes={"grant": row.grant_id, "reason": because.value})
    return True
