"""Drafts: what is being written is saved as it is typed, and goes only when it was sent or thrown away."""

from collections.abc import Mapping

from django.db import transaction

from steward.files.actions import NewFile, store_files
from steward.lib.clock import now
from steward.lib.html import sanitise_outgoing
from steward.people.models import Membership
from steward.tickets.models import Draft, DraftAttachment, Ticket


def save_draft(author: Membership, ticket: Ticket | None, content: Mapping[str, str]) -> Draft:
    """Keep what was typed; `content` has any of kind, subject, to, cc, body_html and department_id.

    Everybody has one draft per ticket, and one for the new ticket they compose.
    """
    columns: dict[str, object] = {
        name: content[name].replace("\0", "")  # which PostgreSQL stores nowhere
        for name in ("kind", "subject", "to", "cc", "department_id")
        if name in content
    }
    if "body_html" in content:
        columns["body_html"] = sanitise_outgoing(content["body_html"])
    if ticket is None:
        columns["kind"] = Draft.Kind.TICKET
    draft, _ = Draft.objects.update_or_create(author=author, ticket=ticket, defaults={**columns, "saved_at": now()})
    return draft


def attach_to_draft(draft: Draft, name: str, content: bytes, content_type: str) -> DraftAttachment:
    """Put a file to a draft."""
    with transaction.atomic():
        [file] = store_files([NewFile(content, content_type)])
        return DraftAttachment.objects.create(draft=draft, file=file, name=name)


def detach_from_draft(attachment: DraftAttachment) -> None:
    """Take a file out of a draft again."""
    attachment.delete()


def discard_draft(author: Membership, ticket: Ticket | None) -> None:
    """Forget a draft: it was sent, or thrown away."""
    Draft.objects.filter(author=author, ticket=ticket).delete()
