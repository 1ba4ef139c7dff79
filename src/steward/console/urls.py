"""Addresses of the console, below `/console/`."""

from django.urls import path

from steward.console.views import (
    attachment,
    change_status,
    changes_in_list,
    changes_in_ticket,
    compose,
    list_page,
    message_body,
    message_raw,
    new_draft,
    new_upload,
    note,
    reply,
    resend,
    search,
    sign_in,
    sign_out,
    ticket_assignment,
    ticket_department,
    ticket_draft,
    ticket_page,
    ticket_upload,
)

app_name = "console"
urlpatterns = [
    path("", list_page, name="list"),
    path("changes", changes_in_list, name="list-changes"),
    path("search", search, name="search"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("tickets/new", compose, name="new"),
    path("tickets/new/draft", new_draft, name="new-draft"),
    path("tickets/new/files", new_upload, name="new-upload"),
    path("tickets/<code>", ticket_page, name="ticket"),
    path("tickets/<code>/changes", changes_in_ticket, name="ticket-changes"),
    path("tickets/<code>/replies", reply, name="reply"),
    path("tickets/<code>/notes", note, name="note"),
    path("tickets/<code>/status", change_status, name="status"),
    path("tickets/<code>/assignment", ticket_assignment, name="assign"),
    path("tickets/<code>/department", ticket_department, name="transfer"),
    path("tickets/<code>/draft", ticket_draft, name="draft"),
    path("tickets/<code>/files", ticket_upload, name="upload"),
    path("messages/<uuid:message_id>/body", message_body, name="body"),
    path("messages/<uuid:message_id>/raw", message_raw, name="raw"),
    path("messages/<uuid:message_id>/delivery", resend, name="resend"),
    path("attachments/<uuid:attachment_id>", attachment, name="attachment"),
]
