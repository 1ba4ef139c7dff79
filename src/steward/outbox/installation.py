"""Mail of the installation itself, about an identity: confirmations, resets, notices about a sign-in."""

import re
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.jobs import enqueue_for_installation
from steward.lib.clock import now
from steward.outbox.models import InstallationMail, State
from steward.outbox.tasks import deliver_for_installation
from steward.privacy.egress.envelope import Unsendable, recipient_form
from steward.privacy.keys.cipher import encrypt_for_installation

KEPT = timedelta(days=7)  # how long a mail that left, or was given up, can still be seen in the queue, without content
BOUNCED = "bounced"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_LONGEST_SUBJECT = 200


def put_in_installation_outbox(
    *, purpose: str, to: str, subject: str, text: str, unsubscribe: str = "", is_watched: bool = False
) -> InstallationMail:
    """Store one mail and queue its delivery, in the current transaction.

    `to` is a bare address, `text` plain text in lines of any length. Subject and text may hold what people typed.
    `unsubscribe` is an address of the web that ends mails of this kind when it is posted to (RFC 8058). Of a mail that
    `is_watched` it is noted when it comes back (`note_installation_bounce`).
    Raises `Unsendable` when `to` is no e-mail address.
    """
    with transaction.atomic():
        at = now()
        mail = InstallationMail(purpose=purpose, created_at=at, next_attempt_at=at, is_watched=is_watched)
        recipient, content = recipient_form(to, takes_utf8=True), _composed(mail, to, subject, text, unsubscribe)
        mail.recipient = encrypt_for_installation(recipient.encode(), context=mail.context_of("recipient"))
        mail.content = encrypt_for_installation(content, context=mail.context_of("content"))
        mail.save(force_insert=True)
        enqueue_for_installation(deliver_for_installation, mail=mail.id, due=at.isoformat())
    return mail


def try_held_installation_mail() -> int:
    """Queue what is held for a try now; returns how much. There may be a relay now."""
    with transaction.atomic():
        at = now()
        held = list(
            InstallationMail.objects.select_for_update(no_key=True)
            .filter(state=State.HELD)
            .values_list("id", flat=True)
        )
        InstallationMail.objects.filter(pk__in=held).update(next_attempt_at=at)
        for mail_id in held:
            enqueue_for_installation(deliver_for_installation, mail=mail_id, due=at.isoformat())
    return len(held)


def send_installation_mail_again(*, state: str, reason: str) -> int:
    """Try all mails of the installation that are in one state for one reason; returns how many."""
    with transaction.atomic():
        at = now()
        stuck = InstallationMail.objects.filter(state=state, reason=reason)
        stuck = stuck.filter(state__in=[State.FAILED, State.DEFERRED, State.HELD])
        stuck = stuck.exclude(reason=BOUNCED)  # it had left: nothing of it is kept
        mails = list(stuck.select_for_update(no_key=True).values_list("id", flat=True))
        columns = {"state": State.WAITING, "reason": "", "attempts": 0, "next_attempt_at": at, "finished_at": None}
        InstallationMail.objects.filter(pk__in=mails).update(**columns)
        for mail_id in mails:
            enqueue_for_installation(deliver_for_installation, mail=mail_id, due=at.isoformat())
    return len(mails)


def is_awaited(mail_id: UUID) -> bool:
    """Whether it would be noted that this mail came back: it is watched, remembered, and has not failed yet."""
    return InstallationMail.objects.filter(pk=mail_id, is_watched=True).exclude(state=State.FAILED).exists()


def note_installation_bounce(mail_id: UUID) -> None:
    """Note that a watched mail came back for good. It may be forgotten already."""
    returned = InstallationMail.objects.filter(pk=mail_id, is_watched=True)
    returned.update(state=State.FAILED, reason=BOUNCED, next_attempt_at=None, finished_at=now())


def forget_installation_mail() -> int:
    """Delete what left, or was given up, some days ago; returns how much."""
    return InstallationMail.objects.filter(finished_at__lt=now() - KEPT).delete()[0]


def _composed(mail: InstallationMail, to: str, subject: str, text: str, unsubscribe: str) -> bytes:
    """The mail in RFC 5322 form. The library builds the header; nothing in it can begin another line."""
    address = recipient_form(to, takes_utf8=True)
    message = EmailMessage(policy=SMTP.clone(utf8=not address.isascii()))
    message["From"] = Address("Steward", addr_spec=settings.STEWARD_MAIL_FROM)
    message["To"] = _mailbox(address)
    message["Subject"] = _CONTROL.sub(" ", subject).strip()[:_LONGEST_SUBJECT]
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{settings.STEWARD_DOMAIN}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text.replace("\0", ""))
    return message.as_bytes()


def _mailbox(address: str) -> Address:
    """The library parses an address in ASCII, quoted local part or not, and takes another one only in its parts."""
    local_part, _, domain = address.rpartition("@")
    return Address(addr_spec=address) if address.isascii() else Address(username=local_part, domain=domain)


__all__ = [
    "Unsendable",
    "forget_installation_mail",
    "is_awaited",
    "note_installation_bounce",
    "put_in_installation_outbox",
    "send_installation_mail_again",
    "try_held_installation_mail",
]
