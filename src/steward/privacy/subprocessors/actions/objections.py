"""Objecting to an engagement, agreeing to it again, and how an operator answers."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from steward.lib.actor import SYSTEM, Actor
from steward.lib.clock import now
from steward.lib.working_days import working_days_after
from steward.outbox.actions import put_in_outbox
from steward.people.operators import note
from steward.privacy.egress import authorising
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.announcing import account_facts, admins
from steward.privacy.subprocessors.letters import compose_answer
from steward.privacy.subprocessors.models import Matter
from steward.tenancy.scope import current_account_id, upkeep_scope

ANSWERED_WITHIN = 10  # working days


class NotOnTheList(LookupError):
    """There never was such an engagement."""


def object_to(engagement: str, *, actor: Actor, reason: str = "") -> Authorisation:
    """Switch an engagement off for the account in scope, at once, and ask an operator for an answer.

    Raises `NotOnTheList`.
    """
    _known(engagement)
    with transaction.atomic():
        objection = authorising.object_to(engagement, actor=actor, reason=reason.strip())
        columns = {
            "kind": Matter.Kind.OBJECTION,
            "account_id": current_account_id(),
            "since": objection.at,
            "due_at": answer_due(objection.at),
        }
        Matter.objects.get_or_create(about_id=objection.pk, defaults=columns)
    return objection


def agree_to(engagement: str, *, actor: Actor) -> Authorisation:
    """Agree to an engagement, as one's agreement may ask for, or take an objection back. Raises `NotOnTheList`."""
    _known(engagement)
    with transaction.atomic():
        agreed = authorising.authorise(engagement, actor=actor)
        Matter.objects.filter(about_id=agreed.pk).delete()
    return agreed


def refuse(engagement: str, *, actor: Actor, reason: str = "") -> Authorisation:
    """Say no where the agreement asks for a yes: it was never on, so nobody waits. Raises `NotOnTheList`."""
    _known(engagement)
    with transaction.atomic():
        refused = authorising.refuse(engagement, actor=actor, reason=reason.strip())
        Matter.objects.filter(about_id=refused.pk).delete()
    return refused


def resolve(
    account_id: UUID, objection_id: UUID, resolution: str, *, operator_id: UUID | None, words: str = ""
) -> Authorisation:
    """Record how an objection ended, and tell the account. `resolution` is an `Authorisation.Resolution`.

    Raises `Authorisation.DoesNotExist`, or `NothingToResolve` (`egress.authorising`) when it was taken back or answered
    meanwhile.
    """
    with upkeep_scope(account_id):
        objection = Authorisation.objects.get(pk=objection_id)
        objection = authorising.resolve_objection(objection, resolution, actor=SYSTEM, words=words.strip())
        Matter.objects.filter(about_id=objection.pk).delete()
        account, _ = account_facts()
        name, provider = name_of(objection.engagement), published().versions[-1].registry.provider
        put_in_outbox([compose_answer(objection, name, provider, member, account) for member in admins()])
        note(operator_id, "registry.objection_resolved", account_id=account_id, about=str(objection.pk))
    return objection


def settle_undelivered(delivery_id: UUID, *, operator_id: UUID | None) -> None:
    """Say that an account was reached otherwise of what did not arrive. It may be settled already."""
    with transaction.atomic():
        if Matter.objects.filter(about_id=delivery_id, kind=Matter.Kind.UNDELIVERED).delete()[0]:
            note(operator_id, "registry.undelivered_settled", about=str(delivery_id))


def answer_due(since: datetime) -> datetime:
    """The end of the tenth working day after a moment, at the same time of day (UTC)."""
    return working_days_after(since, ANSWERED_WITHIN)


def overdue() -> int:
    """How many objections and notices that came back wait for longer than they should."""
    return Matter.objects.filter(due_at__lte=now()).count()


def name_of(engagement: str) -> str:
    """The company of an engagement, as it was named last; the key itself for what never was on the list."""
    states = published().revisions.get(engagement, ())
    named = [state.engaged.subprocessor.legal_name for state in states if state.engaged]
    return named[-1] if named else engagement


def _known(engagement: str) -> None:
    if engagement not in published().revisions:
        raise NotOnTheList(engagement)
