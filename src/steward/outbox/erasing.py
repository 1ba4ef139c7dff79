"""Mail to somebody that is still stored, and how it goes."""

from django.db.models import JSONField, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.stores import Extent, Rank, Rows, register


def _to_somebody(extent: Extent) -> QuerySet[OutgoingMail]:
    folded = Cast(Lower(Cast("envelope_to", TextField())), JSONField())  # addresses are stored as they were written
    return OutgoingMail.objects.annotate(folded=folded).filter(folded__has_any_keys=list(extent.addresses))


register(Rows("outbox.mails", OutgoingMail, Rank.MAILS, _to_somebody))
