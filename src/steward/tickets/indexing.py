"""Keeping the search entries in step with messages."""

from collections.abc import Sequence

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
