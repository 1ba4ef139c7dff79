"""What letters name does not stay: it goes when the recipient was told, and some weeks after it was written down."""

from datetime import timedelta
from uuid import UUID

from django.db import models

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.privacy.erasure.models import Erasure
from steward.privacy.recipients.models import WITH_LETTER, Recipient, Telling
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

WARNED_AFTER = timedelta(days=30)
LETTERS_KEPT = WARNED_AFTER + timedelta(days=7)  # a week for who is warned


def forget_letters() -> int:
    """In every account, let go of letters that nobody sent in time, and of mails with them; returns how many."""
    return sum(_forget_old(account_id) for account_id in Account.objects.values_list("id", flat=True))


def warn_of_untold() -> int:
    """In every account, say once of each erasure that somebody has not been told of it; returns of how many.

    Requests to correct and to restrict are looked after by their own package (`untold`).
    """
    return sum(_warn(account_id) for account_id in Account.objects.values_list("id", flat=True))


def untold(of: list[Telling.Of]) -> list[UUID]:
    """What was done more than 30 days ago and somebody has not been told of. It is named once; in a transaction."""
    late = Telling.objects.filter(of__in=of, warned_at=None, prepared_at__lte=now() - WARNED_AFTER)
    late = late.filter(pk__in=_waiting().values("telling"))
    found = list(late.select_for_update(no_key=True).order_by("pk"))
    Telling.objects.filter(pk__in=[one.pk for one in found]).update(warned_at=now())
    return [one.about_id for one in found]


def forget(rows: list[UUID]) -> None:
    """What the letters to these recipients name, and whom of them we know by nothing but an address."""
    told = Recipient.objects.filter(pk__in=rows)
    told.update(sealed=b"")
    told.filter(kind=Recipient.Kind.CORRESPONDENT).update(address="")


def _waiting() -> "models.QuerySet[Recipient]":
    """Those to be told, of whom a letter was ever prepared: tickets that are erased alone name nobody."""
    unsure = (Recipient.State.WAITING, Recipient.State.SENDING)
    return Recipient.objects.filter(WITH_LETTER, state__in=unsure)


def _forget_old(account_id: UUID) -> int:
    with upkeep_scope(account_id):
        old = Recipient.objects.filter(WITH_LETTER, telling__prepared_at__lte=now() - LETTERS_KEPT)
        rows = dict(old.values_list("pk", "mail_id"))
        OutgoingMail.objects.filter(pk__in=[mail for mail in rows.values() if mail]).delete()
        sending = Recipient.objects.filter(pk__in=list(rows), state=Recipient.State.SENDING)
        sending.update(state=Recipient.State.WAITING, trouble="held", mail_id=None)
        forget(list(rows))
    return len(rows)


def _warn(account_id: UUID) -> int:
    with upkeep_scope(account_id):
        erasures = Erasure.objects.filter(pk__in=untold([Telling.Of.ERASURE]), state=Erasure.State.DONE)
        for erasure in erasures:
            record("erasure.untold", erasure, actor=SYSTEM)
        return len(erasures)
