"""The clocks of an incident, purely: who has to be told by when.

A moment that is reached is over: at `due_at` itself nothing is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

WARNED = timedelta(hours=20)  # from becoming aware: operators are told that accounts have to be
TELLING = timedelta(hours=24)  # from becoming aware to the first notice of each account
UPDATING = timedelta(hours=24)  # from one notice to the next, until nothing is open
AUTHORITY = timedelta(hours=72)  # GDPR article 33(1), from when a controller knows


class Late(Enum):
    """What is to be said to operators, the least first."""

    NO = 0
    SOON = 1  # an account has to be told within four hours
    UPDATE = 2  # an account waits for more than a day for the rest
    UNTOLD = 3  # an account was not told in time


@dataclass(frozen=True, slots=True)
class Told:
    """How an account was told. `sent_at` is when the first mail left; None: none did."""

    sent_at: datetime | None
    last_at: datetime | None = None
    is_told_all: bool = False


def lateness(aware_at: datetime | None, accounts: Iterable[Told], at: datetime) -> Late:
    """The worst that holds for one of the accounts of an incident that is not over."""
    return max((of_account(aware_at, one, at) for one in accounts), key=lambda late: late.value, default=Late.NO)


def of_account(aware_at: datetime | None, told: Told, at: datetime) -> Late:
    """The same for one account."""
    if aware_at is None:
        return Late.NO
    if told.sent_at is None:
        return Late.UNTOLD if at >= aware_at + TELLING else Late.SOON if at >= aware_at + WARNED else Late.NO
    if told.is_told_all or told.last_at is None:
        return Late.NO
    return Late.UPDATE if at >= told.last_at + UPDATING else Late.NO


def authority_due(knows_since: datetime) -> datetime:
    """Until when a controller tells its authority."""
    return knows_since + AUTHORITY


def left_until(due_at: datetime, at: datetime) -> timedelta | None:
    """What is left; None: it is over."""
    return due_at - at if at < due_at else None
