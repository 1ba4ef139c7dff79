"""Everything the ticket page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.channels.email.addressing import mail_account_for
from steward.channels.email.models import MailAccount
from steward.channels.email.ways import leads_out
from steward.console.conversation import conversation
from steward.console.copies import proposed_copy
from steward.console.entrance import ConsoleRequest
from steward.console.lists import ticket_url
from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.lib.html import html_to_text
from steward.lib.ids import new_id
from steward.people.access import members_who_can_solve, open_departments
from steward.people.models import Membership
from steward.tickets.access import can_solve, can_supervise, visible_tickets
from steward.tickets.models import Draft, Message, Ticket
from steward.tickets.statuses import Status, next_statuses

_OTHERS = 8


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person may do with this ticket now."""

    reply: bool
    note: bool
    resolve: bool
    assign: bool
    transfer: bool
    change_status: bool
    send: bool


def ticket_context(request: ConsoleRequest, ticket: Ticket, *, before: str | None = None) -> dict[str, Any]:
    """The ticket, its conversation, what may be done, the draft and the person it is about."""
    talk = conversation(ticket, zone=request.account.time_zone, before=before)
    contact = _contact(ticket.requester)
    mail_account = mail_account_for(ticket)
    allowed = _allowed(request, ticket, mail_account)
    return {
        "ticket": _shown(ticket, contact, mail_account),
        "entries": talk.entries,
        "older_url": f"{reverse('console:ticket', args=[ticket.code])}?before={talk.older}" if talk.older else None,
        "allowed": allowed,
        "actions": _addresses(ticket),
        "statuses": _statuses(ticket),
        "assignees": _assignees(request, ticket),
        "may_release": can_supervise(request.actor, ticket) or ticket.assignee_id == request.me.id,
        "departments": open_departments() if allowed.transfer else [],
        "draft": draft_of(request, ticket),
        "once": new_id(),
        "reply_to_choice": _reply_to_choice(newest_incoming(ticket) if before else talk.newest_incoming, contact),
        "postpone_default": _tomorrow_morning(request.account.time_zone),
        "about": {"contact": contact, "other_tickets": _others(request, ticket)},
    }


def _shown(ticket: Ticket, contact: Mapping[str, Any], mail_account: MailAccount | None) -> dict[str, Any]:
    return {
        "code": ticket.code,
        "subject": ticket.subject,
        "status": ticket.status,
        "status_label": ticket.get_status_display(),
        "department": ticket.department,
        "assignee": ticket.assignee,
        "created_at": ticket.created_at,
        "channel_label": _("e-mail"),
        "requester": contact,
        "postponed_until": ticket.postponed_until,
        "previous_ticket_url": ticket_url(ticket.previous.code) if ticket.previous else None,
        "previous_ticket_code": ticket.previous.code if ticket.previous else None,
        "from_address": mail_account.address if mail_account else "",
        "poll_url": reverse("console:ticket-changes", args=[ticket.code]),
    }


def _contact(contact: Contact) -> dict[str, Any]:
    addresses = [address.value for address in contact.addresses.order_by("id")]
    return {
        "id": contact.id,
        "name": contact.name,
        "email": addresses[0] if addresses else "",
        "addresses": addresses,
        "created_at": contact.created_at,
    }


def _allowed(request: ConsoleRequest, ticket: Ticket, mail_account: MailAccount | None) -> Allowed:
    solves, supervises = can_solve(request.actor, ticket), can_supervise(request.actor, ticket)
    may_write = solves and not ticket.is_closed
    return Allowed(
        reply=may_write,
        note=solves,
        resolve=solves and Status.RESOLVED in next_statuses(ticket.status),
        assign=supervises or solves,
        transfer=supervises,
        change_status=solves,
        send=leads_out(mail_account),
    )


def _assignees(request: ConsoleRequest, ticket: Ticket) -> list[Membership]:
    """Whom the person may give the ticket to: supervisors to everybody who can solve it, solvers to themselves."""
    if can_supervise(request.actor, ticket):
        return members_who_can_solve(ticket.department_id)
    return [request.me] if can_solve(request.actor, ticket) else []


def _addresses(ticket: Ticket) -> dict[str, str]:
    names = {"reply_url": "reply", "note_url": "note", "status_url": "status", "assign_url": "assign"}
    names |= {"transfer_url": "transfer", "draft_url": "draft", "upload_url": "upload"}
    return {key: reverse(f"console:{name}", args=[ticket.code]) for key, name in names.items()}


def _statuses(ticket: Ticket) -> list[dict[str, Any]]:
    following = next_statuses(ticket.status)
    return [{"value": s.value, "label": s.label, "allowed": s in following} for s in Status]


def draft_of(request: ConsoleRequest, ticket: Ticket | None) -> dict[str, Any]:
    """What the person was writing here, or an empty draft, whose Copy is proposed."""
    draft = Draft.objects.filter(author=request.me, ticket=ticket).first()
    if draft is None:
        copy = proposed_copy(ticket) if ticket else ""
        return {"html": "", "text": "", "kind": "reply", "cc": copy, "attachments": []}
    files = draft.attachments.select_related("file").order_by("id")
    return {
        "html": draft.body_html,
        "text": html_to_text(draft.body_html),
        "kind": draft.kind,
        "subject": draft.subject,
        "to": draft.to,
        "cc": draft.cc,
        "department": draft.department_id,
        "attachments": [{"id": f.id, "name": f.name, "size": f.file.size} for f in files],
    }


def newest_incoming(ticket: Ticket) -> Message | None:
    """The customer's newest message, whichever page of the conversation is shown."""
    return Message.objects.filter(ticket=ticket, kind=Message.Kind.INCOMING).order_by("-at", "-id").first()


def _reply_to_choice(newest: Message | None, contact: Mapping[str, Any]) -> dict[str, str] | None:
    """The newest mail asks for answers elsewhere than where we know the person: the agent decides."""
    given = reply_to_of(newest, contact["id"])
    known = {address.lower() for address in contact["addresses"]}
    if not given or given.lower() in known:
        return None
    return {"known": contact["email"], "given": given}


def reply_to_of(message: Message | None, requester_id: UUID) -> str:
    """The address the requester's mail asks to be answered at (RFC 5322 section 3.6.2), or nothing.

    What strangers ask for does not count, nor what stands in a mail that somebody else may have written.
    """
    if message is None or message.contact_id != requester_id or not message.is_verified:
        return ""
    asked = message.recipients.get("reply_to", [])
    return asked[0]["email"] if asked else ""


def _tomorrow_morning(zone: str) -> datetime:
    here = now().astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return here.replace(hour=8, minute=0, second=0, microsecond=0)


def _others(request: ConsoleRequest, ticket: Ticket) -> list[dict[str, Any]]:
    others = visible_tickets(request.actor).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    return [
        {"code": t.code, "subject": t.subject, "status": t.status, "url": ticket_url(t.code), "at": t.changed_at}
        for t in others.order_by("-changed_at")[:_OTHERS]
    ]
