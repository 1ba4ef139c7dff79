"""Erasing a person (GDPR article 17): planned with counts, then ordered; the request it was asked by follows."""

from dataclasses import replace

from django.db import transaction

from steward.lib.actor import Actor
from steward.privacy.erasure.actions import ask_for_plan, plan_erasure
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.models import Erasure
from steward.privacy.mentions.actions import carry_over
from steward.privacy.requests.actions.carrying_out import OVERTAKEN
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import Person
from steward.privacy.requests.states import S, Type, WrongState

READY = (S.APPROVED, S.PLANNED, S.FAILED)


def plan_erasure_of(
    person: Person,
    *,
    actor: Actor,
    request: PrivacyRequest | None = None,
    keeps_tickets: bool = False,
    in_mailboxes: bool = False,
    in_background: bool = False,
) -> Erasure:
    """Count what goes with somebody, at once or in the background; nothing goes before `start_erasure` of the answer.

    The request becomes `planned` when it is ordered, and goes on with it. Raises `Held`, and `WrongState` for a request
    that was not approved or is no request to erase.
    """
    extent = person.nameless_extent if keeps_tickets else person.extent
    with transaction.atomic():
        plan = ask_for_plan if in_background else plan_erasure
        erasure = plan(replace(extent, in_mailboxes=in_mailboxes), actor=actor)
        if request is not None:
            asked = PrivacyRequest.objects.filter(pk=request.pk, type=Type.ERASE, state__in=READY)
            if not asked.update(erasure_id=erasure.pk):
                raise WrongState(f"{request.pk} is not to be carried out")
    return erasure


def plan_again(failed: Erasure, *, actor: Actor) -> Erasure:
    """Plan once more what failed: what went is gone, the rest is counted in the background. Raises `Held`.

    The request it was asked by goes on with the new plan: its person may be gone, so nobody could plan by it.
    """
    with transaction.atomic():
        planned = ask_for_plan(read(failed.extent or {}), actor=actor)
        carry_over(failed, planned)
        PrivacyRequest.objects.filter(erasure_id=failed.pk, state__in=(S.FAILED, *OVERTAKEN)).update(
            erasure_id=planned.pk
        )
    return planned
