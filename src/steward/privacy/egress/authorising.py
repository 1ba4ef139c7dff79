"""What an account says about an engagement of the registry, and how an objection ends."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.versions import newest_head

State, Resolution = Authorisation.State, Authorisation.Resolution


class NothingToResolve(LookupError):
    """The account does not object to the engagement now."""


def object_to(engagement: str, *, actor: Actor, reason: str = "") -> Authorisation:
    """Switch an engagement off for the account, at once. Objecting again only keeps the newer reason."""
    return _answer(engagement, State.OBJECTED, actor=actor, reason=reason)


def refuse(engagement: str, *, actor: Actor, reason: str = "") -> Authorisation:
    """Say no where the account's agreement wants a yes for each engagement."""
    return _answer(engagement, State.REFUSED, actor=actor, reason=reason)


def authorise(engagement: str, *, actor: Actor) -> Authorisation:
    """Agree to an engagement; an earlier objection is taken back by it."""
    return _answer(engagement, State.AUTHORISED, actor=actor)


def resolve_objection(authorisation: Authorisation, resolution: str, *, actor: Actor, words: str = "") -> Authorisation:
    """Record how an objection ended; the engagement stays off. Raises `NothingToResolve`.

    Whoever wants it on again agrees to it (`authorise`): that is never done for the account.
    """
    with transaction.atomic():
        changed = Authorisation.objects.filter(pk=authorisation.pk, state=State.OBJECTED, resolved_at=None).update(
            resolution=Resolution(resolution), resolution_words=words, resolved_at=now()
        )
        if not changed:
            raise NothingToResolve(authorisation.engagement)
        record("subprocessor.objection_resolved", authorisation, actor=actor, changes={"resolution": resolution})
    authorisation.refresh_from_db()
    return authorisation


def _answer(engagement: str, state: Authorisation.State, *, actor: Actor, reason: str = "") -> Authorisation:
    columns = {
        "state": state,
        "version": newest_head().number,
        "reason": reason,
        "by_kind": actor.kind.value,
        "by_id": actor.id,
        "at": now(),
        "resolution": "",
        "resolution_words": "",
        "resolved_at": None,
    }
    with transaction.atomic():
        answered, _ = Authorisation.objects.update_or_create(engagement=engagement, defaults=columns)
        record(f"subprocessor.{state.value}", answered, actor=actor, changes={"engagement": engagement})
    return answered
