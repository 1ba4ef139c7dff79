"""Putting mail into the outbox, and sending it again by hand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import Happening, record, record_many
from steward.jobs import enqueue_many
from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.delivery import PARTLY_REFUSED
from steward.outbox.models import OutgoingMail, State
from steward.outbox.tasks import deliver
from steward.privacy.egress.models import Connector
from steward.privacy.keys.cipher import encrypt
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, current_account_id

PARTLY_BOUNCED = "partly_bounced"
_LONGEST_WORDS = 500
_MOST_AGAIN = 5000  # mails that are tried again at once


@dataclass(frozen=True, slots=True)
class NewMail:
    """A finished mail: RFC 5322 bytes with their envelope."""

    purpose: str
    internet_id: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    content: bytes
    connector: Connector | None = None
    id: UUID | None = None  # of the row; None: any
    about: UUID | None = None  # the ticket of a mail that no message became: it goes with the ticket


def put_in_outbox(new: Iterable[NewMail]) -> list[OutgoingMail]:
    """Store mails and queue their delivery, in the current transaction."""
    with transaction.atomic():
        at = now()
        mails = [_stored_form(each, at) for each in new]
        OutgoingMail.objects.bulk_create(mails)
        enqueue_many(deliver, [_job(mail.id, at) for mail in mails])
    return mails


def send_again(mail: OutgoingMail, *, actor: Actor) -> None:
    """Try a mail that failed, is deferred or held once more, with the same Message-ID.

    One that was sent stays sent, and one that waits is tried already: twice would be two mails.
    """
    with transaction.atomic():
        at = now()
        revived = OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.FAILED, State.DEFERRED, State.HELD])
        if revived.update(state=State.WAITING, reason="", attempts=0, next_attempt_at=at, finished_at=None):
            record("mail.retried", mail, actor=actor, changes={"purpose": mail.purpose})
            enqueue_many(deliver, [_job(mail.id, at)])


def send_all_again(*, state: str, reason: str) -> int:
    """Try all mails of the account in scope that are in one state for one reason; returns how many."""
    with transaction.atomic():
        at = now()
        stuck = OutgoingMail.objects.filter(state=state, reason=reason)
        stuck = stuck.filter(state__in=[State.FAILED, State.DEFERRED, State.HELD])
        mails = list(stuck.order_by("pk").select_for_update(no_key=True).only("pk", "purpose")[:_MOST_AGAIN])
        columns = {"state": State.WAITING, "reason": "", "attempts": 0, "next_attempt_at": at, "finished_at": None}
        OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**columns)
        retried = (Happening("mail.retried", mail, {"purpose": mail.purpose}) for mail in mails)
        record_many(retried, actor=SYSTEM)
        enqueue_many(deliver, [_job(mail.pk, at) for mail in mails])
    return len(mails)


def try_held_mail() -> int:
    """Queue what is held in any account for a try now; returns how much. Called when a worker starts.

    A worker that starts may have new settings: a relay, or leave to reach a server.
    """
    count = 0
    for account_id in Account.objects.filter(state=Account.State.ACTIVE).values_list("id", flat=True):
        with account_scope(account_id):
            at = now()
            held = list(OutgoingMail.objects.filter(state=State.HELD).values_list("id", flat=True))
            OutgoingMail.objects.filter(pk__in=held, state=State.HELD).update(next_attempt_at=at)
            count += len(enqueue_many(deliver, [_job(mail_id, at) for mail_id in held]))
    return count


def send_through(connector: Connector | None, *, instead_of: Collection[UUID]) -> None:
    """Mail that has not left through these connectors leaves through that one (None: the relay), and is tried now.

    What failed stays so, and would be sent again through that one; what waits is tried just now, by its own job.
    """
    with transaction.atomic():
        unsent = OutgoingMail.objects.filter(connector__in=instead_of).exclude(state=State.SENT)
        paused = unsent.filter(state__in=[State.DEFERRED, State.HELD])
        waiting, at = list(paused.select_for_update(no_key=True).values_list("id", flat=True)), now()
        OutgoingMail.objects.filter(pk__in=waiting).update(next_attempt_at=at)
        unsent.update(connector=connector)
        enqueue_many(deliver, [_job(mail_id, at) for mail_id in waiting])


def note_bounce(mail_id: UUID, *, recipients: Collection[str], bounced: str, words: str) -> None:
    """Note that a mail did not arrive at one of the addresses it went to.

    It failed when that is so for all of them; else it stays sent, and says for whom not. `bounced` may be an address
    we do not know: mail is forwarded.
    """
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update(no_key=True).get(pk=mail_id)
        everybody = {address.lower() for address in recipients}
        told = _told_already(mail) | {bounced.lower() or "?": " ".join(words.split())[:_LONGEST_WORDS]}
        is_partly = len(everybody) > 1 and not everybody <= told.keys()
        if is_partly and mail.state not in {State.SENT, State.FAILED}:
            return  # it is still on its way to the others: the report itself is in the ticket
        lines = "\n".join(f"{address}: {said}" for address, said in told.items())
        OutgoingMail.objects.filter(pk=mail_id).update(
            state=State.SENT if is_partly else State.FAILED,
            reason=PARTLY_BOUNCED if is_partly else "bounced",
            server_words=lines if len(everybody) > 1 else words[:_LONGEST_WORDS],
            next_attempt_at=None,
            finished_at=now(),
        )
        record("mail.bounced", mail, actor=SYSTEM, changes={"purpose": mail.purpose, "is_partly": is_partly})


def _told_already(mail: OutgoingMail) -> dict[str, str]:
    """What earlier reports said, or servers when they took the mail for others, by address."""
    if mail.reason not in {PARTLY_BOUNCED, PARTLY_REFUSED}:
        return {}
    lines = (line.partition(": ") for line in mail.server_words.splitlines())
    return {address.lower(): said for address, _, said in lines}


def _job(mail_id: UUID, at: datetime) -> dict[str, Any]:
    return {"mail": mail_id, "due": at.isoformat()}


def _stored_form(new: NewMail, at: datetime) -> OutgoingMail:
    mail = OutgoingMail(
        id=new.id or new_id(),
        purpose=new.purpose,
        internet_id=new.internet_id,
        connector=new.connector,
        about=new.about,
        envelope_from=new.envelope_from,
        envelope_to=list(new.envelope_to),
        size=len(new.content),
        created_at=at,
        next_attempt_at=at,
    )
    mail.content = encrypt(current_account_id(), new.content, context=mail.content_context)
    return mail
