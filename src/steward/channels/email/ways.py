"""Whether mail can leave at all, so that people are told before they write."""

from uuid import UUID

from django.conf import settings

from steward.channels.email.addressing import mail_account_of
from steward.channels.email.models import MailAccount


def has_way_out(department_id: UUID) -> bool:
    """Whether a department's mail has a server: its own, the installation's relay, or the demo's outbox."""
    return leads_out(mail_account_of(department_id))


def leads_out(mail_account: MailAccount | None) -> bool:
    """The same for the address that a department answers under."""
    if settings.STEWARD_DEMO or settings.STEWARD_SMTP_RELAY:
        return True
    return mail_account is not None and mail_account.smtp_id is not None
