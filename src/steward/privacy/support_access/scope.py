"""Looking into an account for support: one transaction, in the role that reads only what a grant opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, models

from steward.events.models import Read
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.people.models import Operator
from steward.privacy.support_access.actions import end_due_grants
from steward.privacy.support_access.models import Area, SupportGrant
from steward.privacy.support_access.queries import grant_for
from steward.privacy.support_access.sessions import open_session
from steward.tenancy.scope import account_in_scope, account_scope

_ROLE = "steward_staff"
# Which grant, who, and the time: what the policies ask for. For the length of the transaction, as the account is.
_ENTER = """
SELECT set_config('steward.grant', %(grant)s, true), set_config('steward.operator', %(operator)s, true),
       set_config('steward.now', %(now)s, true)
"""
_LETS = "SELECT support_access_lets(%s::text[], %s)"


class NoGrant(PermissionError):
    """No grant of the account lets this operator see or do it now."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What an operator looks with: the grant that opens the area, and a way to say what they are shown."""

    grant: SupportGrant
    operator_id: UUID
    began_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.STAFF, self.operator_id)

    def note(self, kind: str, target: models.Model) -> None:
        """Write down that the operator is shown something, in the same transaction: without it they see nothing.

        Unlike what members read, this is written whatever the account has chosen to have noted.
        """
        row = Read(
            kind=kind,
            object_type=target._meta.label_lower,
            object_id=target.pk,
            actor_kind=ActorKind.STAFF.value,
            actor_id=self.operator_id,
            at=max(now(), self.began_at),  # never before its session: by that it is known whose reading it is
        )
        row.save(force_insert=True)


@contextmanager
def staff_scope(account_id: UUID, *, operator_id: UUID, area: str, write: bool = False) -> Iterator[Looking]:
    """Open the account for an operator, as far as a grant of it does; ends with the transaction.

    Reads are done as `steward_staff`, which sees what the grant opens, by the clock of the database, and nothing the
    moment the grant is revoked. With `write` the account's own verbs are used, as the role that serves: they write
    where support has no rights (the queue, the search), and a trigger refuses whatever is done in the name of support
    without a grant that lets it write.

    Raises `NoGrant`, `SealedAccount` for a terminated account, and `RuntimeError` inside another scope.
    """
    if account_in_scope() is not None:
        raise RuntimeError("support looks from outside: this is no part of what an account does itself")
    with account_scope(account_id):
        grant = grant_for(operator_id, area=area, write=write) if _is_operator(operator_id) else None
        if grant is not None:
            session = open_session(grant, operator_id)
            with _as_staff(grant, operator_id, area, write=write):
                yield Looking(grant, operator_id, session.began_at)
            return
        end_due_grants()
    raise NoGrant(f"no grant opens {Area(area).value}")


@contextmanager
def _as_staff(grant: SupportGrant, operator_id: UUID, area: str, *, write: bool) -> Iterator[None]:
    # After an error the transaction is rolled back, and the role and the settings with it.
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, {"grant": str(grant.pk), "operator": str(operator_id), "now": now().isoformat()})
        cursor.execute(_LETS, [[area], write])
        if not cursor.fetchone()[0]:  # the database knows better: its clock, or a change a moment ago
            raise NoGrant("the database does not let it")
        if not write:
            cursor.execute(f"SET LOCAL ROLE {_ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(_ENTER, {"grant": "", "operator": "", "now": ""})


def _is_operator(operator_id: UUID) -> bool:
    return Operator.objects.filter(user=operator_id, user__is_active=True).exists()
