"""Under which addresses a message leaves, and by which ones its answer finds back."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from steward.channels.email.models import MailAccount, RawMail
from steward.channels.email.recipients import base_address
from steward.channels.email.tokens import DELIVERY, KEY_PURPOSE, MESSAGE, REPLY, Bound, make_token, tagged
from steward.contacts.actions import fold_email
from steward.privacy.keys.cipher import derive
from steward.tenancy.directory import account_at
from steward.tenancy.reading import Reading
from steward.tickets.models import Participant, Ticket


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one outgoing mail. `reply_to` is empty where tagged addresses do not reach us."""

    message_id: str
    reply_to: str
    envelope_from: str


def addresses_for(participant: Participant, address: str, mail_account: MailAccount, message_id: UUID) -> Addresses:
    """The addresses of the mail of one message, to this participant at this address, from that mail account."""
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
        f"bounce+{make_token(DELIVERY, replace(bound, named_id=message_id), key)}@{domain}",
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
    return _fittest(mail_accounts(), department_id, written_to)


def mail_account_for(ticket: Ticket, among: Sequence[MailAccount] | None = None) -> MailAccount | None:
    """The address a ticket is answered under: if its department has several, the one the customer wrote to last.

    `among` all mail accounts when they are read already.
    """
    accounts = mail_accounts() if among is None else among
    own = [account for account in accounts if account.department_id == ticket.department_id]
    return _fittest(accounts, ticket.department_id, _written_to(ticket) if len(own) > 1 else ())


MAIL_ACCOUNTS = Reading(lambda: MailAccount.objects.order_by("-is_default", "id"))


def mail_accounts() -> list[MailAccount]:
    """Every address of the account: the default first, then the oldest."""
    return MAIL_ACCOUNTS()


def _fittest(accounts: Sequence[MailAccount], department_id: UUID, written_to: Collection[str]) -> MailAccount | None:
    known = {base_address(address) for address in written_to}

    def fitness(account: MailAccount) -> tuple[bool, bool]:
        is_own = account.department_id == department_id
        return is_own, is_own and not known.isdisjoint({account.address, account.forwarded_to})

    return max(accounts, key=fitness, default=None)  # the first of equal ones


def _written_to(ticket: Ticket) -> Sequence[str]:
    came = RawMail.objects.filter(message__ticket=ticket).order_by("-id").values_list("envelope_to", flat=True)
    return came.first() or ()
