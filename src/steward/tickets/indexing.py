"""Keeping the search entries in step with messages."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from steward.lib.fold import words_for_index
from steward.lib.ids import new_id
from steward.tenancy.scope import current_account_id
from steward.tickets.models import Message, Ticket

_INSERT = """
INSERT INTO tickets_searchentry (id, account_id, ticket_id, message_id, department_id, is_note, at, vector)
SELECT id, %s, ticket, message, department, is_note, at, to_tsvector('simple', words)
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::boolean[], %s::timestamptz[], %s::text[])
       AS new (id, ticket, message, department, is_note, at, words)
"""

_FORGET = """
UPDATE tickets_searchentry AS entry SET vector = ts_delete(entry.vector, string_to_array(gone.words, ' '))
  FROM unnest(%s::uuid[], %s::text[]) AS gone (message, words)
 WHERE entry.account_id = %s AND entry.message_id = gone.message
"""


def index_messages(entries: Sequence[tuple[Ticket, Message, str]]) -> None:
    """Add the messages to the search, each with the words that matter (its text without history)."""
    if not entries:
        return
    rows = [
        (
            new_id(),
            ticket.id,
            message.id,
            ticket.department_id,
            message.kind == Message.Kind.NOTE,
            message.at,
            words_for_index(ticket.code, ticket.subject, message.sender_name, message.sender_email, text),
        )
        for ticket, message, text in entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [current_account_id(), *([*column] for column in zip(*rows, strict=True))])


def forget_words(names: Mapping[UUID, Sequence[str]]) -> None:
    """Find messages no more by these names and addresses, unless other words that are in them say the same.

    To be called when the names are off the messages already.
    """
    found = Message.objects.filter(pk__in=list(names)).select_related("ticket").defer("body_html")
    messages = list(found.prefetch_related("attachments"))
    gone = {message.pk: _words(*names[message.pk]) - _words(*_told(message)) for message in messages}
    rows = [(pk, " ".join(sorted(words))) for pk, words in gone.items() if words]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [*([*column] for column in zip(*rows, strict=True)), current_account_id()])


def _words(*texts: str) -> set[str]:
    return set(words_for_index(*texts).split())


def _told(message: Message) -> list[str]:
    """What a message is found by."""
    people = [person for people in message.recipients.values() for person in people]
    files = [attachment.name for attachment in message.attachments.all()]
    texts = [message.ticket.code, message.ticket.subject, message.sender_name, message.sender_email, message.body_text]
    return [*texts, *files, *(word for person in people for word in (person.get("name", ""), person.get("email", "")))]
