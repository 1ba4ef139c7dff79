"""Reaching what came by mail, for whoever may see the message it became."""

from steward.channels.email import spool
from steward.channels.email.models import RawMail
from steward.tickets.models import Message


def mail_as_it_came(message: Message) -> bytes:
    """The bytes of the mail, with our trace before them.

    The caller has checked that the message may be seen. Raises `RawMail.DoesNotExist` for what did not come by mail,
    `KeyMissing` or `Tampered` for what cannot be read.
    """
    return spool.read(RawMail.objects.get(message=message))
