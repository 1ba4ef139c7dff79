"""Everything the ticket page shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from steward.channels.email.addressing import MAIL_ACCOUNTS, mail_account_for, mail_accounts
from steward.channels.email.models import MailAccount
from steward.channels.email.ways import leads_out
from steward.console.asked import asked_in, asked_questions
from steward.console.assignees import few_assignees
from steward.console.conversation import conversation, conversation_questions
from steward.console.copies import newest_proposing, proposed_copy
from steward.console.entrance import ConsoleRequest
from steward.console.lists import ticket_url
from steward.console.meanwhile import last_message
from steward.contacts.models import Contact, ContactAddress
from steward.lib.clock import now
from steward.lib.html import html_to_text
from steward.lib.ids import new_id
from steward.people.access import can_erase, can_hold, can_purge, departments_seen_by, open_departments
from steward.people.models import Department
from steward.privacy.exports.access import can_export
from steward.privacy.holds.access import HOLDS_ON, holds_told_of
from steward.privacy.holds.words import sentence
from steward.privacy.requests.words import GROUNDS
from steward.tenancy.reading import Question, Reading
from steward.tickets.access import can, visible_in
from steward.tickets.going import going
from steward.tickets.models import Draft, Message, Ticket
from steward.tickets.queries import TAGGED, tags_of
from steward.tickets.restriction import may_write
from steward.tickets.statuses import HIDDEN, Status, next_statuses

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
    redact: bool
    restore: bool
    purge: bool


def ticket_context(
    request: ConsoleRequest,
    ticket: Ticket,
    *,
    before: str | None = None,
    departments: Sequence[Department] | None = None,
) -> dict[str, Any]:
    """The ticket, its conversation, what may be done, the draft and the person it is about.

    `departments` are all open ones, when they are read already.
    """
    talk = conversation(ticket, zone=request.account.time_zone, before=before)
    contact = _contact(ticket.requester)
    ours = mail_accounts()
    mail_account = mail_account_for(ticket, ours)
    asking = newest_incoming(ticket) if before else next(iter(talk.incoming), None)
    proposing = newest_proposing(ticket, [] if before else talk.incoming, is_all=not before and not talk.older)
    copy = proposed_copy(proposing, requester=contact["folded"], ours={each.address for each in ours})
    allowed = _allowed(request, ticket, mail_account)
    return {
        "ticket": _shown(ticket, contact, mail_account),
        "entries": talk.entries,
        "older_url": f"{ticket_url(ticket.code)}?before={talk.older}" if talk.older else None,
        "allowed": allowed,
        "actions": _addresses(ticket),
        "purge_url": f"/console/bin/purge?status={ticket.status}&ticket={ticket.code}",
        "statuses": _statuses(ticket),
        "assignees": few_assignees(request, ticket),
        "may_assign": can(request.actor, "ticket:assign", ticket),
        "may_erase": can_erase(request.me),
        "may_export": can_export(request.me),
        "may_release": can(request.actor, "ticket:assign", ticket) or ticket.assignee_id == request.me.id,
        "departments": (departments or open_departments()) if allowed.transfer else [],
        "draft": draft_of(request, ticket, copy=copy),
        "once": new_id(),
        "read_to": last_message(ticket) if before else talk.newest_id,
        "reply_to_choice": _reply_to_choice(asking, contact),
        "postpone_default": _tomorrow_morning(request.account.time_zone),
        "about": {"contact": contact, "other_tickets": _others(request, ticket)},
        "asked": asked_in(request, ticket),
        "may_hold": can_hold(request.me),
        "holds": list(map(sentence, holds_told_of(*_held_with(ticket), **_life_of(ticket)))),
    } | tags_context(request, ticket)


def ticket_questions(request: ConsoleRequest, ticket: Ticket) -> Iterator[Question[Any]]:
    """What `ticket_context` asks of the newest page, to be read ahead."""
    yield from conversation_questions(ticket)
    yield MAIL_ACCOUNTS.asking()
    yield _ADDRESSES.asking(contact=ticket.requester_id)
    yield _DRAFT.asking(author=request.me.pk, ticket=ticket.pk)
    yield _OTHERS_OF.asking(requester=ticket.requester_id, ticket=ticket.pk, **departments_seen_by(request.actor))
    yield TAGGED.asking(tickets=[ticket.pk])
    yield from asked_questions(ticket)
    yield HOLDS_ON.asking(objects=[ticket.account_id, *_held_with(ticket)], **_life_of(ticket))


def _held_with(ticket: Ticket) -> tuple[UUID, ...]:
    return ticket.pk, ticket.requester_id, ticket.department_id


def _life_of(ticket: Ticket) -> dict[str, datetime]:
    return {"begun": ticket.created_at, "ended": ticket.changed_at}


def tags_context(request: ConsoleRequest, ticket: Ticket) -> dict[str, Any]:
    """The ticket's tags, and where they are changed by those who may."""
    names = {"tags_url": "tags", "tag_choices_url": "tags/choices"}
    addresses = {key: f"{ticket_url(ticket.code)}/{name}" for key, name in names.items()}
    return {
        "tags": tags_of([ticket.pk]).get(ticket.pk, []),
        "may_tag": can(request.actor, "ticket:tag", ticket),
    } | addresses


def _shown(ticket: Ticket, contact: Mapping[str, Any], mail_account: MailAccount | None) -> dict[str, Any]:
    return {
        "code": ticket.code,
        "subject": ticket.subject,
        "language": ticket.language,
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
        "is_going": ticket.status in HIDDEN and bool(going([ticket.pk])),
        "from_address": mail_account.address if mail_account else "",
        "live_url": f"{ticket_url(ticket.code)}/changes",
        "presence_url": f"{ticket_url(ticket.code)}/presence",
    }


_ADDRESSES = Reading(
    lambda *, contact: ContactAddress.objects.filter(contact=contact).order_by("id").values_list("value", "folded")
)
_DRAFT = Reading(lambda *, author, ticket: Draft.objects.filter(author=author, ticket=ticket).order_by("id")[:1])


def _contact(contact: Contact) -> dict[str, Any]:
    known = _ADDRESSES(contact=contact.pk)
    addresses = [value for value, _folded in known]
    return {
        "id": contact.id,
        "name": contact.name,
        "email": addresses[0] if addresses else "",
        "addresses": addresses,
        "folded": {folded for _value, folded in known},
        "created_at": contact.created_at,
        "restricted_at": contact.restricted_at,
        "restricted_why": GROUNDS.get(contact.restricted_for, ""),
        "objected_at": contact.objected_at,
    }


def _allowed(request: ConsoleRequest, ticket: Ticket, mail_account: MailAccount | None) -> Allowed:
    def may(permission: str) -> bool:
        return can(request.actor, permission, ticket)

    return Allowed(
        reply=may("ticket:reply")
        and not ticket.is_closed
        and not (ticket.requester.is_restricted and not may_write(ticket)),
        note=may("ticket:note"),
        resolve=may("ticket:change_status") and Status.RESOLVED in next_statuses(ticket.status),
        assign=may("ticket:take"),
        transfer=may("ticket:transfer"),
        change_status=may("ticket:change_status"),
        send=leads_out(mail_account),
        redact=may("message:redact"),
        restore=ticket.status in HIDDEN and may("ticket:delete"),
        purge=ticket.status in HIDDEN and can_purge(request.me),
    )


def _addresses(ticket: Ticket) -> dict[str, str]:
    names = {"reply_url": "replies", "note_url": "notes", "status_url": "status", "assign_url": "assignment"}
    names |= {"restore_url": "restoration"}
    names |= {"transfer_url": "department", "assignees_url": "assignees", "draft_url": "draft", "upload_url": "files"}
    return {key: f"{ticket_url(ticket.code)}/{name}" for key, name in names.items()}


def _statuses(ticket: Ticket) -> list[dict[str, Any]]:
    following = next_statuses(ticket.status)
    return [{"value": s.value, "label": s.label, "allowed": s in following} for s in Status]


def draft_of(request: ConsoleRequest, ticket: Ticket | None, *, copy: str = "") -> dict[str, Any]:
    """What the person was writing here, or an empty draft, whose Copy is the proposed one."""
    if ticket is None:
        draft = Draft.objects.filter(author=request.me, ticket=None).first()
    else:
        draft = next(iter(_DRAFT(author=request.me.pk, ticket=ticket.pk)), None)
    if draft is None:
        return {"html": "", "text": "", "kind": "reply", "cc": copy, "attachments": [], "mark": ""}
    files = draft.attachments.select_related("file").order_by("id")
    return {
        "html": draft.body_html,
        "text": html_to_text(draft.body_html),
        "kind": draft.kind,
        "mark": draft.mark.hex if draft.mark else "",
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


def _others_of(*, requester: UUID, ticket: UUID, departments: Sequence[UUID] | None = None) -> QuerySet[Ticket, Any]:
    others = visible_in(departments).filter(requester=requester).exclude(pk=ticket)
    return others.order_by("-changed_at").values("code", "subject", "status", at=F("changed_at"))[:_OTHERS]


_OTHERS_OF = Reading(_others_of)


def _others(request: ConsoleRequest, ticket: Ticket) -> list[dict[str, Any]]:
    seen = departments_seen_by(request.actor)
    shown = _OTHERS_OF(requester=ticket.requester_id, ticket=ticket.pk, **seen)
    return [{**other, "url": ticket_url(other["code"])} for other in shown]
