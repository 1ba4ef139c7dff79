"""Putting mail into the outbox, and sending it again by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.jobs import enqueue_many
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.outbox.tasks import deliver
from steward.privacy.egress.models import Connector
from steward.privacy.keys.cipher import encrypt
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, current_account_id


@dataclass(frozen=True, slots=True)
class NewMail:
    """A finished mail: RFC 5322 bytes with their envelope."""

    purpose: str
    internet_id: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    content: bytes
    connector: Connector | None = None


def put_in_outbox(new: Iterable[NewMail]) -> list[OutgoingMail]:
    """Store mails and queue their delivery, in the current transaction."""
    with transaction.atomic():
        mails = [_stored_form(each) for each in new]
        OutgoingMail.objects.bulk_create(mails)
        enqueue_many(deliver, [_job(mail.id, mail.next_attempt_at) for mail in mails])
    return mails


def send_again(mail: OutgoingMail) -> None:
    """Try a mail that failed, waits or is held once more, with the same Message-ID. One that was sent stays sent."""
    with transaction.atomic():
        at = now()
        revived = OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
        if revived.update(state=State.WAITING, reason="", attempts=0, next_attempt_at=at, finished_at=None):
            enqueue_many(deliver, [_job(mail.id, at)])


def try_held_mail() -> int:
    """Queue what is held in any account for a try now; returns how much. Called when a worker starts.

    A worker that starts may have new settings: a relay, or leave to reach a server.
    """
    count = 0
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        with account_scope(account_id):
            at = now()
            held = list(OutgoingMail.objects.filter(state=State.HELD).values_list("id", flat=True))
            OutgoingMail.objects.filter(pk__in=held).update(next_attempt_at=at)
            count += len(enqueue_many(deliver, [_job(mail_id, at) for mail_id in held]))
    return count


def _job(mail_id: UUID, at: datetime) -> dict[str, Any]:
    return {"mail": mail_id, "due": at.isoformat()}


def _stored_form(new: NewMail) -> OutgoingMail:
    mail = OutgoingMail(
        purpose=new.purpose,
        internet_id=new.internet_id,
        connector=new.connector,
        envelope_from=new.envelope_from,
        envelope_to=list(new.envelope_to),
        size=len(new.content),
        created_at=now(),
        next_attempt_at=now(),
    )
    mail.content = encrypt(current_account_id(), new.content, context=mail.content_context)
    return mail
