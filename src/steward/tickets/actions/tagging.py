"""Tags: putting them on tickets, and keeping the account's list of them in order."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from steward.events.actions import Happening, record, record_many
from steward.lib.actor import Actor
from steward.lib.fold import fold
from steward.tickets.models import Tag, Ticket, TicketTag
from steward.ui.initials import tint as tint_of

LONGEST = 40  # characters of a tag
_BATCH = 1000


class TagRefused(ValueError):
    """There is no such tag, and none can be made of these words."""


def tag_named(name: str, *, actor: Actor) -> Tag:
    """The tag of this name, made when there is none. Raises `TagRefused` for an empty or too long name."""
    name = plain_name(name)
    with transaction.atomic():
        tag, is_new = Tag.objects.get_or_create(folded=fold(name), defaults={"name": name, "tint": tint_of(fold(name))})
        if is_new:
            record("tag.created", tag, actor=actor)
    return tag


def plain_name(name: str) -> str:
    """A name as it is stored: without a leading # and without more than single spaces. Raises `TagRefused`."""
    plain = " ".join(name.replace("\0", "").split()).lstrip("#").strip()
    if not fold(plain).strip() or len(plain) > LONGEST:
        raise TagRefused(f"a tag has 1 to {LONGEST} characters")
    return plain


def tag_ticket(ticket: Ticket, tag: Tag, *, actor: Actor) -> None:
    """Put a tag on a ticket. One that is there already changes nothing."""
    with transaction.atomic():
        _, is_new = TicketTag.objects.get_or_create(ticket=ticket, tag=tag)
        if is_new:
            record("ticket.tagged", ticket, actor=actor, changes={"tag": tag.id})


def untag_ticket(ticket: Ticket, tag: Tag, *, actor: Actor) -> None:
    """Take a tag off a ticket. One that is not there changes nothing."""
    with transaction.atomic():
        if TicketTag.objects.filter(ticket=ticket, tag=tag).delete()[0]:
            record("ticket.untagged", ticket, actor=actor, changes={"tag": tag.id})


def change_tag(tag: Tag, *, name: str, tint: int, actor: Actor) -> None:
    """Give a tag another name or tint. Raises `TagRefused` when another tag has that name."""
    name = plain_name(name)
    with transaction.atomic():
        if Tag.objects.filter(folded=fold(name)).exclude(pk=tag.pk).exists():
            raise TagRefused("another tag has this name")
        if Tag.objects.filter(pk=tag.pk).exclude(name=name, tint=tint).update(name=name, folded=fold(name), tint=tint):
            record("tag.changed", tag, actor=actor, changes={"tint": tint})
    tag.refresh_from_db()


def merge_tags(tag: Tag, into: Tag, *, actor: Actor) -> None:
    """Every ticket with `tag` gets `into` instead, and `tag` goes."""
    if tag.pk == into.pk:
        raise TagRefused("a tag cannot be merged with itself")
    with transaction.atomic():
        tickets = list(TicketTag.objects.filter(tag=tag).values_list("ticket_id", flat=True))
        had_it = set(TicketTag.objects.filter(tag=into).values_list("ticket_id", flat=True))
        fresh = [ticket for ticket in tickets if ticket not in had_it]
        for start in range(0, len(fresh), _BATCH):
            batch = [TicketTag(ticket_id=ticket, tag=into) for ticket in fresh[start : start + _BATCH]]
            TicketTag.objects.bulk_create(batch, ignore_conflicts=True)
        _changed(tickets, tag, "ticket.untagged", actor)
        _changed(fresh, into, "ticket.tagged", actor)
        _gone(tag, actor, {"into": into.id})


def delete_tag(tag: Tag, *, actor: Actor) -> None:
    """Take a tag off every ticket, and forget it."""
    with transaction.atomic():
        tickets = list(TicketTag.objects.filter(tag=tag).values_list("ticket_id", flat=True))
        _changed(tickets, tag, "ticket.untagged", actor)
        _gone(tag, actor, {})


def _changed(tickets: Iterable[UUID], tag: Tag, kind: str, actor: Actor) -> None:
    told = {"tag": tag.id}
    record_many([Happening(kind, Ticket(pk=ticket), told) for ticket in tickets], actor=actor)


def _gone(tag: Tag, actor: Actor, told: dict[str, object]) -> None:
    record("tag.deleted", tag, actor=actor, changes=told)
    Tag.objects.filter(pk=tag.pk).delete()
