"""How the addresses of an account are served, and whether their mailboxes can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from steward.channels.email.models import MailAccount, MailboxPosition


@dataclass(frozen=True, slots=True)
class MailboxState:
    """One address. `failure` is a code of `fetching.failure_code`, empty while its mailbox can be read."""

    address: str
    department: str
    comes_by: str  # the mailbox's server, or "listener" where mail is brought to us
    leaves_by: str  # the account's own server, or "relay"
    failure: str = ""
    failing_since: datetime | None = None


def mailbox_states() -> Iterator[MailboxState]:
    """Every address of the account in scope, by name."""
    positions = {position.mail_account_id: position for position in MailboxPosition.objects.all()}
    for mail_account in MailAccount.objects.select_related("department", "imap", "smtp").order_by("address"):
        position = positions.get(mail_account.id)
        yield MailboxState(
            address=mail_account.address,
            department=mail_account.department.name,
            comes_by=mail_account.imap.host if mail_account.imap else "listener",
            leaves_by=mail_account.smtp.host if mail_account.smtp else "relay",
            failure=position.failure if position else "",
            failing_since=position.failing_since if position else None,
        )
