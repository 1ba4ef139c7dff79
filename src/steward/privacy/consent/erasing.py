"""How consents go with their person: whole. That there was one stays in the record of events, without whose.

Who needs the proof for a claim places a legal hold (GDPR article 17(3)(e)), which keeps the person with it.
"""

from django.db.models import QuerySet

from steward.events.erasing import Changes
from steward.events.models import Event
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.inventory.stores import Extent, Rank, Rows, register


def _told(extent: Extent) -> "QuerySet[Event] | None":
    """What events say of their consents."""
    if not extent.contacts:
        return None
    theirs = ConsentRecord.objects.filter(contact__in=extent.contacts).values("pk")
    return Event.objects.filter(object_id__in=theirs)


register(
    Changes("consent.changes", _told),
    Rows(
        "consent.records", ConsentRecord, Rank.PARTS,
        lambda e: ConsentRecord.objects.filter(contact__in=e.contacts) if e.contacts else None,
    ),
)  # fmt: skip
