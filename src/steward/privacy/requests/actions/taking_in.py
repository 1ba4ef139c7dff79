"""A request comes in, and whoever asks is made sure of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from steward.contacts.models import Contact
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.requests.deadlines import due_at
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import UNDECIDED, S, WrongState, move
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What somebody asks for. `received_at` is when it reached the account, which may be before anybody noted it."""

    type: PrivacyRequest.Type
    channel: PrivacyRequest.Channel
    received_at: datetime
    subject: Contact | None = None  # None while nobody knows whom they mean
    name: str = ""
    address: str = ""
    words: str = ""
    ticket: Ticket | None = None


def open_request(new: NewRequest, *, actor: Actor) -> PrivacyRequest:
    """Note a request; its month runs from the day of receipt, whatever happens next. Raises `ValueError` for later."""
    if new.received_at > now():
        raise ValueError("a request was received before it is noted")
    with transaction.atomic():
        request = PrivacyRequest.objects.create(
            type=new.type,
            channel=new.channel,
            subject=new.subject,
            ticket=new.ticket,
            name=new.name,
            address=new.address,
            words=new.words,
            received_at=new.received_at,
            due_at=due_at(new.received_at, zone_of_account()),
            opened_by_kind=actor.kind.value,
            opened_by_id=actor.id,
        )
        told = {"type": request.type, "channel": request.channel, "due_at": request.due_at.isoformat()}
        record("privacy_request.received", request, actor=actor, changes=told)
    return request


def ask_for_proof(request: PrivacyRequest, *, actor: Actor) -> None:
    """There are doubts who asks (article 12(6)): the request waits until they are gone. Raises `WrongState`."""
    with transaction.atomic():
        move(request, S.VERIFYING)
        record("privacy_request.proof_asked", request, actor=actor)


def verify(request: PrivacyRequest, *, by: PrivacyRequest.Proof, actor: Actor, subject: Contact | None = None) -> None:
    """It is certain who asks, and by what; `subject` where it was not known before. It waits for the account's yes.

    Raises `WrongState`, and `ValueError` while nobody knows whom the request is about.
    """
    if subject is None and request.subject_id is None:
        raise ValueError("a request is about somebody")
    columns: dict[str, Any] = {"verified_by": by, "verified_at": now()} | ({"subject": subject} if subject else {})
    with transaction.atomic():
        move(request, S.AWAITING_CONTROLLER, **columns)
        record("privacy_request.verified", request, actor=actor, changes={"by": by.value})


def say_kind(request: PrivacyRequest, type_: PrivacyRequest.Type, *, actor: Actor) -> None:
    """What is asked for, where nobody said it yet or it is something else. Raises `WrongState` once it is decided."""
    before = request.type
    with transaction.atomic():
        undecided = PrivacyRequest.objects.filter(pk=request.pk, type=before, state__in=UNDECIDED)
        if not undecided.update(type=type_):
            raise WrongState(f"{request.pk} is decided")
        record("privacy_request.kind_said", request, actor=actor, changes={"from": before, "to": type_.value})
    request.refresh_from_db()


def zone_of_account() -> str:
    """The time zone in which days of the account in scope begin."""
    return Account.objects.values_list("time_zone", flat=True).get(pk=current_account_id())
