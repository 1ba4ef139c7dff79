"""What people leave behind and nobody needs."""

from steward.lib.clock import now
from steward.people.models import Session


def forget_ended_sessions() -> int:
    """Delete sessions that have expired; returns how many."""
    return Session.objects.filter(expire_date__lte=now()).delete()[0]
