"""Saying who looks at what, and asking."""

from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from django.db import models, transaction

from steward.events.telling import tell
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.live.beats import EXPIRY, PRESENCE
from steward.live.models import Presence
from steward.people.models import Membership
from steward.tenancy.scope import current_account_id


def look_at(seen: models.Model, member: Membership, *, tab: UUID, is_writing: bool) -> None:
    """Note a beat: a tab of the member shows this object. Whoever listens is told when that is news.

    A tab shows one object: what it showed before it shows no more.
    """
    columns = {"object_type": seen._meta.label_lower, "object_id": seen.pk, "is_writing": is_writing}
    with transaction.atomic():
        known = Presence.objects.filter(membership=member, tab=tab, seen_at__gt=now() - EXPIRY)
        if known.filter(**columns).update(seen_at=now()):
            return
        _forget_expired()
        row = Presence(id=new_id(), membership=member, tab=tab, seen_at=now(), **columns)
        Presence.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["account", "membership", "tab"],
            update_fields=["seen_at", *columns],
        )
        transaction.on_commit(partial(tell, PRESENCE, current_account_id()))


def look_away(member: Membership, *, tab: UUID) -> None:
    """The tab shows nothing any more."""
    with transaction.atomic():
        if Presence.objects.filter(membership=member, tab=tab).delete()[0]:
            transaction.on_commit(partial(tell, PRESENCE, current_account_id()))


def _forget_expired() -> None:
    Presence.objects.filter(seen_at__lte=now() - EXPIRY).delete()


def others_at(object_ids: Sequence[UUID], *, than: Membership) -> list[Presence]:
    """Beats of other members that are not void, at these objects."""
    fresh = Presence.objects.filter(object_id__in=object_ids, seen_at__gt=now() - EXPIRY)
    return list(fresh.exclude(membership=than))


def looking_at(object_ids: Collection[UUID], *, members: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Which of these members look at which of these objects now, as pairs of both ids."""
    fresh = Presence.objects.filter(object_id__in=object_ids, membership__in=members, seen_at__gt=now() - EXPIRY)
    return set(fresh.values_list("membership_id", "object_id"))
