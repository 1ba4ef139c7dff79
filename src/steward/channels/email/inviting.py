"""The mail that carries an invitation."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.channels.email.composing import Letter, compose
from steward.channels.email.models import MailAccount
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.actions import NewMail, put_in_outbox
from steward.people.actions import issue_token
from steward.people.models import Invitation
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account


def mail_invitation(invitation: Invitation) -> None:
    """Put the invitation into the account's outbox, in the language it was written for, with a token of its own."""
    account = Account.objects.get(pk=invitation.account_id)
    mail_account = MailAccount.objects.order_by("-is_default", "id").first()
    name, address = _sender(account, mail_account)
    subject, text = _words(invitation, account, issue_token(invitation))
    letter = Letter(
        sender=(name, address),
        to=[(invitation.name, invitation.email)],
        subject=subject,
        text=text,
        at=now(),
        message_id=f"{new_id()}@{address.rpartition('@')[2]}",
        mark=str(account.id),
        is_automatic=True,
    )
    # The null sender: nobody answers a machine, and whether it arrived is shown beside the invitation.
    connector = mail_account.smtp if mail_account else None
    mail = NewMail("invitation", letter.message_id, "", (invitation.email,), compose(letter), connector)
    [stored] = put_in_outbox([mail])
    Invitation.objects.filter(pk=invitation.pk).update(mail=stored)


def _sender(account: Account, mail_account: MailAccount | None) -> tuple[str, str]:
    if mail_account is not None:
        return mail_account.name or account.name, mail_account.address
    return account.name, f"no-reply@{account.slug}.{settings.STEWARD_DOMAIN}"


def _words(invitation: Invitation, account: Account, token: str) -> tuple[str, str]:
    inviter = invitation.invited_by.name if invitation.invited_by else account.name
    with override(spoken(invitation.language, account.language)):
        subject = _("%(inviter)s invites you to the help desk of %(account)s") % {
            "inviter": inviter,
            "account": account.name,
        }
        text = _(
            "Hello,\n\n%(inviter)s invites you to answer customers together at %(account)s. Follow this link within "
            "7 days to join:\n\n%(link)s\n\nThe link is for you alone: whoever has it can join in your place. If you "
            "expected no invitation, do nothing.\n"
        ) % {
            "inviter": inviter,
            "account": account.name,
            "link": f"{base_url(account.slug)}/console/invitations/{token}",
        }
    return subject, text
