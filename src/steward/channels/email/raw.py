"""Letting go of mails as they came. Their rows stay, empty: by their digests the same mail is known again."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.channels.email.models import RawMail


def empty_raw_mails(mails: "QuerySet[RawMail]") -> int:
    """Forget what the mails held, who sent them and from where; returns how many held something."""
    held = RawMail.objects.filter(pk__in=mails.values("pk"), size__gt=0).exclude(state=RawMail.State.WAITING)
    return held.update(content=b"", size=0, envelope_from="", client={})


def raw_mails_of(messages: Collection[UUID]) -> "QuerySet[RawMail]":
    """The mails that became these messages, and the same ones that came by another way, too."""
    mails = RawMail.objects.filter(message__in=list(messages))
    twice = Q(state=RawMail.State.KNOWN, body_digest__in=mails.values("body_digest"))
    return RawMail.objects.filter(Q(message__in=list(messages)) | twice)
