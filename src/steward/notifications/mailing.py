"""Mail to one person of what they were told: one for each notice, or one that sums up when they are many.

It is decided anew now: what was read meanwhile, or is of a ticket that the person does not see any more, is not mailed.
The mail is stored in the transaction that notes that it was: however the job dies, each notice is mailed once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.live.presence import looking_at
from steward.notifications.letters import Reader, compose_notices, compose_trial
from steward.notifications.models import Notice, Recipient
from steward.notifications.queries import account_wishes, visible_notices
from steward.notifications.telling import Plan, plan_mail
from steward.notifications.wishes import Mail
from steward.outbox.actions import put_in_outbox
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.tickets.restriction import restricted_tickets

SINGLY = 3  # notices due together that are still a mail each
MOST_MAILS = 12  # to one person
WINDOW = timedelta(hours=1)  # in so long
_MOST_NOTICES = 1_000  # in one go


def mail_what_is_due(recipient_id: UUID, *, plan: Plan) -> None:
    """Put the mails to one person that are due into the outbox, and queue the job for the next ones."""
    recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=recipient_id).first()
    if recipient is None:
        return
    Recipient.objects.filter(pk=recipient.pk).update(next_mail_at=None)
    recipient.next_mail_at = None
    member = Membership.objects.select_related("user").prefetch_related("departments").get(pk=recipient.membership_id)
    _mail(member, recipient)
    waiting = Notice.objects.filter(membership=member, mail_due_at__isnull=False)
    if due := waiting.aggregate(first=Min("mail_due_at"))["first"]:
        plan_mail(recipient, max(due, now()), plan)


def _mail(member: Membership, recipient: Recipient) -> None:
    due = Notice.objects.filter(membership=member, mail_due_at__lte=now()).order_by("id")
    taken = {notice.pk: notice for notice in due.only("id", "mail")[:_MOST_NOTICES]}
    Notice.objects.filter(pk__in=taken).update(mail_due_at=None)
    wanted = _still_wanted(list(taken), member, actor_of(member))
    if not wanted:
        return
    room, full_until = _room_for(member)
    if room <= 0:
        Notice.objects.filter(pk__in=[notice.pk for notice in wanted]).update(mail_due_at=full_until)
        return
    account = Account.objects.get(pk=current_account_id())
    wishes = account_wishes()
    reader = Reader.of(member, account, zone=recipient.time_zone or account.time_zone, shows_text=wishes.shows_text)
    for notices in _by_mail(wanted, room):
        [stored] = put_in_outbox([compose_notices(notices, reader)])
        Notice.objects.filter(pk__in=[n.pk for n in notices]).update(mailed_at=now(), mailed_in=stored)


class OwnAddress(ValueError):
    """The person reads an address of the account: what is mailed there would come back as a ticket."""


def mail_trial(member: Membership) -> None:
    """Put one mail into the outbox that shows how such mails come. Raises `OwnAddress`."""
    if _is_ours(member.user.email):
        raise OwnAddress(member.user.email)
    account = Account.objects.get(pk=current_account_id())
    put_in_outbox([compose_trial(Reader.of(member, account, zone=account.time_zone, shows_text=False))])


def _still_wanted(ids: Sequence[UUID], member: Membership, actor: Actor) -> list[Notice]:
    """Those that were not read meanwhile, of tickets the person sees and does not look at, in an account that lives.

    Of whom everything is only kept, nothing leaves in a mail: the bell says it alone (GDPR article 18).
    """
    is_served = Account.objects.filter(pk=current_account_id(), state=Account.State.ACTIVE).exists()
    if not ids or not is_served or _is_ours(member.user.email):
        return []
    related = ("ticket__department", "ticket__requester", "by", "message")
    notices = visible_notices(member, actor).unread().filter(pk__in=ids).select_related(*related).order_by("id")
    found = list(notices.defer("message__body_html", "message__recipients"))
    looking = looking_at({notice.ticket_id for notice in found}, members=[member.pk])
    kept = restricted_tickets({notice.ticket_id for notice in found})
    return [each for each in found if (member.pk, each.ticket_id) not in looking and each.ticket_id not in kept]


def _is_ours(address: str) -> bool:
    """Mail to an address of the account would come back as a ticket."""
    return bool(MailAccount.objects.filter(address=base_address(address)).exists())


def _room_for(member: Membership) -> tuple[int, datetime]:
    """How many mails the person may still get, and when there is room for one more."""
    recent = Notice.objects.filter(membership=member, mailed_at__gt=now() - WINDOW)
    mails = recent.order_by().values("mailed_in").annotate(at=Min("mailed_at"))
    moments = sorted(row["at"] for row in mails)
    return MOST_MAILS - len(moments), (moments[0] if moments else now()) + WINDOW


def _by_mail(notices: Sequence[Notice], room: int) -> list[list[Notice]]:
    """The notices that share a mail. The last mail there is room for sums up whatever there is."""
    summed = [notice for notice in notices if notice.mail == Mail.DIGEST]
    single = [notice for notice in notices if notice.mail != Mail.DIGEST]
    if len(single) > SINGLY or len(single) + bool(summed) > room - 1:
        return [list(notices)]
    return [*([notice] for notice in single), *([summed] if summed else [])]
