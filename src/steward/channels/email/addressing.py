"""Under which addresses a message leaves, and by which ones its answer finds back."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, When

from steward.channels.email.models import MailAccount, RawMail
from steward.channels.email.recipients import base_address
from steward.channels.email.tokens import BOUNCE, KEY_PURPOSE, MESSAGE, REPLY, Bound, make_token, tagged
from steward.contacts.actions import fold_email
from steward.privacy.keys.cipher import derive
from steward.tenancy.directory import account_at
from steward.tickets.models import Participant, Ticket


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one outgoing mail. `reply_to` is empty where tagged addresses do not reach us."""

    message_id: str
    reply_to: str
    envelope_from: str


def addresses_for(participant: Participant, address: str, mail_account: MailAccount, message_id: UUID) -> Addresses:
    """The addresses of a mail to this participant at this address, from that mail account."""
    bound = Bound(participant.account_id, participant.ticket_id, participant.id, fold_email(address))
    key = derive(participant.account_id, KEY_PURPOSE)
    domain = mail_account.address.rpartition("@")[2]
    unique = base64.b32encode(message_id.bytes).decode().rstrip("=").lower()
    named = f"{make_token(MESSAGE, bound, key)}.{unique}@{domain}"
    if not receives(domain):
        return Addresses(named, "", mail_account.address)
    return Addresses(
        named,
        tagged(mail_account.address, make_token(REPLY, bound, key)),
        f"bounce+{make_token(BOUNCE, bound, key)}@{domain}",
    )


def receives(domain: str) -> bool:
    """Whether mail for any local part of the domain comes to our own listener."""
    entry = account_at(domain)
    return entry is not None and entry.receives_mail


def mail_account_of(department_id: UUID, *, written_to: Collection[str] = ()) -> MailAccount | None:
    """The address a department answers under: its own, else the account's default.

    Of several of its own the one among `written_to`, else the default, else the oldest: a second address of a
    department must not take over what the first one began.
    """
    known = {base_address(address) for address in written_to}
    fitness = Case(
        When(department_id=department_id, address__in=known, then=3),
        When(department_id=department_id, then=2),
        When(is_default=True, then=1),
        default=0,
    )
    return MailAccount.objects.order_by(fitness.desc(), "-is_default", "id").first()


def mail_account_for(ticket: Ticket) -> MailAccount | None:
    """The address a ticket is answered under: if its department has several, the one the customer wrote to last."""
    came = RawMail.objects.filter(message__ticket=ticket).order_by("-id").values_list("envelope_to", flat=True)
    return mail_account_of(ticket.department_id, written_to=came.first() or ())
