"""The register of what the law made the installation hand over, and when the accounts may hear of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from steward.jobs import enqueue_for_accounts
from steward.lib.clock import now
from steward.people.operators import note
from steward.privacy.incidents.models import DisclosedAccount, Disclosure
from steward.privacy.incidents.register import Count, next_number
from steward.privacy.incidents.telling import tell_account


@dataclass(frozen=True, slots=True)
class Demand:
    """What an authority demanded, and what it got, in words: never the data. `given` empty: nothing."""

    authority: str
    legal_basis: str
    demanded_on: date
    asked: str
    given: str = ""
    is_secret: bool = False  # telling is forbidden,
    secret_until: datetime | None = None  # until then; None: no end is known


def note_disclosure(
    demand: Demand, account_ids: Iterable[UUID], count: Count, *, operator_id: UUID | None
) -> Disclosure:
    """Write one down; its accounts are told at once unless that is forbidden."""
    with transaction.atomic():
        one = Disclosure.objects.create(
            number=next_number(Disclosure), authority=demand.authority, legal_basis=demand.legal_basis,
            demanded_on=demand.demanded_on, asked=demand.asked, given=demand.given, is_secret=demand.is_secret,
            secret_until=demand.secret_until, created_at=now(), created_by=operator_id,
        )  # fmt: skip
        wanted = list(dict.fromkeys(account_ids))
        DisclosedAccount.objects.bulk_create(
            DisclosedAccount(disclosure=one, account_id=each, persons=count.persons, records=count.records)
            for each in wanted
        )
        for each in wanted:
            note(operator_id, "disclosure.noted", account_id=each, about=str(one.number))
        _tell_now(one)
    return one


def change_secrecy(
    disclosure: Disclosure, *, is_secret: bool, until: datetime | None, operator_id: UUID | None
) -> None:
    """Say anew whether and until when telling is forbidden. Who was told stays told."""
    with transaction.atomic():
        Disclosure.objects.filter(pk=disclosure.pk).update(
            is_secret=is_secret, secret_until=until if is_secret else None
        )
        disclosure.refresh_from_db()
        note(operator_id, "disclosure.changed", about=str(disclosure.number))
        _tell_now(disclosure)


def _tell_now(disclosure: Disclosure) -> None:
    if not disclosure.is_secret:
        rows = DisclosedAccount.objects.filter(disclosure=disclosure, told_at=None)
        enqueue_for_accounts(tell_account, list(rows.values_list("account_id", flat=True)))
