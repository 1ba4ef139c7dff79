"""What people leave behind and nobody needs."""

from datetime import timedelta

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.models import Invitation, MailedLink, Passage, Session, SignUp
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

INVITATIONS_KEPT = timedelta(days=30)  # after their time was over: they can still be sent again


def forget_ended_sessions() -> int:
    """Delete sessions that have expired; returns how many."""
    return Session.objects.filter(expire_date__lte=now()).delete()[0]


def forget_unused_links() -> int:
    """Delete sign-ups that nobody confirmed, ways between hosts and links in mails; returns how many."""
    at = now()
    return sum(model.objects.filter(expires_at__lte=at).delete()[0] for model in (SignUp, Passage, MailedLink))


def forget_old_invitations() -> int:
    """Delete invitations that nobody accepted, a month after their time was over; returns how many."""
    forgotten, before = 0, now() - INVITATIONS_KEPT
    for account_id in Account.objects.values_list("id", flat=True):
        with upkeep_scope(account_id):
            for invitation in Invitation.objects.filter(expires_at__lte=before):
                record("invitation.withdrawn", invitation, actor=SYSTEM)
                invitation.delete()
                forgotten += 1
    return forgotten
