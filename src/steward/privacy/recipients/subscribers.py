"""What follows by itself: letters when an erasure is done, and what became of the mails they were."""

from collections.abc import Sequence

from steward.events.actions import Happening, record_many
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM
from steward.outbox.forgetting import forget_contents
from steward.outbox.models import OutgoingMail
from steward.privacy.recipients.actions import mail_by_itself
from steward.privacy.recipients.letters import PURPOSE
from steward.privacy.recipients.letting_go import forget
from steward.privacy.recipients.models import Recipient, Telling
from steward.privacy.recipients.tasks import certify

State = Recipient.State


@subscribe("erasure.completed")
def write_by_themselves(events: Sequence[Event]) -> None:
    """In the transaction of the event, where the account has chosen so."""
    for telling in Telling.objects.filter(about_id__in=[event.object_id for event in events]):
        mail_by_itself(telling, actor=SYSTEM)


@subscribe("mail.sent", "mail.failed", "mail.bounced")
def follow_mails(events: Sequence[Event]) -> None:
    """Who was written to is told when the mail has left: nothing of it stays then. One that came back told nobody.

    The certificate is made anew by a job: what keeps it from that, such as a full disk, must not have a letter that has
    left count as one that has not, and leave again.
    """
    ours = {event.object_id: event.kind for event in events if (event.changes or {}).get("purpose") == PURPOSE}
    if not ours:
        return
    rows = Recipient.objects.filter(mail_id__in=list(ours)).select_related("telling")
    for one in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        kind = next(kind for mail, kind in ours.items() if mail == one.mail_id)
        if kind == "mail.sent":
            _told(one)
        else:
            _came_back(one, kind.removeprefix("mail."))


def _told(one: Recipient) -> None:
    forget_contents([one.mail_id] if one.mail_id else [])
    Recipient.objects.filter(pk=one.pk).update(state=State.TOLD, trouble="")
    forget([one.pk])
    record_many([Happening("recipient.told", one, {"mode": one.how})], actor=SYSTEM)
    _certify_later(one.telling)


def _came_back(one: Recipient, trouble: str) -> None:
    """They wait again: by another way, or to another address while the letter is there. The mail names the person."""
    OutgoingMail.objects.filter(pk__in=[one.mail_id]).delete()
    Recipient.objects.filter(pk=one.pk).update(state=State.WAITING, how="", mail_id=None, trouble=trouble)
    record_many([Happening("recipient.not_reached", one, {"result": trouble})], actor=SYSTEM)
    _certify_later(one.telling)


def _certify_later(telling: Telling) -> None:
    if telling.of == Telling.Of.ERASURE:
        enqueue(certify, erasure=str(telling.about_id))
