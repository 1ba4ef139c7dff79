"""Handing over mail that belongs to no account: by the installation's relay, noted in the installation's ledger."""

import logging
import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.lib import tally
from steward.lib.clock import now
from steward.outbox import maildir
from steward.outbox.delivery import HELD_PAUSE, Again, Verdict, leased, verdict_on
from steward.outbox.models import InstallationMail, State
from steward.outbox.returning import return_address
from steward.privacy.egress.gate import EgressDenied
from steward.privacy.egress.routes import relay_route
from steward.privacy.egress.smtp import Envelope, Stage, deliver
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.keys.errors import KeyMissing, Tampered

NO_MAILBOX = "no_mailbox"
_NOBODY = re.compile(r"(?<![\d.])5\.(?:1\.\d{1,2}|2\.1)(?![\d.])")  # RFC 3463 sections 3.2 and 3.3

logger = logging.getLogger(__name__)


def attempt(mail_id: UUID, *, again: Again, due: datetime | None = None) -> None:
    """Try one mail once and note what came of it, by the rules of `delivery.attempt`."""
    mail = _claimed(mail_id, due, again)
    if mail is None:
        return
    try:
        _note(mail, _tried(mail), again)
    except EgressDenied as denied:
        _note(mail, Verdict(State.HELD, reason=f"denied:{denied.reason.value}", pause=HELD_PAUSE), again)
    except (KeyMissing, Tampered) as error:
        logger.error("mail %s of the installation cannot be opened: %s", mail.id, type(error).__name__)
        _note(mail, Verdict(State.HELD, reason="unreadable", pause=HELD_PAUSE), again)
    except Exception:
        _note(mail, Verdict(State.HELD, reason="fault", pause=HELD_PAUSE), again)
        raise


def _tried(mail: InstallationMail) -> Verdict:
    if settings.STEWARD_DEMO:
        envelope = _envelope(mail)
        maildir.keep(envelope.message, envelope_from=envelope.sender, envelope_to=envelope.recipients, account="")
        return Verdict(State.SENT, reason="kept_here")
    route = relay_route(None)
    if route is None:
        logger.warning("%s mail %s waits: there is no relay (STEWARD_SMTP_RELAY)", mail.purpose, mail.id)
        return Verdict(State.HELD, reason="no_relay", pause=HELD_PAUSE)
    return _named(verdict_on(deliver(route, _envelope(mail)), tries=mail.attempts))


def _named(verdict: Verdict) -> Verdict:
    """Whether it is the address that is wrong, or the way there: a relay that is set up badly refuses everybody."""
    is_nobody = verdict.reason == Stage.RECIPIENT and _NOBODY.search(verdict.words)
    return replace(verdict, reason=NO_MAILBOX) if verdict.state is State.FAILED and is_nobody else verdict


def _envelope(mail: InstallationMail) -> Envelope:
    recipient = decrypt_for_installation(bytes(mail.recipient), context=mail.context_of("recipient")).decode()
    content = decrypt_for_installation(bytes(mail.content), context=mail.context_of("content"))
    sender = return_address(mail.id) if mail.is_watched else settings.STEWARD_MAIL_FROM
    return Envelope(sender, (recipient,), content)


def _claimed(mail_id: UUID, due: datetime | None, again: Again) -> InstallationMail | None:
    with transaction.atomic():
        mail = InstallationMail.objects.filter(pk=mail_id).first()
        if mail is None or mail.next_attempt_at is None:
            return None
        return leased(mail, mail.next_attempt_at, due, again)


def _note(mail: InstallationMail, verdict: Verdict, again: Again) -> None:
    """Write down what became of the mail, and queue the next try. What has left is not kept."""
    at = now()
    next_attempt_at = at + verdict.pause if verdict.pause else None
    columns: dict[str, Any] = {"recipient": b"", "content": b""} if verdict.state is State.SENT else {}
    if verdict.state is State.HELD:
        columns["attempts"] = 0
    with transaction.atomic():
        tried = InstallationMail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
        if verdict.state is not State.SENT:
            tried = tried.filter(state=State.WAITING, next_attempt_at=mail.next_attempt_at)
        is_noted = tried.update(
            state=verdict.state,
            reason=verdict.reason,
            next_attempt_at=next_attempt_at,
            finished_at=None if next_attempt_at else at,
            **columns,
        )
        if is_noted and verdict.state is State.SENT:
            transaction.on_commit(partial(tally.count, "mails_out"))
        if is_noted and next_attempt_at:
            again(mail.id, next_attempt_at)
