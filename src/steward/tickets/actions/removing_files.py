"""Taking files out of messages whose words stay."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import Happening, record_many
from steward.lib.actor import Actor
from steward.outbox.forgetting import forget_contents
from steward.tickets.files_of import forget_files
from steward.tickets.indexing import forget_words
from steward.tickets.models import Attachment, Message

REMOVED = "files_removed"  # in a message's findings: how many files it had once


@dataclass(frozen=True, slots=True)
class Removed:
    """How many files went, and how many bytes of them nothing else holds."""

    number: int
    size: int


def remove_attachments(attachments: Collection[UUID], *, actor: Actor) -> Removed:
    """Take files out of their messages; the bytes go after the commit, unless something else holds them.

    With them go the mails that brought or carried them: channels hear of it by `message.files_removed`. The message
    says how many files it had.
    """
    with transaction.atomic():
        rows = list(Attachment.objects.filter(pk__in=list(attachments)).select_related("message__ticket", "file"))
        messages = {row.message_id: row.message for row in rows}
        _raw_delete(Attachment, [row.pk for row in rows])
        _note(messages, Counter(row.message_id for row in rows))
        forget_words({key: [row.name for row in rows if row.message_id == key] for key in messages})
        forget_contents([message.outgoing_id for message in messages.values() if message.outgoing_id])
        size = forget_files({row.file_id for row in rows})
        told = Counter(row.message_id for row in rows)
        happenings = [
            Happening("message.files_removed", message.ticket, {"message": key, "number": told[key]})
            for key, message in messages.items()
        ]
        record_many(happenings, actor=actor)
    return Removed(len(rows), size)


def _note(messages: dict[UUID, Message], numbers: Counter[UUID]) -> None:
    for key, message in messages.items():
        findings = message.findings | {REMOVED: message.findings.get(REMOVED, 0) + numbers[key]}
        Message.objects.filter(pk=key).update(findings=findings)


def _raw_delete(model: Any, keys: Collection[UUID]) -> None:
    rows = model.objects.filter(pk__in=list(keys))
    rows._raw_delete(rows.db)
