"""Finding messages and their files for screens that know already who may see the ticket."""

from collections.abc import Collection
from uuid import UUID

from steward.people.models import Membership
from steward.tickets.models import Attachment, DraftAttachment, Message, Ticket


def is_message(message_id: UUID) -> bool:
    """Whether there is a message with this id, which the form that made it chose."""
    return Message.objects.filter(pk=message_id).exists()


def ticket_begun_with(message_id: UUID | None, *, author: Membership) -> Ticket | None:
    """The ticket of a message by its author; None when there is none, and for no id."""
    if message_id is None:
        return None
    message = Message.objects.filter(pk=message_id, author=author).select_related("ticket").first()
    return message.ticket if message else None


def draft_files(ids: Collection[UUID], *, author: Membership, ticket: Ticket | None) -> list[DraftAttachment]:
    """Those of the files that lie in this author's draft for the ticket, or for a new one; in the order they came."""
    drafted = DraftAttachment.objects.filter(pk__in=ids, draft__author=author, draft__ticket=ticket)
    return list(drafted.select_related("file").order_by("id"))


def carried_images(message: Message, content_types: Collection[str]) -> list[Attachment]:
    """The files of these types to which the HTML of a mail can refer by Content-ID (RFC 2392)."""
    carried = Attachment.objects.filter(message=message, file__content_type__in=content_types)
    return list(carried.exclude(content_id=""))
