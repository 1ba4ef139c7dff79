"""What is done about an approved request, by its kind."""

from typing import Any

from django import forms
from django.utils.translation import get_language

from steward.console.settings.privacy.consent_forms import TakenBackForm
from steward.console.settings.privacy.request_forms import CorrectionForm, RestrictionForm
from steward.contacts.models import Contact
from steward.contacts.restriction import lift_restriction, withdraw_objection
from steward.lib.actor import Actor
from steward.privacy.consent.queries import said_by
from steward.privacy.requests.actions import (
    fulfil_correction,
    fulfil_objection,
    fulfil_restriction,
    fulfil_withdrawal,
    note_as_done,
)
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import Type, WrongState


def doing_form(request: PrivacyRequest, typed: Any = None) -> forms.Form | None:
    """The form by which it is done; None where there is nothing to say but that it is.

    Who was erased meanwhile has no data to restrict or correct: that nothing is left to do is noted, and told.
    """
    if request.subject is None:
        return None
    if request.type == Type.RESTRICT:
        return RestrictionForm(typed)
    if request.type == Type.RECTIFY:
        return CorrectionForm(typed, contact=request.subject)
    if request.type == Type.WITHDRAW:
        standing = [one for one in said_by(request.subject, get_language() or "en") if one.record.stands]
        return TakenBackForm(typed, standing=standing) if standing else None
    return None


def fulfil(request: PrivacyRequest, form: forms.Form | None, *, actor: Actor) -> None:
    """Do it. The form is valid. Raises `WrongState`, and `AddressTaken`."""
    if isinstance(form, RestrictionForm):
        fulfil_restriction(request, Contact.Ground(form.cleaned_data["ground"]), actor=actor)
    elif isinstance(form, CorrectionForm):
        fulfil_correction(request, form.correction(), actor=actor)
    elif isinstance(form, TakenBackForm):
        fulfil_withdrawal(request, form.taken_back, actor=actor)
    elif request.type == Type.OBJECT and request.subject is not None:
        fulfil_objection(request, actor=actor)
    else:
        note_as_done(request, actor=actor)


def lift(request: PrivacyRequest, *, actor: Actor) -> None:
    """End what a request to restrict or to object brought about. Raises `WrongState` for others."""
    if request.subject is None or request.type not in {Type.RESTRICT, Type.OBJECT}:
        raise WrongState(f"{request.pk} has nothing to lift")
    if request.type == Type.RESTRICT:
        lift_restriction(request.subject, actor=actor)
    else:
        withdraw_objection(request.subject, actor=actor)
