"""Where a mail belongs: an existing ticket, or a new one.

A mail joins a ticket by a token of ours or by the Message-ID of a mail we know, and as one of the people in it only
when its sender is one of them. Whoever else holds a true token (an answer from another address, a forwarded mail)
enters as an unverified participant; a stranger with a known id or a ticket code opens a ticket of their own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from steward.channels.email.parsing import ParsedMail
from steward.channels.email.parsing.reports import is_daemon
from steward.channels.email.to_members import is_made_for
from steward.channels.email.tokens import (
    BOUNCE,
    DELIVERY,
    KEY_PURPOSE,
    MESSAGE,
    REPLY,
    TOLD,
    TOLD_ID,
    Bound,
    Token,
    read_token,
)
from steward.contacts.actions import fold_email
from steward.contacts.models import ContactAddress
from steward.outbox.models import OutgoingMail
from steward.privacy.keys.cipher import derive
from steward.tenancy.scope import current_account_id
from steward.tickets.models import Message, Participant, Ticket

_CODE = re.compile(r"\b[A-Z]{2,5}-\d{5,9}\b", re.IGNORECASE)  # whatever letters an account may have chosen
_MOST_IDS = 50  # References can be made arbitrarily long


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one mail belongs. `bounced` is the message of ours that a report is about, proven by its token."""

    ticket: Ticket | None = None
    previous: Ticket | None = None
    is_verified: bool = True
    warnings: tuple[str, ...] = ()
    bounced: Message | None = None
    came_back: OutgoingMail | None = None  # a mail to somebody of the account, which a report is about: no ticket


@dataclass(frozen=True, slots=True)
class Clues:
    """What one mail says about where it belongs."""

    sender: str  # folded
    tokens: tuple[Token, ...]
    ids: tuple[str, ...]
    codes: tuple[str, ...]
    is_report: bool
    is_from_daemon: bool  # or from nobody
    is_sender_doubtful: bool  # its From fails DMARC


def clues_of(parsed: ParsedMail, envelope_to: Sequence[str], *, is_sender_doubtful: bool) -> Clues:
    """Gather the clues of a mail, the strongest first."""
    ids = parsed.candidate_ids[:_MOST_IDS]
    addressed = (*envelope_to, *parsed.delivered_to, *(address.email for address in (*parsed.to, *parsed.cc)))
    # Each purpose counts only where we put it, so that what is known from one place opens nothing at another.
    tokens = [_token(address.partition("@")[0], {REPLY, BOUNCE, DELIVERY, TOLD}) for address in addressed[:_MOST_IDS]]
    tokens += [_token(each, {MESSAGE, TOLD_ID}) for each in ids]
    return Clues(
        sender=_author(parsed),
        tokens=tuple(dict.fromkeys(token for token in tokens if token)),
        ids=ids,
        codes=tuple(dict.fromkeys(code.upper() for code in _CODE.findall(parsed.subject[:500])))[:5],
        is_report=parsed.report is not None,
        is_from_daemon=parsed.from_ is None or is_daemon(parsed.from_),
        is_sender_doubtful=is_sender_doubtful,
    )


def _author(parsed: ParsedMail) -> str:
    """Who claims to have written it, by From alone: what an answer goes to proves nothing about the author."""
    codes = {problem.code for problem in parsed.problems}
    if parsed.from_ is None or codes & {"sender_elsewhere", "several_senders"}:
        return ""
    return fold_email(parsed.from_.email)


def _token(text: str, purposes: set[str]) -> Token | None:
    token = read_token(text)
    return token if token and token.purpose in purposes else None


class Placer:
    """Places the mails of one batch, looking up everything they mention in a handful of queries."""

    def __init__(self, all_clues: Iterable[Clues]) -> None:
        clues = list(all_clues)
        self._key = derive(current_account_id(), KEY_PURPOSE)
        self._token_holders = self._load_token_holders({t.named_id for c in clues for t in c.tokens})
        self._sent = self._load_sent({t.named_id for c in clues for t in c.tokens if t.purpose == DELIVERY})
        self._told = self._load_told({t.named_id for c in clues for t in c.tokens if t.purpose in {TOLD, TOLD_ID}})
        self._messages = self._load_messages({i for c in clues for i in c.ids})
        self._coded = {t.code: t for t in Ticket.objects.filter(code__in={code for c in clues for code in c.codes})}
        self._taking_part = self._load_participants(clues)

    def place(self, clues: Clues) -> Placement:
        """Decide for one mail."""
        if (came_back := self._came_back(clues)) is not None:
            return Placement(is_verified=False, came_back=came_back)
        if clues.is_report or self._is_bare_report(clues):
            return self._place_report(clues)
        for ticket, is_proven in self._candidates(clues):
            takes_part = (ticket.id, clues.sender) in self._taking_part
            if takes_part and clues.is_sender_doubtful:
                return self._join(ticket, is_verified=False, warnings=("sender_failed_dmarc",))
            if takes_part:
                return self._join(ticket, is_verified=True)
            if is_proven:
                return self._join(ticket, is_verified=False, warnings=("unverified_sender",))
        warnings = ("sender_failed_dmarc",) if clues.is_sender_doubtful else ()
        return Placement(is_verified=not clues.is_sender_doubtful, warnings=warnings)

    def _join(self, ticket: Ticket, *, is_verified: bool, warnings: tuple[str, ...] = ()) -> Placement:
        if ticket.is_closed:
            return Placement(previous=ticket if is_verified else None, is_verified=is_verified, warnings=warnings)
        return Placement(ticket=ticket, is_verified=is_verified, warnings=warnings)

    def _candidates(self, clues: Clues) -> Iterable[tuple[Ticket, bool]]:
        """Tickets the mail may belong to; true with those a token proves."""
        for token in clues.tokens:
            ticket = self._proven(token, {REPLY, MESSAGE})
            if ticket is not None:
                yield ticket, True
        for internet_id in clues.ids:
            if message := self._messages.get(internet_id):
                yield message.ticket, False
        for code in clues.codes:
            if code in self._coded:
                yield self._coded[code], False

    def _place_report(self, clues: Clues) -> Placement:
        """A delivery report belongs to the ticket of the mail it is about, when a token of that mail proves it.

        Who sends it is never a participant, and a Message-ID alone may be known to anybody.
        """
        for token in clues.tokens:
            bounced = self._bounced_by(token)
            ticket = bounced.ticket if bounced else self._proven(token, {BOUNCE, MESSAGE})
            if ticket is None:
                continue
            if bounced is None:
                bounced = self._bounced(ticket, clues) or (self._newest(ticket) if token.purpose == BOUNCE else None)
            if ticket.is_closed:
                return Placement(previous=ticket, is_verified=False, bounced=bounced)
            return Placement(ticket=ticket, is_verified=False, bounced=bounced)
        return Placement(is_verified=False)

    def _came_back(self, clues: Clues) -> OutgoingMail | None:
        """The mail to somebody of the account that this is about: by where it came to, or a report by what it names.

        Nobody but machines writes to that address, for nobody reads it; whoever answers such a mail is no machine.
        """
        purposes = {TOLD, TOLD_ID} if clues.is_report else {TOLD}
        for token in clues.tokens:
            mail = self._told.get(token.named_id) if token.purpose in purposes else None
            if mail is not None and is_made_for(token, mail):
                return mail
        return None

    def _is_bare_report(self, clues: Clues) -> bool:
        """Whether it is a report by where it came to alone: a mail server's words in a form that is not known.

        A human's programs write to that address too (RFC 3834 section 4), but under the name of that human.
        """
        return clues.is_from_daemon and any(self._bounced_by(token) for token in clues.tokens)

    def _bounced_by(self, token: Token) -> Message | None:
        """The message that a bounce address was truly made for."""
        message = self._sent.get(token.named_id) if token.purpose == DELIVERY else None
        if message is None:
            return None
        first = [person["email"] for person in message.recipients.get("to", [])[:1]]
        bound = Bound(message.account_id, message.ticket_id, message.id, fold_email("".join(first)))
        return message if token.matches(bound, self._key) else None

    def _bounced(self, ticket: Ticket, clues: Clues) -> Message | None:
        ours = [self._messages[each] for each in clues.ids if each in self._messages]
        return next((m for m in ours if m.kind == Message.Kind.OUTGOING and m.ticket_id == ticket.id), None)

    def _newest(self, ticket: Ticket) -> Message | None:
        """What a report is about that names no mail."""
        return Message.objects.filter(ticket=ticket, kind=Message.Kind.OUTGOING).order_by("-at", "-id").first()

    def _proven(self, token: Token, purposes: set[str]) -> Ticket | None:
        """The ticket a token was truly made for."""
        holder = self._token_holders.get(token.named_id)
        if holder is None or token.purpose not in purposes:
            return None
        for address in holder.contact.addresses.all():
            bound = Bound(holder.account_id, holder.ticket_id, holder.id, address.folded)
            if token.matches(bound, self._key):
                ticket: Ticket = holder.ticket
                return ticket
        return None

    def _load_token_holders(self, ids: set[UUID]) -> dict[UUID, Participant]:
        if not ids:
            return {}
        holders = Participant.objects.filter(pk__in=ids).select_related("ticket", "contact")
        return {holder.id: holder for holder in holders.prefetch_related("contact__addresses")}

    def _load_sent(self, ids: set[UUID]) -> dict[UUID, Message]:
        if not ids:
            return {}
        sent = Message.objects.filter(pk__in=ids, kind=Message.Kind.OUTGOING).select_related("ticket")
        return {message.id: message for message in sent}

    def _load_told(self, ids: set[UUID]) -> dict[UUID, OutgoingMail]:
        return OutgoingMail.objects.defer("content").in_bulk(ids) if ids else {}

    def _load_messages(self, ids: set[str]) -> dict[str, Message]:
        if not ids:
            return {}
        known = Message.objects.filter(internet_id__in=ids).select_related("ticket").order_by("at")
        return {message.internet_id: message for message in known}

    def _load_participants(self, clues: list[Clues]) -> set[tuple[UUID, str]]:
        """Which (ticket, sender) pairs are people who take part, verified."""
        tickets = {holder.ticket_id for holder in self._token_holders.values()}
        tickets |= {message.ticket_id for message in self._messages.values()}
        tickets |= {ticket.id for ticket in self._coded.values()}
        if not tickets:
            return set()
        senders = {each.sender for each in clues if each.sender}
        owned: defaultdict[UUID, list[str]] = defaultdict(list)
        for contact_id, folded in ContactAddress.objects.filter(folded__in=senders).values_list("contact_id", "folded"):
            owned[contact_id].append(folded)
        parts = Participant.objects.filter(ticket__in=tickets, contact__in=owned, is_verified=True)
        pairs = parts.values_list("ticket_id", "contact_id")
        return {(ticket, address) for ticket, contact in pairs for address in owned[contact]}
