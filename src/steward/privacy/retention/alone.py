"""Customers of whom nothing else is here: whose tickets all went, or who never had one.

Since when that is so, nothing tells: tickets go in many ways, and with them goes what led to their people. So each
night looks who is alone, and notes since when it knows. It counts from then: too long rather than too short.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from steward.channels.email.models import RawMail
from steward.contacts.models import Contact, ContactAddress
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.requests.models import PrivacyRequest
from steward.tickets.models import Draft, Message, Participant, Ticket


def alone() -> "QuerySet[Contact]":
    """Those with no ticket, no part in one and no word in one, and without a request that says who asked.

    Not those who consented to something either, as long as it stands: it would go with them.

    Not those whose data are restricted, who want them kept, and not those who objected to direct mail: nobody would
    know of it any more.
    """
    one = OuterRef("pk")
    here = (
        Ticket.objects.filter(requester=one),
        Participant.objects.filter(contact=one),
        Message.objects.filter(contact=one),
        PrivacyRequest.objects.filter(subject=one),
        ConsentRecord.objects.filter(contact=one, ended_at=None),
    )
    return Contact.objects.filter(*(~Exists(each) for each in here), restricted_at=None, objected_at=None)


def being_written(contacts: Collection[UUID]) -> set[UUID]:
    """Those of them from whom a mail waits to be read, and those to whom somebody writes: it would go with them."""
    theirs = ContactAddress.objects.filter(contact__in=list(contacts)).values_list("folded", "contact")
    people: dict[str, UUID] = dict(theirs)
    waiting = RawMail.objects.filter(state=RawMail.State.WAITING).values_list("envelope_from", flat=True)
    unsent = OutgoingMail.objects.exclude(state__in=(State.SENT, State.FAILED)).values_list("envelope_to", flat=True)
    drafts = Draft.objects.exclude(to="").values_list("to", flat=True)
    written = " ".join([*waiting, *(address for mail in unsent for address in mail), *drafts]).lower()
    return {contact for address, contact in people.items() if address in written}


def note_who_is_alone() -> None:
    """Note since when, in the account in scope; and forget it of those who came back."""
    alone().filter(alone_since=None).update(alone_since=now())
    noted = Contact.objects.filter(alone_since__isnull=False)
    noted.exclude(pk__in=alone().values("pk")).update(alone_since=None)
