"""What somebody is given of tickets: what they and we said, the files of it, and mails that were sent to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from uuid import UUID

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from steward.files.actions import read_file
from steward.lib.filenames import safe_name
from steward.outbox import exporting as outbox
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.exporting import Enclosed, Part, Record, Section, moment, register
from steward.privacy.inventory.stores import Extent
from steward.tickets.addressees import Addressees
from steward.tickets.erasing import naming
from steward.tickets.models import Attachment, Draft, DraftAttachment, Message, Participant, Ticket, TicketTag
from steward.tickets.told import Conversation, Told, Way, conversations, is_withheld, names_of_others


def visited_tickets(contacts: tuple[UUID, ...], addresses: tuple[str, ...]) -> list[UUID]:
    """Tickets of others in which somebody wrote, takes part or was written to. Reads every message of the account."""
    named = Message.objects.filter(pk__in=naming(Extent(addresses=addresses))).values_list("ticket_id", flat=True)
    wrote = Message.objects.filter(contact__in=contacts).order_by().values_list("ticket_id", flat=True).distinct()
    joined = Participant.objects.filter(contact__in=contacts).values_list("ticket_id", flat=True)
    own = set(Ticket.objects.filter(requester__in=contacts).values_list("pk", flat=True))
    return sorted({*named, *wrote, *joined} - own)


def names_beside(contacts: tuple[UUID, ...], tickets: Sequence[UUID]) -> frozenset[str]:
    """The names of all others who take part in these tickets."""
    names: set[str] = set()
    for start in range(0, len(tickets), 1000):
        joined = Participant.objects.filter(ticket__in=tickets[start : start + 1000]).exclude(contact__in=contacts)
        names.update(joined.order_by().values_list("contact__name", flat=True).distinct())
    return frozenset(filter(None, names))


def _tickets(part: Part) -> Iterator[Record]:
    found = conversations(part)
    tags, files = _tags(part), _files([told.message.pk for one in found.values() for told in one.told])
    rows = Ticket.objects.filter(pk__in=part.any_tickets).select_related("department")
    own = frozenset(part.tickets)
    for ticket in rows.order_by("pk"):
        said = found[ticket.pk]
        if ticket.pk in own and not part.is_given:
            yield _facts(ticket, said, files, is_own=True) | {"tags": sorted(tags[ticket.pk])}
        elif said.told:  # of others, or of what was given: only what they said, or what was said to them
            yield _facts(ticket, said, files, is_own=ticket.pk in own)


def _facts(ticket: Ticket, said: Conversation, files: dict[UUID, list[Record]], *, is_own: bool) -> Record:
    return {
        "code": ticket.code,
        "subject": ticket.subject,
        "is_yours": is_own,
        "status": ticket.status if is_own else None,
        "channel": ticket.channel,
        "department": ticket.department.name if is_own else None,
        "created": moment(ticket.created_at) if is_own else None,
        "changed": moment(ticket.changed_at) if is_own else None,
        "notes_left_out": said.notes_left_out,
        "messages_left_out": said.messages_left_out,
        "messages": [_message(told, files.get(told.message.pk, [])) for told in said.told],
    }


def _message(told: Told, files: list[Record]) -> Record:
    message, is_theirs = told.message, told.way is Way.FROM
    return {
        "id": str(message.pk),
        "at": moment(message.at),
        "way": told.way.value,
        "channel": message.channel,
        "sender_name": message.sender_name if is_theirs else "",
        "sender_email": message.sender_email if is_theirs else "",
        "recipients": told.recipients,
        "other_recipients": told.others,
        # Of a mail that somebody else sent it tells where from.
        "internet_id": message.internet_id if is_theirs or message.kind == Message.Kind.OUTGOING else "",
        "language": message.language,
        "is_automatic": message.is_automatic,
        "html": message.body_html,
        "files": files if told.way is not Way.NOTE else [],
    }


def _files(messages: Iterable[UUID]) -> dict[UUID, list[Record]]:
    found: defaultdict[UUID, list[Record]] = defaultdict(list)
    attached = Attachment.objects.filter(message__in=list(messages)).select_related("file", "message__ticket")
    for one in attached.order_by("pk"):
        told = {"name": one.name, "path": _path(one), "content_type": one.file.content_type, "bytes": one.file.size}
        found[one.message_id].append(told | {"content_id": one.content_id})
    return found


def _enclosed(part: Part) -> Iterator[Enclosed]:
    attached = list(
        Attachment.objects.filter(message__ticket__in=part.any_tickets).select_related("file", "message__ticket")
    )
    if not attached:
        return
    given = {told.message.pk for one in conversations(part).values() for told in one.told if told.way is not Way.NOTE}
    for one in attached:
        if one.message_id in given:
            yield Enclosed(_path(one), one.message.at, one.file.size, partial(read_file, one.file))


def _path(attachment: Attachment) -> str:
    """Under the ticket's code, with the end of its id before its name: the same file name may come twice."""
    return f"files/{attachment.message.ticket.code}/{attachment.pk.hex[-8:]}-{safe_name(attachment.name)}"


def _tags(part: Part) -> defaultdict[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    if part.tickets:
        for ticket, name in TicketTag.objects.filter(ticket__in=part.tickets).values_list("ticket_id", "tag__name"):
            found[ticket].append(name)
    return found


def _mails(part: Part) -> Iterator[Record]:
    """Mails that became of messages, and those that were sent by themselves; in the first part, those about nothing."""
    if part.any_tickets:
        sent = Message.objects.filter(ticket__in=part.any_tickets, outgoing__isnull=False)
        mails = OutgoingMail.objects.filter(
            Q(pk__in=list(sent.values_list("outgoing", flat=True))) | Q(about__in=part.tickets)
        )
        yield from outbox.records_of(mails, part.addresses)
    if part.is_first:
        loose = outbox.addressed(part.addresses).filter(about=None)
        keys = set(loose.order_by().values_list("pk", flat=True))
        keys -= set(Message.objects.filter(outgoing__in=keys).values_list("outgoing", flat=True))
        yield from outbox.records_of(OutgoingMail.objects.filter(pk__in=keys), part.addresses)


def _drafts(part: Part) -> Iterator[Record]:
    """What agents have not sent, to the person or in tickets of theirs. Of drafts in tickets of others, their name."""
    drafts = Draft.objects.none()
    if part.any_tickets:
        drafts |= Draft.objects.filter(ticket__in=part.any_tickets)
    if part.is_first:
        drafts |= Draft.objects.filter(ticket=None).exclude(to="", cc="")
    others, own = names_of_others(part), frozenset(part.tickets)
    for draft in drafts.select_related("ticket").order_by("pk"):
        is_own = draft.ticket_id in own
        to, cc = (Addressees(words).only(part.addresses) for words in (draft.to, draft.cc))
        names = others[draft.ticket_id] if draft.ticket_id else set()
        if to or cc or (is_own and not draft.to):
            yield _draft(draft, to, cc, is_whole=_is_whole(draft, part, names, is_own=is_own))


def _is_whole(draft: Draft, part: Part, others: set[str], *, is_own: bool) -> bool:
    if draft.ticket_id is not None and not is_own:
        return False
    is_of_agents = draft.kind == Draft.Kind.NOTE
    return (part.with_notes or not is_of_agents) and not is_withheld(draft.body_html, part, others)


def _draft(draft: Draft, to: str, cc: str, *, is_whole: bool) -> Record:
    files = DraftAttachment.objects.filter(draft=draft).values_list("name", flat=True) if is_whole else ()
    return {
        "saved": moment(draft.saved_at),
        "ticket": draft.ticket.code if draft.ticket else None,
        "kind": draft.kind,
        "to": to,
        "cc": cc,
        "subject": draft.subject if is_whole else "",
        "html": draft.body_html if is_whole else "",
        "is_left_out": not is_whole,
        "file_names": list(files),
    }


register(
    Section(
        name="tickets",
        title=pgettext_lazy("export of a person", "Your conversations with us"),
        fields=frozenset({"tickets.Ticket.subject", "tickets.Attachment.name"})
        | {f"tickets.Message.{name}" for name in (
            "sender_name", "sender_email", "recipients", "internet_id", "body_html", "language")},
        records=_tickets,
        columns={},
        is_given=True,
        enclosed=_enclosed,
    ),
    Section(
        name="drafts",
        title=pgettext_lazy("export of a person", "Answers that were begun and not sent"),
        fields=frozenset(f"tickets.Draft.{name}" for name in ("subject", "to", "cc", "body_html"))
        | {"tickets.DraftAttachment.name"},
        records=_drafts,
        columns={
            "saved": pgettext_lazy("export of a person", "When"),
            "to": pgettext_lazy("export of a person", "To which address"),
            "subject": pgettext_lazy("export of a person", "Subject"),
            "html": pgettext_lazy("export of a person", "Words"),
        },
    ),
    Section(
        name="mails_sent",
        title=pgettext_lazy("export of a person", "Mails to you"),
        fields=outbox.FIELDS,
        records=_mails,
        columns=outbox.COLUMNS,
    ),
)  # fmt: skip
