"""The verbs of tickets. The button, the API, the rule and the mail robot call the same ones."""

from steward.tickets.actions.assigning import assign_ticket, transfer_ticket
from steward.tickets.actions.closing import close_resolved_tickets
from steward.tickets.actions.drafting import (
    DraftMoved,
    attach_to_draft,
    check_draft,
    detach_from_draft,
    discard_draft,
    draft_for_files,
    save_draft,
)
from steward.tickets.actions.purging import NothingToPurge, in_bin, plan_purge, purge_tickets, start_purge
from steward.tickets.actions.receiving import receive_messages
from steward.tickets.actions.redacting import (
    NothingFound,
    Reason,
    Redaction,
    reach_of,
    redact,
    redact_subject,
    redact_words,
    suggested,
    words_at,
)
from steward.tickets.actions.removing_files import Removed, remove_attachments
from steward.tickets.actions.replying import add_note, compose_ticket, reply_to_ticket
from steward.tickets.actions.restoring import restore_ticket, status_before
from steward.tickets.actions.ruling import change_ticket_rules
from steward.tickets.actions.statuses import (
    MomentRefused,
    StatusRefused,
    change_status,
    postpone_ticket,
    resolve_ticket,
    wake_ticket,
)
from steward.tickets.actions.tagging import (
    TagRefused,
    change_tag,
    delete_tag,
    merge_tags,
    tag_named,
    tag_ticket,
    untag_ticket,
)
from steward.tickets.actions.taking_back import HOLD, TooLate, take_back_reply
from steward.tickets.actions.undoing import UndoRefused, last_change, undo_change

__all__ = [
    "HOLD",
    "DraftMoved",
    "MomentRefused",
    "NothingFound",
    "NothingToPurge",
    "Reason",
    "Redaction",
    "Removed",
    "StatusRefused",
    "TagRefused",
    "TooLate",
    "UndoRefused",
    "add_note",
    "assign_ticket",
    "attach_to_draft",
    "change_status",
    "change_tag",
    "change_ticket_rules",
    "check_draft",
    "close_resolved_tickets",
    "compose_ticket",
    "delete_tag",
    "detach_from_draft",
    "discard_draft",
    "draft_for_files",
    "in_bin",
    "last_change",
    "merge_tags",
    "plan_purge",
    "postpone_ticket",
    "purge_tickets",
    "reach_of",
    "receive_messages",
    "redact",
    "redact_subject",
    "redact_words",
    "remove_attachments",
    "reply_to_ticket",
    "resolve_ticket",
    "restore_ticket",
    "save_draft",
    "start_purge",
    "status_before",
    "suggested",
    "tag_named",
    "tag_ticket",
    "take_back_reply",
    "transfer_ticket",
    "undo_change",
    "untag_ticket",
    "wake_ticket",
    "words_at",
]
