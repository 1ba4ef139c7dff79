"""Work of tickets that is done later."""

from uuid import UUID

from steward.jobs import task
from steward.lib.actor import Actor, ActorKind
from steward.tickets import actions
from steward.tickets.models import Tag, Ticket


@task("tickets.wake")
def wake(account_id: UUID, *, ticket: str) -> None:
    """A postponed ticket comes back."""
    found = Ticket.objects.filter(pk=ticket).first()
    if found is not None:
        actions.wake_ticket(found)


@task("tickets.merge_tags")
def merge_tags_later(account_id: UUID, *, tag: str, into: str, by: str) -> None:
    """Two tags become one on many tickets."""
    found = Tag.objects.in_bulk([UUID(tag), UUID(into)])
    if len(found) == 2:  # otherwise somebody was faster
        actions.merge_tags(found[UUID(tag)], found[UUID(into)], actor=Actor(ActorKind.AGENT, UUID(by)))


@task("tickets.delete_tag")
def delete_tag_later(account_id: UUID, *, tag: str, by: str) -> None:
    """A tag goes from many tickets."""
    found = Tag.objects.filter(pk=tag).first()
    if found is not None:
        actions.delete_tag(found, actor=Actor(ActorKind.AGENT, UUID(by)))
