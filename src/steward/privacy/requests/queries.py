"""Requests for lists and pages: the unanswered ones first, by when they are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from steward.contacts.models import Contact, ContactAddress
from steward.events.models import Event
from steward.events.queries import timeline_of
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import person_by_address
from steward.tickets.models import Message, Ticket

PAGE = 50
_DUE = Coalesce("extended_until", "due_at")


class BadPlace(ValueError):
    """No place in the list is written like that."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which request a page begins: among those not answered, by when they are due, or the others, by receipt."""

    is_answered: bool
    at: datetime
    id: UUID

    @property
    def told(self) -> str:
        """The place as it stands in addresses."""
        return f"{'a' if self.is_answered else 'u'}_{self.at.isoformat()}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that `told` wrote. Raises `BadPlace`."""
        try:
            which, at, key = text.split("_")
            moment = datetime.fromisoformat(at)
            if which not in {"a", "u"} or moment.tzinfo is None:
                raise BadPlace(text)
            return cls(which == "a", moment, UUID(key))
        except ValueError as error:
            raise BadPlace(text) from error


@dataclass(frozen=True, slots=True)
class Page:
    """Some requests, and where the next page begins; None on the last one."""

    requests: Sequence[PrivacyRequest]
    next: Place | None


def page_of_requests(
    visible: "QuerySet[PrivacyRequest]", *, type_: str = "", state: str = "", after: Place | None = None
) -> Page:
    """A page of the list. `state` is one of the states, or `open` for all that are not answered; empty for any."""
    if type_:
        visible = visible.filter(type=type_)
    if state and state != "open":
        visible = visible.filter(state=state)
    found: list[PrivacyRequest] = []
    if after is None or not after.is_answered:
        found = list(_unanswered(visible, after)[: PAGE + 1])
    if len(found) <= PAGE and state != "open":
        found += _answered(visible, after)[: PAGE + 1 - len(found)]
    return Page(found[:PAGE], _place_of(found[PAGE - 1]) if len(found) > PAGE else None)


def steps_of(request: PrivacyRequest) -> list[Event]:
    """What was done about a request, and by it to the person, oldest first."""
    steps = list(timeline_of(request.pk))
    if request.subject_id:
        theirs = timeline_of(request.subject_id).filter(at__gte=request.received_at)
        steps += [event for event in theirs if event.kind.startswith("contact.")]
    return sorted(steps, key=lambda event: (event.at, event.id))


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is of somebody: their addresses, the tickets that are theirs, what they wrote anywhere."""

    addresses: tuple[str, ...]
    tickets: int
    messages: int


def held_of(contact: Contact) -> Held:
    """What the account has of a contact, counted."""
    return Held(
        tuple(addresses_of(contact)),
        Ticket.objects.filter(requester=contact).count(),
        Message.objects.filter(contact=contact).count(),
    )


def addresses_of(contact: Contact) -> list[str]:
    """Their addresses as written, the first one first."""
    return list(ContactAddress.objects.filter(contact=contact).order_by("id").values_list("value", flat=True))


def contact_with(address: str) -> Contact | None:
    """Whoever has an e-mail address; None when nobody has it, or there is none."""
    person = person_by_address(address) if address else None
    return Contact.objects.filter(pk__in=person.contacts).first() if person else None


def requests_in(visible: "QuerySet[PrivacyRequest]", ticket: Ticket) -> list[PrivacyRequest]:
    """The requests that came in a ticket, the newest first."""
    return list(visible.filter(ticket=ticket).order_by("-received_at", "-id"))


def first_words_in(ticket: Ticket) -> Message | None:
    """What the requester of a ticket wrote first; None when they did not write."""
    theirs = Message.objects.filter(ticket=ticket, kind=Message.Kind.INCOMING, contact=ticket.requester_id)
    return theirs.order_by("at", "id").first()


def mail_of(request: PrivacyRequest) -> Message | None:
    """The mail that asks; None for what was noted by hand, and once it is gone."""
    mails = Message.objects.filter(ticket=request.ticket_id, kind=Message.Kind.INCOMING, at=request.received_at)
    return mails.order_by("id").first() if request.ticket_id else None


def _unanswered(visible: "QuerySet[PrivacyRequest]", after: Place | None) -> "QuerySet[PrivacyRequest]":
    rows = visible.filter(answered_at=None).alias(due=_DUE).order_by("due", "id")
    if after is None:
        return rows
    return rows.filter(Q(due__gt=after.at) | Q(due=after.at, id__gt=after.id))


def _answered(visible: "QuerySet[PrivacyRequest]", after: Place | None) -> "QuerySet[PrivacyRequest]":
    rows = visible.filter(answered_at__isnull=False).order_by(F("received_at").desc(), "-id")
    if after is None or not after.is_answered:
        return rows
    return rows.filter(Q(received_at__lt=after.at) | Q(received_at=after.at, id__lt=after.id))


def _place_of(request: PrivacyRequest) -> Place:
    if request.answered_at is None:
        return Place(False, request.answer_until, request.pk)
    return Place(True, request.received_at, request.pk)
