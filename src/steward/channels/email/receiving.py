"""From the spool to ticket messages, a batch of one account at a time.

One transaction takes the mails from the queue, writes everything that comes of them and removes them from the queue:
however a worker dies, each mail yields exactly one message.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from steward.channels.email import spool
from steward.channels.email.mailbox_reading import TOO_LARGE
from steward.channels.email.models import Arrival, MailAccount, RawMail
from steward.channels.email.parsing import ParsedMail, Problem, parse_minimal
from steward.channels.email.recipients import base_address
from steward.channels.email.threading import Clues, Placement, Placer, clues_of
from steward.channels.email.verdicts import Verdict, verdict_on
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.people.models import Department
from steward.tenancy.scope import account_scope
from steward.tickets.actions import receive_messages
from steward.tickets.conversation import Correspondent, IncomingMessage, NewAttachment
from steward.tickets.models import Message

logger = logging.getLogger(__name__)

BATCH = 25
_PATIENCE = 5  # tries before a mail is stored in its simplest form
_PAUSE = timedelta(seconds=10)

Parse = Callable[[bytes], ParsedMail]


@dataclass(frozen=True, slots=True)
class _Read:
    """A mail from the spool, understood."""

    arrival: Arrival
    raw: RawMail
    parsed: ParsedMail
    verdict: Verdict
    clues: Clues
    content: bytes


def receive_waiting(account_id: UUID, parse: Parse, *, limit: int = BATCH) -> int:
    """Turn waiting mails of an account into messages; returns how many left the queue.

    When the batch fails it is done again one mail at a time, so that one bad mail harms no other.
    """
    try:
        return _receive(account_id, parse, limit)
    except (InterfaceError, OperationalError):
        raise  # the database itself: the loop waits for it
    except Exception:
        # Whatever one mail does to us, the others go on; nothing is swallowed: it is logged and tried again.
        if limit == 1:
            return _set_aside(account_id, parse)
        logger.warning("a batch of %d mails failed, going on one by one", limit, exc_info=True)
        return sum(receive_waiting(account_id, parse, limit=1) for _ in range(limit))


def _receive(account_id: UUID, parse: Parse, limit: int) -> int:
    with account_scope(account_id):
        arrivals = _taken(account_id, limit)
        if not arrivals:
            return 0
        mails = _until_one_answers_another(_read(arrivals, parse))
        _store(mails)
        Arrival.objects.filter(pk__in=[mail.arrival.pk for mail in mails]).delete()
        return len(mails)


def _taken(account_id: UUID, limit: int) -> list[Arrival]:
    waiting = Arrival.objects.filter(account_id=account_id, not_before__lte=now())
    return list(waiting.select_for_update(skip_locked=True).order_by("id")[:limit])


def _read(arrivals: Sequence[Arrival], parse: Parse) -> list[_Read]:
    raws = RawMail.objects.in_bulk([arrival.raw_id for arrival in arrivals])
    trusted = {m.address: m.trusted_authserv for m in MailAccount.objects.all()}
    mails = []
    for arrival in arrivals:
        raw = raws[arrival.raw_id]
        content = spool.read(raw)
        parsed = _with_size(raw, content, parse(content))
        verdict = verdict_on(raw, parsed, trusted)
        clues = clues_of(parsed, raw.envelope_to, is_sender_doubtful=verdict.is_sender_doubtful)
        mails.append(_Read(arrival, raw, parsed, verdict, clues, content))
    return mails


def _with_size(raw: RawMail, content: bytes, parsed: ParsedMail) -> ParsedMail:
    """A mailbox held more than we take: only the header came, and the stub tells how large the mail is."""
    if raw.source != RawMail.Source.IMAP or not content.startswith(f"{TOO_LARGE}: ".encode()):
        return parsed
    size = content.partition(b"\r\n")[0].partition(b": ")[2].decode("ascii", "replace")
    return replace(parsed, problems=(*parsed.problems, Problem("too_large", size)))


def _until_one_answers_another(mails: list[_Read]) -> list[_Read]:
    """The mails up to one that refers to another before it: that one must be stored first, to be found."""
    seen: set[str] = set()
    for position, mail in enumerate(mails):
        if seen.intersection(mail.clues.ids) or mail.parsed.message_id in seen:
            return mails[:position]
        if mail.parsed.message_id:
            seen.add(mail.parsed.message_id)
    return mails


def _store(mails: Sequence[_Read]) -> None:
    known = _known_already(mails)
    new = [mail for mail in mails if mail.raw.id not in known]
    placer = Placer([mail.clues for mail in new])
    departments = _Departments()
    # Two mails for one ticket go one after the other: the second continues what the first left.
    for wave in _waves([(mail, placer.place(mail.clues)) for mail in new]):
        messages = receive_messages([_incoming(mail, placement, departments) for mail, placement in wave])
        _link(wave, messages)
        for mail, placement in wave:
            _note_bounce(mail, placement)
    RawMail.objects.filter(pk__in=known).update(state=RawMail.State.KNOWN)


def _known_already(mails: Sequence[_Read]) -> set[UUID]:
    """Mails that came before by another way: the same Message-ID *and* the same body."""
    digests = {bytes(mail.raw.body_digest) for mail in mails if mail.parsed.message_id}
    taken = RawMail.objects.filter(body_digest__in=digests, state=RawMail.State.TAKEN, message__isnull=False)
    before = {(bytes(d), i) for d, i in taken.values_list("body_digest", "message__internet_id")}
    return {
        mail.raw.id
        for mail in mails
        if mail.parsed.message_id and (bytes(mail.raw.body_digest), mail.parsed.message_id) in before
    }


def _waves(placed: list[tuple[_Read, Placement]]) -> list[list[tuple[_Read, Placement]]]:
    waves: list[list[tuple[_Read, Placement]]] = []
    for mail, placement in placed:
        for wave in waves:
            if placement.ticket is None or all(other.ticket != placement.ticket for _, other in wave):
                wave.append((mail, placement))
                break
        else:
            waves.append([(mail, placement)])
    return waves


class _Departments:
    """Which department a mail is for: that of the first address it was sent to."""

    def __init__(self) -> None:
        self._by_address = dict(MailAccount.objects.values_list("address", "department_id"))
        self._default = Department.objects.order_by("-is_default", "name").values_list("id", flat=True)[:1].get()

    def of(self, envelope_to: Sequence[str]) -> UUID:
        for address in envelope_to:
            if found := self._by_address.get(base_address(address)):
                return found
        return self._default


def _incoming(mail: _Read, placement: Placement, departments: _Departments) -> IncomingMessage:
    parsed, verdict = mail.parsed, mail.verdict
    sender = parsed.from_ or parsed.sender
    return IncomingMessage(
        sender=Correspondent(sender.name, sender.email) if sender else Correspondent("", mail.raw.envelope_from),
        subject=parsed.subject,
        body_html=parsed.body.html,
        body_text=parsed.body.text,
        own_words=parsed.body.visible,
        is_html=parsed.body.type == "html",
        department_id=departments.of(mail.raw.envelope_to),
        at=mail.raw.received_at,
        ticket=placement.ticket,
        previous=placement.previous,
        recipients=_recipients(parsed),
        internet_id=parsed.message_id,
        attachments=_attachments(mail),
        is_automatic=_is_automatic(mail),
        is_verified=placement.is_verified,
        findings={
            "authentication": verdict.as_json(),
            "warnings": list(placement.warnings),
            "problems": [[problem.code, problem.detail] for problem in parsed.problems],
            "automatic": parsed.automatic.reason,
        },
    )


def _is_automatic(mail: _Read) -> bool:
    """Whether no human wrote it. Only SMTP tells the envelope sender; there the null sender marks robots."""
    has_null_sender = mail.raw.source == RawMail.Source.SMTP and not mail.raw.envelope_from
    return has_null_sender or mail.parsed.automatic.is_automatic or mail.parsed.report is not None


def _recipients(parsed: ParsedMail) -> dict[str, list[dict[str, str]]]:
    return {
        role: [{"name": address.name, "email": address.email} for address in addresses]
        for role, addresses in (("to", parsed.to), ("cc", parsed.cc), ("reply_to", parsed.reply_to))
    }


def _attachments(mail: _Read) -> tuple[NewAttachment, ...]:
    attached = [
        NewAttachment(a.filename, a.content, a.content_type, a.content_id, a.inline) for a in mail.parsed.attachments
    ]
    if mail.parsed.problems:
        # Whatever could not be read as sent can be had as it came.
        attached.append(NewAttachment("original.eml", mail.content, "message/rfc822"))
    return tuple(attached)


_LINK = """
UPDATE email_rawmail AS raw SET state = 'taken', message_id = new.message
  FROM unnest(%s::uuid[], %s::uuid[]) AS new (id, message) WHERE raw.id = new.id
"""


def _link(wave: Sequence[tuple[_Read, Placement]], messages: Sequence[Message]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [[mail.raw.id for mail, _ in wave], [message.id for message in messages]])


def _note_bounce(mail: _Read, placement: Placement) -> None:
    """A report that came to the address we made for that mail is believed: the mail did not arrive."""
    report, bounced = mail.parsed.report, placement.bounced
    if report is None or bounced is None or bounced.outgoing_id is None:
        return
    if report.action == "failed":
        OutgoingMail.objects.filter(pk=bounced.outgoing_id).update(
            state=State.FAILED, reason="bounced", server_words=report.diagnostic[:500], finished_at=now()
        )


def _set_aside(account_id: UUID, parse: Parse) -> int:
    """The first waiting mail failed on its own: try it again later, at last in its simplest form."""
    with account_scope(account_id):
        taken = _taken(account_id, 1)
        if not taken:
            return 0
        [arrival] = taken
        logger.exception("mail %s failed at try %d", arrival.raw_id, arrival.attempts + 1)
        columns: dict[str, Any] = {
            "attempts": arrival.attempts + 1,
            "not_before": now() + _PAUSE * (arrival.attempts + 1),
        }
        Arrival.objects.filter(pk=arrival.pk).update(**columns)
    if arrival.attempts + 1 < _PATIENCE or parse is _simplest:
        return 0
    Arrival.objects.filter(pk=arrival.pk).update(not_before=now())
    return _receive_simplest(account_id)


def _receive_simplest(account_id: UUID) -> int:
    return receive_waiting(account_id, _simplest, limit=1)


def _simplest(content: bytes) -> ParsedMail:
    """Only who and what about; the mail itself is attached."""
    return parse_minimal(content, "failed_to_store")


__all__ = ["BATCH", "receive_waiting"]
