"""Identities of the cell: who signs in, and whether anybody still needs them to."""

from uuid import UUID

from django.db import connection, transaction

from steward.people.models import Operator, User
from steward.tenancy.scope import account_in_scope


def is_known(email: str) -> bool:
    """Whether the cell has an identity for the address. Only for those who have proven that they read its mail."""
    return User.objects.filter(email=User.objects.normalise(email)).exists()


def accounts_of(user_id: UUID) -> list[UUID]:
    """The accounts in which the person is a member; asked outside any account's scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('steward.user', %s, true)", [str(user_id)])
        cursor.execute("SELECT account_id FROM people_membership WHERE user_id = %s ORDER BY 1", [user_id])
        accounts = [account_id for (account_id,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('steward.user', '', true)")
    return accounts


_IS_NEEDED = """
SELECT EXISTS (SELECT FROM people_membership WHERE user_id = %(user)s)
    OR EXISTS (SELECT FROM people_operator WHERE user_id = %(user)s)
"""


def is_needed_elsewhere(user_id: UUID) -> bool:
    """Whether somebody signs in with the identity in another account than the one in scope, or as an operator."""
    is_operators = Operator.objects.filter(pk=user_id).exists()
    return is_operators or any(account != account_in_scope() for account in accounts_of(user_id))


def forget_identity_without_account(user_id: UUID) -> bool:
    """Delete the identity when no account has a membership of it any more, with all that signs it in.

    That of an operator stays. Returns whether it was deleted.
    """
    with connection.cursor() as cursor:
        # A person's own memberships can be read whatever account is in scope; the row counts, not what is in it.
        cursor.execute("SELECT set_config('steward.user', %s, true)", [str(user_id)])
        cursor.execute(_IS_NEEDED, {"user": user_id})
        [is_needed] = cursor.fetchone()
        cursor.execute("SELECT set_config('steward.user', '', true)")
    if is_needed:
        return False
    return bool(User.objects.filter(pk=user_id).delete()[0])
