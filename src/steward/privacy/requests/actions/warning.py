"""Warning of requests whose time runs out."""

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.requests.actions.taking_in import zone_of_account
from steward.privacy.requests.deadlines import day_of, warnings
from steward.privacy.requests.models import PrivacyRequest


def warn_of_ends() -> int:
    """Note, once for each warning, that unanswered requests of the account in scope come to their end, or are past it.

    Returns how many were warned of. Whoever missed the first warning gets the second alone. In one transaction.
    """
    at, zone, warned = now(), zone_of_account(), 0
    rows = PrivacyRequest.objects.filter(answered_at=None)
    for request in rows.select_for_update(no_key=True, of=("self",)).order_by("due_at", "id"):
        moments = (
            *warnings(request.received_at, zone, extended_until=request.extended_until), request.answer_until
        )  # fmt: skip
        due = sum(moment <= at for moment in moments)
        if due > request.warnings_given:
            PrivacyRequest.objects.filter(pk=request.pk).update(warnings_given=due)
            day = day_of(request.received_at, at, zone)
            told = {"day": day, "until": request.answer_until.isoformat()}
            kind = "privacy_request.overdue" if at >= request.answer_until else "privacy_request.warned"
            record(kind, request, actor=SYSTEM, changes=told)
            warned += 1
    return warned
