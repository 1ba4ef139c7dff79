"""Doing what was approved and needs no plan: a restriction, an objection, a correction, and what is done by hand."""

from collections.abc import Iterable

from django.db import transaction

from steward.contacts.models import Contact
from steward.contacts.rectifying import Correction, rectify_contact
from steward.contacts.restriction import object_to_mail, restrict_contact
from steward.lib.actor import Actor
from steward.privacy.consent.actions import withdraw
from steward.privacy.consent.models import ConsentRecord, Purpose
from steward.privacy.holds.actions import let_erasures_end
from steward.privacy.requests.actions.carrying_out import advance
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S, WrongState


def fulfil_restriction(request: PrivacyRequest, ground: Contact.Ground, *, actor: Actor) -> None:
    """Keep the person's data and use them no more. Raises `WrongState`."""
    with transaction.atomic():
        let_erasures_end()
        advance(request, S.LIVE_DONE, actor=actor)
        restrict_contact(_subject(request), ground, actor=actor)


def fulfil_objection(request: PrivacyRequest, *, actor: Actor) -> None:
    """Send the person no direct mail any more. Raises `WrongState`."""
    with transaction.atomic():
        advance(request, S.LIVE_DONE, actor=actor)
        object_to_mail(_subject(request), actor=actor)


def fulfil_correction(request: PrivacyRequest, right: Correction, *, actor: Actor) -> None:
    """Correct what is known of the person. Raises `WrongState`, and `AddressTaken`; then nothing changed."""
    with transaction.atomic():
        advance(request, S.LIVE_DONE, actor=actor)
        rectify_contact(_subject(request), right, actor=actor)


def fulfil_withdrawal(request: PrivacyRequest, purposes: Iterable[Purpose], *, actor: Actor) -> None:
    """End the consents to these purposes; what is done by them stops (article 7(3)). Raises `WrongState`."""
    said = ConsentRecord.Channel
    how = said.MAIL if request.channel == PrivacyRequest.Channel.MAIL else said.AGENT
    with transaction.atomic():
        advance(request, S.LIVE_DONE, actor=actor)
        for purpose in purposes:
            withdraw(_subject(request), purpose, how=how, actor=actor)


def note_as_done(request: PrivacyRequest, *, actor: Actor) -> None:
    """What was asked for was done by hand. Raises `WrongState`; an erasure is proven, not noted."""
    advance(request, S.LIVE_DONE, actor=actor)


def _subject(request: PrivacyRequest) -> Contact:
    subject: Contact | None = request.subject
    if subject is None:
        raise WrongState(f"{request.pk} is about nobody who is known")
    return subject
