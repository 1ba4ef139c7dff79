"""Taking an answer, or a whole new ticket, back before its mail is made. What it did is undone with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime
from django.utils.html import escape

from steward.contacts.models import Contact
from steward.contacts.queries import contacts_behind, strangers_among
from steward.events.actions import record
from steward.events.models import Event
from steward.lib.actor import Actor
from steward.people.models import Membership
from steward.tickets.actions.drafting import save_draft
from steward.tickets.conversation import Correspondent, preview_of
from steward.tickets.models import Attachment, Draft, DraftAttachment, Message, Participant, Ticket
from steward.tickets.statuses import Status

HOLD = timedelta(seconds=5)  # by when the page's offer is gone
_MOMENTS = ("postponed_until", "resolved_at", "changed_at")


class TooLate(ValueError):
    """The mail of the answer is made: it is on its way."""


def remember(ticket: Ticket, people: Sequence[Correspondent] = ()) -> dict[str, Any]:
    """What an answer to `people` changes about a ticket, as JSON, to be there again when it is taken back."""
    moments = {name: moment.isoformat() for name in _MOMENTS if (moment := getattr(ticket, name))}
    parts = Participant.objects.filter(ticket=ticket).values_list("contact_id", "is_verified")
    return (
        moments
        | strangers_of(people)
        | {
            "status": ticket.status,
            "status_before": ticket.status_before,
            "assignee": str(ticket.assignee_id) if ticket.assignee_id else None,
            "participants": {str(contact): is_verified for contact, is_verified in parts},
        }
    )


def strangers_of(people: Sequence[Correspondent]) -> dict[str, Any]:
    """Whom the account does not know until this is written, as a part of what `remember` gives; to be asked before."""
    return {"strangers": strangers_among(person.email for person in people)}


def hold(message: Message, before: Mapping[str, Any], until: datetime, *, began_ticket: bool = False) -> None:
    """Keep the mail of an answer from being made before `until`; `before` is the ticket as `remember` told it.

    `began_ticket`: the ticket is there only for this message.
    """
    made = [str(contact) for contact in contacts_behind(before.get("strangers", []))]
    held = {
        name: value for name, value in before.items() if name != "strangers"
    }  # ids are enough, and nobody's address
    message.held = held | {"until": until.isoformat(), "began_ticket": began_ticket, "made": made}
    message.save(update_fields=["held"])


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of it. `ticket` is where the draft is, None when the draft is that of a new ticket."""

    ticket: Ticket | None
    is_untouched: bool  # else somebody has changed the ticket meanwhile, and only the message went


def take_back_reply(message: Message, *, actor: Actor) -> TakenBack:
    """Make an answer that was held a draft of its author again, and the ticket what it was.

    A ticket that was begun with it goes too, unless somebody has done something in it meanwhile. Raises `TooLate` when
    the mail is made, and `Message.DoesNotExist` when it was taken back before.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.ticket_id)
        locked = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if locked.held is None or locked.outgoing_id is not None:
            raise TooLate("the mail is made")
        is_untouched = not _changed_by_others(ticket, locked, actor)
        if locked.held.get("began_ticket") and is_untouched and _is_alone(ticket, locked):
            _make_draft_of_new(ticket, locked)
            record("ticket.taken_back", ticket, actor=actor, changes={"message": message.id})
            ticket.delete()
            _forget(locked.held.get("made", []))
            return TakenBack(None, is_untouched=True)
        _make_draft(ticket, locked)
        locked.delete()
        _restore(ticket, locked.held if is_untouched else {})
        _uninvite(ticket, locked.held["participants"])
        _forget(locked.held.get("made", []))
        record("message.taken_back", ticket, actor=actor, changes={"message": message.id})
    return TakenBack(ticket, is_untouched)


def _is_alone(ticket: Ticket, message: Message) -> bool:
    return not Message.objects.filter(ticket=ticket).exclude(pk=message.pk).exists()


def _changed_by_others(ticket: Ticket, message: Message, actor: Actor) -> bool:
    since = Event.objects.filter(object_id=ticket.pk, at__gt=message.at)
    return since.exclude(actor_kind=actor.kind.value, actor_id=actor.id).exists()


def _make_draft(ticket: Ticket, message: Message) -> Draft:
    """The text of the answer, before whatever its author has begun to write since."""
    begun = Draft.objects.filter(author=message.author, ticket=ticket).first()
    text = _joined(message.body_html, begun.body_html if begun else "")
    content = {"kind": Draft.Kind.REPLY, "cc": _people(message, "cc"), "body_html": text}
    return _with_files(save_draft(_author(message), ticket, content), message)


def _make_draft_of_new(ticket: Ticket, message: Message) -> Draft:
    """The new ticket as it was composed. What its author has begun to compose since stands below its text."""
    begun = Draft.objects.filter(author=message.author, ticket=None).first()
    content = {
        "to": _people(message, "to"),
        "cc": _people(message, "cc"),
        "subject": ticket.subject,
        "department_id": str(ticket.department_id),
        "body_html": _joined(message.body_html, *_as_text(begun)),
    }
    return _with_files(save_draft(_author(message), None, content), message)


def _as_text(begun: Draft | None) -> list[str]:
    """Addressees and subject too: they must not become those of the other text, nor get lost."""
    if begun is None:
        return []
    lines = (begun.to, begun.cc, begun.subject)
    return [*(f"<div>{escape(line)}</div>" for line in lines if line), begun.body_html]


def _joined(*parts: str) -> str:
    return "<div><br></div>".join(filter(None, parts))


def _author(message: Message) -> Membership:
    author: Membership | None = message.author
    assert author is not None  # noqa: S101  what is held was written by somebody
    return author


def _people(message: Message, role: str) -> str:
    return ", ".join(_written(person) for person in message.recipients.get(role, []))


def _with_files(draft: Draft, message: Message) -> Draft:
    files = Attachment.objects.filter(message=message).order_by("id")
    DraftAttachment.objects.bulk_create(DraftAttachment(draft=draft, file_id=f.file_id, name=f.name) for f in files)
    return draft


def _written(person: Mapping[str, str]) -> str:
    """As the field takes it; a name may hold a comma."""
    name = person["name"].replace("\\", "").replace('"', "")
    return f'"{name}" <{person["email"]}>' if name else person["email"]


def _restore(ticket: Ticket, before: Mapping[str, Any]) -> None:
    columns: dict[str, Any] = {"message_count": F("message_count") - 1, **_preview(ticket)}
    if before:
        moments = {name: parse_datetime(before[name]) if name in before else None for name in _MOMENTS}
        columns |= moments | {"status": Status(before["status"]), "status_before": before["status_before"]}
        columns |= {"assignee": before["assignee"]}
    Ticket.objects.filter(pk=ticket.pk).update(**columns)


def _preview(ticket: Ticket) -> dict[str, str]:
    told = Message.objects.filter(ticket=ticket).exclude(kind=Message.Kind.NOTE).order_by("-at", "-id")
    text, language = told.values_list("body_text", "language").first() or ("", "")
    return {"preview": preview_of(text), "language": language}


def _uninvite(ticket: Ticket, before: Mapping[str, bool]) -> None:
    """Nobody takes part for a mail that never left."""
    now_in = Participant.objects.filter(ticket=ticket, is_requester=False)
    now_in.exclude(contact__in=list(before)).delete()
    now_in.filter(contact__in=[contact for contact, was in before.items() if not was]).update(is_verified=False)


def _forget(made: Collection[str]) -> None:
    """Delete the contacts that were made for a mail that never left, unless they turned up elsewhere meanwhile."""
    if not made:
        return
    # Locked first: whoever writes about one of them at this moment has done so by the questions below, or comes after.
    unused = set(Contact.objects.select_for_update().filter(pk__in=made).values_list("pk", flat=True))
    for refers, name in ((Ticket, "requester"), (Participant, "contact"), (Message, "contact")):
        unused -= set(refers.objects.filter(**{f"{name}__in": unused}).values_list(f"{name}_id", flat=True))
    Contact.objects.filter(pk__in=unused).delete()
