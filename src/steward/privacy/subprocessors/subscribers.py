"""Whether a notice by mail arrived: the outbox says so, and what did not arrive is told to who can do something."""

from collections.abc import Sequence

from steward.events.actions import record
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.subprocessors.actions.objections import answer_due
from steward.privacy.subprocessors.letters import PURPOSE
from steward.privacy.subprocessors.models import Matter, NoticeDelivery
from steward.tenancy.scope import current_account_id

Result = NoticeDelivery.Result
_RESULTS = {"mail.sent": Result.DELIVERED, "mail.failed": Result.FAILED, "mail.bounced": Result.BOUNCED}


@subscribe(*_RESULTS)
def note_results(events: Sequence[Event]) -> None:
    """Write down at each notice what became of its mail. Most mail is no notice, and costs nothing here."""
    for event in events:
        if (event.changes or {}).get("purpose") == PURPOSE:
            _note(event)


def _note(event: Event) -> None:
    """A server that took the mail and sends it back later is right the second time."""
    result = _RESULTS[event.kind]
    known = NoticeDelivery.objects.filter(mail=event.object_id).exclude(result=result)
    for delivery in known.select_for_update():
        NoticeDelivery.objects.filter(pk=delivery.pk).update(result=result, settled_at=now())
        if result == Result.DELIVERED:
            Matter.objects.filter(about_id=delivery.pk).delete()
        else:
            _ask_for_help(delivery, result)


def _ask_for_help(delivery: NoticeDelivery, result: str) -> None:
    columns = {
        "kind": Matter.Kind.UNDELIVERED,
        "account_id": current_account_id(),
        "since": now(),
        "due_at": answer_due(now()),
    }
    _, is_new = Matter.objects.get_or_create(about_id=delivery.pk, defaults=columns)
    if is_new:
        changes = {"result": result, "membership": delivery.membership_id}
        record("subprocessor.notice_undelivered", delivery, actor=SYSTEM, changes=changes)
