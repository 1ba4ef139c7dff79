"""The views of the console."""

from steward.console.views.composing import compose, new_draft, new_upload
from steward.console.views.listing import changes_in_list, list_page, search
from steward.console.views.messages import attachment, message_body, message_raw, resend
from steward.console.views.signing import sign_in, sign_out
from steward.console.views.ticket import (
    change_status,
    changes_in_ticket,
    ticket_assignment,
    ticket_department,
    ticket_page,
)
from steward.console.views.writing import note, reply, ticket_draft, ticket_upload

__all__ = [
    "attachment",
    "change_status",
    "changes_in_list",
    "changes_in_ticket",
    "compose",
    "list_page",
    "message_body",
    "message_raw",
    "new_draft",
    "new_upload",
    "note",
    "reply",
    "resend",
    "search",
    "sign_in",
    "sign_out",
    "ticket_assignment",
    "ticket_department",
    "ticket_draft",
    "ticket_page",
    "ticket_upload",
]
