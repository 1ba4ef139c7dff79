"""Mail to the people of an account: what they are told, in the name of the account.

Nobody answers it: answers go to an address that refuses mail. Mostly it leaves with the null sender, so that whatever
becomes of it nobody writes back (RFC 3834 section 3.3). What has to arrive is *watched*: it leaves under an address of
its own, and what comes back to that, or names its Message-ID, is noted at the mail and becomes no ticket.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from steward.channels.email.composing import Letter, compose
from steward.channels.email.models import MailAccount
from steward.channels.email.tokens import KEY_PURPOSE, TOLD, TOLD_ID, Bound, Token, make_token
from steward.contacts.actions import fold_email
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.actions import NewMail
from steward.outbox.models import OutgoingMail
from steward.privacy.egress.models import Connector
from steward.privacy.keys.cipher import derive
from steward.tenancy.models import Account


@dataclass(frozen=True, slots=True)
class Words:
    """What such a mail says. `unsubscribe` is the page on which one chooses not to get it; empty without one.

    `sender` is who says it; empty for the account itself. `reply_to` is where answers go; empty for nowhere.
    """

    subject: str
    text: str
    html: str
    unsubscribe: str = ""
    sender: str = ""
    reply_to: str = ""


def mail_to_member(
    account: Account, to: tuple[str, str], words: Words, *, purpose: str, is_watched: bool = False
) -> NewMail:
    """A mail to one person (name, address), through the server of the account's default address if it has one."""
    nobody = f"no-reply@{account.slug}.{settings.STEWARD_DOMAIN}"
    # A server of the account's own sends in the name of its address only.
    sender, connector = _own_way() or (nobody, None)
    mail_id, domain = new_id(), sender.rpartition("@")[2]
    message_id, envelope_from = f"{mail_id}@{domain}", ""
    if is_watched:
        message_id = f"{_token(TOLD_ID, account.id, mail_id, to[1])}@{domain}"
        envelope_from = sender if connector else f"bounce+{_token(TOLD, account.id, mail_id, to[1])}@{domain}"
    letter = Letter(
        sender=(words.sender or account.name, sender),
        to=[to],
        subject=words.subject,
        text=words.text,
        html=words.html,
        at=now(),
        message_id=message_id,
        mark=str(account.id),
        reply_to=words.reply_to or nobody,
        is_generated=True,
        unsubscribe=words.unsubscribe,
    )
    return NewMail(purpose, message_id, envelope_from, (to[1],), compose(letter), connector, mail_id)


def is_made_for(token: Token, mail: OutgoingMail) -> bool:
    """Whether the token was truly made for this mail."""
    address = fold_email("".join(mail.envelope_to[:1]))
    bound = Bound(mail.account_id, mail.account_id, mail.id, address)
    return token.matches(bound, derive(mail.account_id, KEY_PURPOSE))


def _own_way() -> tuple[str, Connector] | None:
    default = MailAccount.objects.select_related("smtp").order_by("-is_default", "id").first()
    return (default.address, default.smtp) if default and default.smtp else None


def _token(purpose: str, account_id: UUID, mail_id: UUID, address: str) -> str:
    bound = Bound(account_id, account_id, mail_id, fold_email(address))
    return make_token(purpose, bound, derive(account_id, KEY_PURPOSE))
