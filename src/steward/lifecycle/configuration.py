"""What an account has set up: given at its opening, taken when it is terminated, entered anew when it is open again.

Each part goes by the verb of its own package, so that the audit says what went. `belongings` sorts the tables.
"""

from django.conf import settings

from steward.brand.actions import forget_brand
from steward.channels.email.mail_templates import reset_template
from steward.channels.email.mailbox_editing import remove_mail_account
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount, MailTemplate
from steward.lib.actor import Actor
from steward.notifications.actions import forget_defaults
from steward.people.account_settings import change_account
from steward.people.actions import edit_department, withdraw_invitation
from steward.people.actions.security_policy import unlock_network
from steward.people.models import Department, Invitation
from steward.privacy.egress.connectors import retire_connector
from steward.privacy.egress.environment import note_for_new_account
from steward.privacy.egress.models import Connector
from steward.privacy.recipients.actions import forget_rules
from steward.privacy.retention.actions import drop_rule
from steward.privacy.retention.models import RetentionRule
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.tickets.actions.ruling import forget_ticket_rules


def give_own_address(account: Account, department: Department, *, actor: Actor) -> None:
    """`support@<slug>.<base domain>`, under which the account can be written to from the first moment."""
    address = f"support@{account.slug}.{settings.STEWARD_DOMAIN}"
    add_mail_account(Mailbox(address=address, name=account.name), department=department, actor=actor)


def take_configuration(*, actor: Actor) -> None:
    """Take all that the account in scope has set up. Doing it twice does nothing.

    Tickets stay with all that is about people, and so does what was agreed, ordered or held, who did what and for how
    long that is told, and who needs a second factor: what stays is guarded as it was, but for networks.
    """
    _take_ways(actor)
    _take_rules(actor)
    _take_looks(actor)
    for invitation in Invitation.objects.order_by("id"):
        withdraw_invitation(invitation, actor=actor)
    unlock_network(actor=actor)


def give_configuration_again(account: Account, *, actor: Actor) -> None:
    """What every account begins with; all else is entered anew."""
    if not MailAccount.objects.exists():
        give_own_address(account, Department.objects.get(is_default=True), actor=actor)
    note_for_new_account()


def _take_ways(actor: Actor) -> None:
    """Addresses with their domains, and every password and key. The default address last: it outlives the others."""
    for mail_account in MailAccount.objects.select_related("imap", "smtp").order_by("is_default", "id"):
        remove_mail_account(mail_account, actor=actor)
    for connector in Connector.objects.filter(retired_at=None).order_by("id"):
        retire_connector(connector, actor=actor)
    change_account(current_account_id(), {"refuses_mail": False}, actor=actor)


def _take_rules(actor: Actor) -> None:
    """What is done by itself. Without rules of retention nothing goes by itself: so nothing goes sooner than before."""
    for rule in RetentionRule.objects.order_by("id"):
        drop_rule(rule, actor=actor)
    forget_ticket_rules(actor=actor)
    forget_rules(actor=actor)
    forget_defaults(actor=actor)


def _take_looks(actor: Actor) -> None:
    """Brand, words of mails, signatures of departments. Their names stay: tickets stand in them."""
    forget_brand(actor=actor)
    for template in MailTemplate.objects.order_by("id"):
        reset_template(template.kind, template.language, actor=actor)
    for department in Department.objects.order_by("id"):
        edit_department(department, name=department.name, signature="", signatures={}, actor=actor)
