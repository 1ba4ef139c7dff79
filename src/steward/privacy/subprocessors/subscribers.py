"""Whether a notice by mail arrived: the outbox says so, and what did not arrive is told to who can do something."""

from collections.abc import Sequence

from steward.events.actions import record
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.subprocessors.actions.objections import answer_due
from steward.privacy.subprocessors.announcing import tell_who_came_later
from steward.privacy.subprocessors.letters import PURPOSE
from steward.privacy.subprocessors.models import Matter, NoticeDelivery
from steward.tenancy.scope import current_account_id

Result = NoticeDelivery.Result
_LOST = (Result.FAILED, Result.BOUNCED)
HELD = "mail.held"  # it waits with us: no server is set, or the account has switched off the company that carries mail
_RESULTS = {"mail.sent": Result.DELIVERED, "mail.failed": Result.FAILED, "mail.bounced": Result.BOUNCED}


@subscribe(HELD, *_RESULTS)
def note_results(events: Sequence[Event]) -> None:
    """Write down at each notice what became of its mail. Most mail is no notice, and costs nothing here."""
    for event in events:
        if (event.changes or {}).get("purpose") == PURPOSE:
            _note(event)


def _note(event: Event) -> None:
    """A server that took the mail and sends it back later is right the second time."""
    known = NoticeDelivery.objects.filter(mail=event.object_id)
    if event.kind == HELD:
        for delivery in known:
            _ask_for_help(delivery)
        return
    result = _RESULTS[event.kind]
    for delivery in known.exclude(result=result).select_for_update(no_key=True):
        NoticeDelivery.objects.filter(pk=delivery.pk).update(result=result, settled_at=now())
        if result == Result.DELIVERED:
            Matter.objects.filter(about_id=delivery.pk).delete()
        else:
            _ask_for_help(delivery)
            if delivery.result not in _LOST:  # else they were told
                _tell_the_others(delivery, result)


def _ask_for_help(delivery: NoticeDelivery) -> None:
    """An operator reaches the account in another way, unless the mail arrives before."""
    columns = {
        "kind": Matter.Kind.UNDELIVERED,
        "account_id": current_account_id(),
        "since": now(),
        "due_at": answer_due(now()),
    }
    Matter.objects.get_or_create(about_id=delivery.pk, defaults=columns)


def _tell_the_others(delivery: NoticeDelivery, result: str) -> None:
    """In the product those who are there; by mail those, too, who became owner or admin after the announcement."""
    changes = {"result": result, "membership": delivery.membership_id}
    record("subprocessor.notice_undelivered", delivery, actor=SYSTEM, changes=changes)
    tell_who_came_later(delivery.notice)
