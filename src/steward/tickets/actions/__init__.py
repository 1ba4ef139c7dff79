"""The verbs of tickets. The button, the API, the rule and the mail robot call the same ones."""

from steward.tickets.actions.assigning import assign_ticket, transfer_ticket
from steward.tickets.actions.drafting import attach_to_draft, detach_from_draft, discard_draft, save_draft
from steward.tickets.actions.receiving import receive_messages
from steward.tickets.actions.replying import add_note, compose_ticket, reply_to_ticket
from steward.tickets.actions.statuses import (
    MomentRefused,
    StatusRefused,
    change_status,
    postpone_ticket,
    resolve_ticket,
    wake_ticket,
)

__all__ = [
    "MomentRefused",
    "StatusRefused",
    "add_note",
    "assign_ticket",
    "attach_to_draft",
    "change_status",
    "compose_ticket",
    "detach_from_draft",
    "discard_draft",
    "postpone_ticket",
    "receive_messages",
    "reply_to_ticket",
    "resolve_ticket",
    "save_draft",
    "transfer_ticket",
    "wake_ticket",
]
