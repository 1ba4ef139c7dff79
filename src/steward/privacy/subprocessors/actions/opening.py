"""Saying that one has read of what was announced."""

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.subprocessors.models import ChangeNotice


def open_notices(*, actor: Actor) -> int:
    """Note that somebody of the account in scope has read its notices; returns how many nobody had read before."""
    new = list(ChangeNotice.objects.select_for_update(no_key=True).filter(opened_at=None).order_by("id"))
    ChangeNotice.objects.filter(pk__in=[notice.pk for notice in new]).update(opened_at=now())
    for notice in new:
        record("subprocessor.notice_opened", notice, actor=actor, changes={"version": notice.version})
    return len(new)
