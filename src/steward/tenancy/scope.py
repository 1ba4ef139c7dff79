"""The account scope: one transaction in which the database shows the rows of one account and no others."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

_current: ContextVar[UUID | None] = ContextVar("steward_account", default=None)


class NoAccount(RuntimeError):
    """Data of an account was asked for outside `account_scope`."""


class SealedAccount(RuntimeError):
    """A scope was opened for an account that is terminated: its rows are for `upkeep_scope` only.

    It is an error and no empty answer: who reads nothing where there is something draws conclusions, such as that no
    row names a stored file.
    """


class WrongAccount(RuntimeError):
    """A scope was opened for one account inside the scope of another."""


def current_account_id() -> UUID:
    """The account in scope; raises `NoAccount` outside a scope."""
    account_id = _current.get()
    if account_id is None:
        raise NoAccount("this needs an account: wrap it in account_scope(account.id)")
    return account_id


def account_in_scope() -> UUID | None:
    """The account in scope, or None."""
    return _current.get()


@contextmanager
def standing_in(account_id: UUID) -> Iterator[None]:
    """Let `account_id` be the account in scope for code that only builds statements: the database hears nothing."""
    token = _current.set(account_id)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def account_scope(account_id: UUID) -> Iterator[None]:
    """Open the outermost transaction for one account; nested scopes of the same account join it.

    The setting is local to the transaction, so nothing has to be reset and a pooled connection carries nothing over.
    Raises `SealedAccount` for one that is terminated.
    """
    with _scope(account_id, is_upkeep=False):
        yield


@contextmanager
def upkeep_scope(account_id: UUID) -> Iterator[None]:
    """The same for what the installation does by itself in every account, a sealed one too: the steps of its life,
    checks of its records, erasures that go on, deleting what has expired. It shows nobody what the account holds.
    """
    with _scope(account_id, is_upkeep=True):
        yield


@contextmanager
def _scope(account_id: UUID, *, is_upkeep: bool) -> Iterator[None]:
    before = _current.get()
    if before is not None:
        if before != account_id:
            raise WrongAccount("scopes of two accounts do not nest")
        with transaction.atomic():
            yield
        return
    with transaction.atomic(durable=True):
        _enter(account_id, is_upkeep=is_upkeep)
        token = _current.set(account_id)
        try:
            yield
        finally:
            # Before the commit: a callback that ran after it would find an account here and none in the database,
            # and would silently read nothing. Callbacks open a scope of their own.
            _current.reset(token)
        if connection.savepoint_ids and not connection.needs_rollback:
            _leave()  # the transaction of a test outlives the scope; after a fault its savepoint is rolled back


# The account, and that it may be looked into: both for the length of the transaction. Rows are shown where they agree.
ENTER = """
SELECT set_config('steward.account', %(account)s, true), set_config('steward.unsealed',
    CASE WHEN %(upkeep)s OR tenancy_is_open(%(account)s::uuid) THEN %(account)s ELSE '' END, true)
"""


def _enter(account_id: UUID, *, is_upkeep: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ENTER, {"account": str(account_id), "upkeep": is_upkeep})
        account, unsealed = cursor.fetchone()
        if account != unsealed:
            raise SealedAccount(f"the account {account_id} is terminated: its data are sealed")


def _leave() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('steward.account', '', true), set_config('steward.unsealed', '', true)")
