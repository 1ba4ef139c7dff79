"""Mails as they came, and who was answered automatically: how they go."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from steward.channels.email.correspondents import hashed
from steward.channels.email.models import AutomaticAnswer, RawMail
from steward.privacy.inventory.stores import Extent, Rank, Rows, register
from steward.tickets.erasing import erased_messages, naming


def _raw(extent: Extent) -> QuerySet[RawMail]:
    """Also those of others that name somebody: what was read from them stays, the mail as it came does not."""
    mails = RawMail.objects.annotate(sender=Lower("envelope_from"))
    messages = Q(message__in=erased_messages(extent)) | Q(message__in=naming(extent).values("pk"))
    return mails.filter(messages | Q(sender__in=extent.addresses))


register(
    Rows("email.raw", RawMail, Rank.COPIES, _raw),
    Rows(
        "email.automatic_answers", AutomaticAnswer, Rank.PARTS,
        lambda extent: AutomaticAnswer.objects.filter(correspondent__in=list(map(hashed, extent.addresses))),
    ),
)  # fmt: skip
