"""What an account has set up to be reached and to reach others: given at its opening, taken when it is terminated."""

from django.conf import settings

from steward.channels.email.mailbox_editing import remove_mail_account
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount
from steward.lib.actor import Actor
from steward.people.models import Department
from steward.privacy.egress.connectors import retire_connector
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Account


def give_own_address(account: Account, department: Department, *, actor: Actor) -> None:
    """`support@<slug>.<base domain>`, under which the account can be written to from the first moment."""
    address = f"support@{account.slug}.{settings.STEWARD_DOMAIN}"
    add_mail_account(Mailbox(address=address, name=account.name), department=department, actor=actor)


def take_configuration(*, actor: Actor) -> None:
    """Give up all addresses of the account in scope, with their domains, and forget every password and key it stored.

    Tickets stay, and so does what the ledger refers to. Doing it twice does nothing.
    """
    # The default one last: it stays as long as there are others.
    for mail_account in MailAccount.objects.select_related("imap", "smtp").order_by("is_default", "id"):
        remove_mail_account(mail_account, actor=actor)
    for connector in Connector.objects.filter(retired_at=None).order_by("id"):
        retire_connector(connector, actor=actor)


def give_configuration_again(account: Account, *, actor: Actor) -> None:
    """What every account begins with; all else is entered anew."""
    if not MailAccount.objects.exists():
        give_own_address(account, Department.objects.get(is_default=True), actor=actor)
