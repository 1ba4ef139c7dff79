"""Addresses at which people ask for their rights over their data (GDPR articles 12(2) and 15 to 22)."""

from django.db import transaction

from steward.channels.email.models import MailAccount
from steward.events.actions import record
from steward.lib.actor import Actor

PRIVACY_ADDRESS = "privacy_address"  # in a message's findings: it came to one


def make_privacy_address(mail_account: MailAccount, *, is_on: bool, actor: Actor) -> None:
    """Let what is written to the address be requests of persons, or no longer."""
    with transaction.atomic():
        MailAccount.objects.filter(pk=mail_account.pk).update(is_privacy_address=is_on)
        record("mail_account.changed", mail_account, actor=actor, changes={"is_privacy_address": is_on})
    mail_account.refresh_from_db()
