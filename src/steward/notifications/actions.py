"""Reading notices, and changing how one is told."""

from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.notifications.models import Notice, NoticeDefaults, Recipient
from steward.notifications.telling import locked_recipients
from steward.notifications.wishes import Mail, Wishes, stored_form
from steward.people.models import Membership


def read_notice(me: Membership, notice_id: UUID) -> int:
    """Mark one as read; returns how many were unread. What somebody has read is noted nowhere else."""
    return Notice.objects.filter(membership=me, pk=notice_id, read_at__isnull=True).update(read_at=now())


def read_all(me: Membership) -> int:
    """Mark everything as read, and send no mail of it."""
    return Notice.objects.filter(membership=me, read_at__isnull=True).update(read_at=now(), mail_due_at=None)


def read_ticket(me: Membership, ticket_id: UUID) -> int:
    """Mark as read what is of a ticket: it is open in front of the person."""
    return Notice.objects.filter(membership=me, ticket=ticket_id, read_at__isnull=True).update(read_at=now())


def choose(  # what one form holds
    me: Membership, wishes: Wishes, *, rhythm: str, hour: int, time_zone: str, actor: Actor
) -> None:
    """Set how somebody is told. What waits to be mailed in a way that is not wanted any more is not mailed."""
    with transaction.atomic():
        recipient = locked_recipients([me.pk])[me.pk]
        columns = {"wishes": stored_form(wishes), "rhythm": rhythm, "hour": hour, "time_zone": time_zone}
        changed = sorted(name for name, value in columns.items() if getattr(recipient, name) != value)
        if not changed:
            return
        Recipient.objects.filter(pk=recipient.pk).update(**columns)
        unwanted = [kind for kind, wish in wishes.items() if wish.mail == Mail.NEVER]
        waiting = Notice.objects.filter(membership=me, mail_due_at__isnull=False, kind__in=unwanted)
        waiting.update(mail_due_at=None)
        record("notifications.chosen", me, actor=actor, changes={"fields": changed})


def change_defaults(wishes: Wishes, *, shows_text: bool, actor: Actor) -> None:
    """Set what people of the account are told who chose nothing, and whether mails show what customers wrote."""
    with transaction.atomic():
        row, _ = NoticeDefaults.objects.select_for_update(no_key=True).get_or_create()
        columns = {"wishes": stored_form(wishes), "shows_text": shows_text}
        changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
        if changed:
            NoticeDefaults.objects.filter(pk=row.pk).update(**columns)
            record("notification_defaults.changed", row, actor=actor, changes={"fields": changed})


def forget_defaults(*, actor: Actor) -> None:
    """Go back to what every account begins with. What people chose for themselves stays."""
    with transaction.atomic():
        if NoticeDefaults.objects.exists():
            change_defaults({}, shows_text=False, actor=actor)
            NoticeDefaults.objects.all().delete()
