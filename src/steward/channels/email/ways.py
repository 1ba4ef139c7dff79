"""Whether mail can leave at all, so that people are told before they write."""

from uuid import UUID

from django.conf import settings

from steward.channels.email.addressing import mail_account_of


def has_way_out(department_id: UUID) -> bool:
    """Whether a department's mail has a server: its own, the installation's relay, or the demo's outbox."""
    if settings.STEWARD_DEMO or settings.STEWARD_SMTP_RELAY:
        return True
    mail_account = mail_account_of(department_id)
    return mail_account is not None and mail_account.smtp_id is not None
