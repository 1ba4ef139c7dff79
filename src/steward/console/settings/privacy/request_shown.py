"""What the pages about requests show: the clock, the person, the steps, and what may be done now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext

from steward.contacts.models import Contact
from steward.lib.actor import ActorKind
from steward.lib.clock import now
from steward.people.queries import member_names
from steward.privacy.holds.words import sentence
from steward.privacy.requests import words
from steward.privacy.requests.actions import is_being_told
from steward.privacy.requests.actions.erasing_persons import READY
from steward.privacy.requests.deadlines import day_of, warnings
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.queries import Held, contact_with, held_of, mail_of, steps_of
from steward.privacy.requests.states import ENDED, UNDECIDED, S, Type, follows
from steward.tickets.holding import holds_around

_NEAR = 10  # days before the end that are shown in another colour
_WIDE = 1000  # of the drawing


@dataclass(frozen=True, slots=True)
class Clock:
    """How far the time for an answer has run. `left` are whole days until the last one, which is 0."""

    day: int
    left: int
    is_late: bool
    is_stopped: bool
    is_of_none: bool  # it was no request
    until: datetime
    gone: str  # of a thousand
    marks: tuple[str, ...]

    @property
    def tone(self) -> str:
        if self.is_of_none:
            return ""
        if self.is_stopped:
            return "ok"
        return "bad" if self.is_late else "warn" if self.left < _NEAR else "info"

    @property
    def sentence(self) -> str:
        """How many days are left, or that the time is over."""
        if self.is_of_none:
            return pgettext("request of a person", "No clock")
        if self.is_stopped:
            return pgettext("request of a person", "Answered")
        if self.is_late:
            return pgettext("request of a person", "Overdue")
        if self.left == 0:
            return pgettext("request of a person", "Last day")
        return ngettext("%(count)s day left", "%(count)s days left", self.left) % {"count": self.left}


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the list."""

    request: PrivacyRequest
    type: str | Promise
    state: str | Promise
    whose: str
    clock: Clock

    @property
    def url(self) -> str:
        return reverse("console:settings-privacy-request", args=[self.request.pk])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, by whom and when."""

    words: str | Promise
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """The person behind a request, as the account knows them."""

    contact: Contact
    held: Held
    ground: str | Promise
    holds: tuple[str, ...]


def clock_of(request: PrivacyRequest, zone: str) -> Clock:
    """The clock at this moment; of an answered request as it was then. `zone` is the account's (IANA name)."""
    at, local = request.answered_at or now(), ZoneInfo(zone)
    begin, end = request.received_at, request.answer_until
    whole = max((end - begin).total_seconds(), 1.0)

    def part(moment: datetime) -> str:
        return str(min(_WIDE, max(0, round(_WIDE * (moment - begin).total_seconds() / whole))))

    return Clock(
        day=day_of(begin, at, zone),
        left=(end.astimezone(local).date() - at.astimezone(local).date()).days - 1,
        is_late=at >= end,
        is_stopped=request.answered_at is not None,
        is_of_none=request.state == S.NOT_ONE,
        until=end,
        gone=part(at),
        marks=tuple(part(one) for one in warnings(begin, zone, extended_until=request.extended_until)),
    )


def line_of(request: PrivacyRequest, zone: str) -> Line:
    """A request as the list shows it."""
    known = request.subject.name if request.subject else ""
    whose = known or request.name or request.address
    return Line(request, words.TYPES[request.type], words.STATES[request.state], whose, clock_of(request, zone))


def known_person(contact: Contact | None) -> Known | None:
    """What is known of whom a request is about."""
    if contact is None:
        return None
    holds = tuple(sentence(hold) for hold in holds_around([contact.pk]))
    return Known(contact, held_of(contact), words.GROUNDS.get(contact.restricted_for, ""), holds)


def sender_of(request: PrivacyRequest) -> str | Promise:
    """What was found about the sender of the mail that asks, as a hint for who makes sure who it is; empty without."""
    mail = mail_of(request) if not request.verified_at else None
    if mail is None:
        return ""
    found = mail.findings.get("authentication", {}).get("dmarc", "")
    if found in {"fail", "permerror"}:
        return words.SENDERS["forged"]
    if found != "pass":
        return words.SENDERS["unchecked"]
    known = contact_with(mail.sender_email)
    is_new = known is None or known.created_at >= mail.at  # the mail itself made them known
    return words.SENDERS["new" if is_new else "theirs"]


def steps_shown(request: PrivacyRequest) -> list[Step]:
    """What was done, oldest first, with the names of those who did it."""
    names, events = member_names(), steps_of(request)
    return [Step(words.STEPS[one.kind], _who(one, names), one.at) for one in events if one.kind in words.STEPS]


def possible(request: PrivacyRequest) -> dict[str, bool]:
    """What may be done with a request in the state it is in, by the name of the deed."""

    def may(state: S) -> bool:
        return follows(request.type, request.state, state)

    is_open, is_answered = request.state not in ENDED, request.answered_at is not None
    return {
        "proof": may(S.VERIFYING),
        "kind": request.state in UNDECIDED,
        "identity": may(S.AWAITING_CONTROLLER),
        "approve": may(S.APPROVED),
        "refuse": may(S.REFUSED),
        "hold": may(S.ON_HOLD),
        "set_aside": may(S.NOT_ONE),
        "take_up": request.state == S.NOT_ONE,
        "release": request.state == S.ON_HOLD,
        "extend": is_open and not is_answered and request.extended_until is None and now() < request.due_at,
        "fulfil": request.type != Type.ERASE and may(S.LIVE_DONE),
        "erase": request.type == Type.ERASE and request.state in READY and request.subject_id is not None,
        "answer": not is_answered and request.state in {S.LIVE_DONE, S.BACKUPS_EXPIRING},
        "close": is_answered and may(S.CLOSED) and not is_being_told(request),
    }


def _who(event: Any, names: dict[UUID, str]) -> str:
    if event.actor_kind != ActorKind.AGENT:
        return pgettext("who did something", "Steward")
    return names.get(event.actor_id) or pgettext("who did something", "Somebody who has left")
