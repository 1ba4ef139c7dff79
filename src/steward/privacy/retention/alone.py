"""Customers of whom nothing else is here: whose tickets all went, or who never had one.

Since when that is so, nothing tells: tickets go in many ways, and with them goes what led to their people. So each
night looks who is alone, and notes since when it knows. It counts from then: too long rather than too short.
"""

from django.db.models import Exists, OuterRef, QuerySet

from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.privacy.requests.models import PrivacyRequest
from steward.tickets.models import Message, Participant, Ticket


def alone() -> "QuerySet[Contact]":
    """Those with no ticket, no part in one and no word in one, and without a request that says who asked.

    Not those whose data are restricted, who want them kept, and not those who objected to direct mail: nobody would
    know of it any more.
    """
    one = OuterRef("pk")
    here = (
        Ticket.objects.filter(requester=one),
        Participant.objects.filter(contact=one),
        Message.objects.filter(contact=one),
        PrivacyRequest.objects.filter(subject=one),
    )
    return Contact.objects.filter(*(~Exists(each) for each in here), restricted_at=None, objected_at=None)


def note_who_is_alone() -> None:
    """Note since when, in the account in scope; and forget it of those who came back."""
    alone().filter(alone_since=None).update(alone_since=now())
    noted = Contact.objects.filter(alone_since__isnull=False)
    noted.exclude(pk__in=alone().values("pk")).update(alone_since=None)
