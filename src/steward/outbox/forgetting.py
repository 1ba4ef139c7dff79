"""Letting go of what mails said. To whom and when they went stays."""

from collections.abc import Iterable
from uuid import UUID

from steward.outbox.models import OutgoingMail, State
from steward.privacy.keys.cipher import encrypt


def forget_contents(mails: Iterable[UUID]) -> int:
    """Forget what those of the mails said that have left; returns how many held something."""
    left = OutgoingMail.objects.filter(pk__in=list(mails), state=State.SENT).exclude(content=b"")
    return left.update(content=b"", size=0)


def renew_content(mail: OutgoingMail, content: bytes) -> None:
    """Give a mail that has not left other bytes, with the same Message-ID in them."""
    sealed = encrypt(mail.account_id, content, context=mail.content_context)
    OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENT).update(content=sealed, size=len(content))
