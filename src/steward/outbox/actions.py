"""Putting mail into the outbox, and sending it again by hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from steward.jobs import enqueue_many
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.outbox.tasks import deliver
from steward.privacy.egress.models import Connector
from steward.privacy.keys.cipher import encrypt
from steward.tenancy.scope import current_account_id


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
        enqueue_many(deliver, [{"mail": mail.id} for mail in mails])
    return mails


def send_again(mail: OutgoingMail) -> None:
    """Try a mail that failed, waits or is held once more, with the same Message-ID. One that was sent stays sent."""
    with transaction.atomic():
        revived = OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
        if revived.update(state=State.WAITING, reason="", attempts=0, next_attempt_at=now(), finished_at=None):
            enqueue_many(deliver, [{"mail": mail.id}])


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
