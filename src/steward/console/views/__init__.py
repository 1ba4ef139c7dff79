"""The views of the console."""

from steward.console.views.arriving import invitation, welcome
from steward.console.views.asking import privacy_request
from steward.console.views.being import appearance, availability, guide
from steward.console.views.bin import bin_page, purge, purge_progress, restore
from steward.console.views.branding import brand_logo, brand_style
from steward.console.views.commanding import palette
from steward.console.views.composing import compose
from steward.console.views.consents import consents
from steward.console.views.drafting import new_draft, new_upload, ticket_draft, ticket_upload
from steward.console.views.forgotten import forgotten, reset_password
from steward.console.views.listing import changes_in_list, list_page, search
from steward.console.views.live import colleagues, events, presence
from steward.console.views.messages import attachment, message_body, message_raw, resend
from steward.console.views.notifications import mentionable, notification_bell, notifications, notifications_read
from steward.console.views.redacting import redaction
from steward.console.views.signing import passkey, second_factor, sign_in, sign_out
from steward.console.views.tagging import tag_choices, ticket_tags
from steward.console.views.ticket import (
    assignees,
    change_status,
    changes_in_ticket,
    ticket_assignment,
    ticket_department,
    ticket_page,
)
from steward.console.views.undoing import take_back, undo
from steward.console.views.writing import note, reply

__all__ = [
    "appearance",
    "assignees",
    "attachment",
    "availability",
    "bin_page",
    "brand_logo",
    "brand_style",
    "change_status",
    "changes_in_list",
    "changes_in_ticket",
    "colleagues",
    "compose",
    "consents",
    "events",
    "forgotten",
    "guide",
    "invitation",
    "list_page",
    "mentionable",
    "message_body",
    "message_raw",
    "new_draft",
    "new_upload",
    "note",
    "notification_bell",
    "notifications",
    "notifications_read",
    "palette",
    "passkey",
    "presence",
    "privacy_request",
    "purge",
    "purge_progress",
    "redaction",
    "reply",
    "resend",
    "reset_password",
    "restore",
    "search",
    "second_factor",
    "sign_in",
    "sign_out",
    "tag_choices",
    "take_back",
    "ticket_assignment",
    "ticket_department",
    "ticket_draft",
    "ticket_page",
    "ticket_tags",
    "ticket_upload",
    "undo",
    "welcome",
]
