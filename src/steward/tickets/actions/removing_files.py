"""Taking files out of messages whose words stay."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from steward.events.actions import Happening, record_many
from steward.files.models import File
from steward.lib.actor import Actor
from steward.outbox.forgetting import forget_contents
from steward.tickets.indexing import forget_words
from steward.tickets.models import Attachment, DraftAttachment, Message

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
        size = _forget_files({row.file_id for row in rows})
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


def _forget_files(files: Collection[UUID]) -> int:
    """Delete those that nothing is attached to any more. Bytes that a dead process leaves go in the night."""
    attached, drafted = (model.objects.filter(file=OuterRef("pk")) for model in (Attachment, DraftAttachment))
    loose = File.objects.filter(~Exists(attached), ~Exists(drafted), pk__in=list(files))
    keys = list(loose.values_list("pk", "storage_key"))
    gone = File.objects.filter(pk__in=[pk for pk, _key in keys])
    size = gone.aggregate(total=Sum("size"))["total"] or 0
    _raw_delete(File, [pk for pk, _key in keys])
    for _pk, key in keys:
        transaction.on_commit(partial(default_storage.delete, key))
    return int(size)


def _raw_delete(model: Any, keys: Collection[UUID]) -> None:
    rows = model.objects.filter(pk__in=list(keys))
    rows._raw_delete(rows.db)
