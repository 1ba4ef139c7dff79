"""Reaching addresses, templates and what came by mail.

Addresses and templates are for who may open the settings; mail for whoever may see the message it became.
"""

from uuid import UUID

from steward.channels.email import spool
from steward.channels.email.models import MailAccount, MailTemplate, RawMail
from steward.outbox.models import OutgoingMail, State
from steward.tickets.models import Message


def mail_as_it_came(message: Message) -> bytes:
    """The bytes of the mail, with our trace before them.

    The caller has checked that the message may be seen. Raises `RawMail.DoesNotExist` for what did not come by mail
    or is not kept any more, `KeyMissing` or `Tampered` for what cannot be read.
    """
    return spool.read(RawMail.objects.exclude(content=b"").get(message=message))


def get_mail_account(mail_account_id: UUID) -> MailAccount:
    """An address with its department and servers; raises `MailAccount.DoesNotExist`."""
    return MailAccount.objects.select_related("department", "imap", "smtp").get(pk=mail_account_id)


def has_mailboxes() -> bool:
    """Whether mail is fetched from a mailbox of the account's own."""
    return MailAccount.objects.exclude(imap=None).exists()


def is_used_already(address: str) -> bool:
    """Whether it is an address of the account in scope."""
    return MailAccount.objects.filter(address=address.lower()).exists()


def has_others(mail_account: MailAccount) -> bool:
    """Whether the account has another address, too."""
    return MailAccount.objects.exclude(pk=mail_account.pk).exists()


def count_unsent(mail_account: MailAccount) -> int:
    """Mails that wait for the address's own server; none when another address sends by it, too."""
    others = MailAccount.objects.filter(smtp=mail_account.smtp).exclude(pk=mail_account.pk)
    if mail_account.smtp_id is None or others.exists():
        return 0
    waiting = [State.WAITING, State.DEFERRED, State.HELD]
    return OutgoingMail.objects.filter(connector=mail_account.smtp, state__in=waiting).count()


def own_templates() -> set[tuple[str, str]]:
    """Kind and language of each mail for which the account has words of its own."""
    return set(MailTemplate.objects.values_list("kind", "language"))


def own_template(kind: str, language: str) -> MailTemplate | None:
    """The account's own words for one kind of mail in one language."""
    return MailTemplate.objects.filter(kind=kind, language=language).first()
