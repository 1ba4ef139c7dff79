"""From the spool to ticket messages, a batch of one account at a time.

One transaction takes the mails from the queue, writes everything that comes of them and removes them from the queue:
however a worker dies, each mail yields exactly one message.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import accumulate
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from steward.channels.email import spool
from steward.channels.email.models import Arrival, MailAccount, RawMail
from steward.channels.email.parsing import ParsedMail, Problem, parse_minimal
from steward.channels.email.parsing.reports import report_in_words
from steward.channels.email.privacy_addresses import PRIVACY_ADDRESS
from steward.channels.email.recipients import base_address
from steward.channels.email.threading import Clues, Placement, Placer, clues_of
from steward.channels.email.verdicts import Verdict, verdict_on
from steward.lib.clock import now
from steward.outbox.actions import note_bounce
from steward.people.models import Department
from steward.tenancy.scope import account_scope
from steward.tickets.actions import receive_messages
from steward.tickets.conversation import Correspondent, IncomingMessage, NewAttachment
from steward.tickets.models import Message

logger = logging.getLogger(__name__)

BATCH = 100
_MOST_BYTES = 16 * 2**20  # of one batch; two of them are in memory at once, some of it several times
_PATIENCE = 5  # tries before a mail is stored in its simplest form
_PAUSE = timedelta(seconds=10)
_FAILED = "failed_to_store"
_REFUSED = "refused_too_large"
_MOST_WORDS = 64 * 1024  # of a report in a form that is not known

Parse = Callable[[bytes], ParsedMail]


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail from the spool, understood."""

    arrival: Arrival
    raw: RawMail
    parsed: ParsedMail
    verdict: Verdict
    clues: Clues
    content: bytes = field(repr=False)


def receive_waiting(account_id: UUID, parse: Parse, *, limit: int = BATCH) -> int:
    """Turn waiting mails of an account into messages; returns how many left the queue."""
    return receive(account_id, read_waiting(account_id, parse, limit=limit))


def read_waiting(
    account_id: UUID, parse: Parse, *, limit: int = BATCH, beside: Collection[UUID] = ()
) -> list[ReadMail]:
    """The next mails of an account, understood, without those whose arrivals have the ids `beside`.

    Nothing is locked meanwhile, and nothing stored: the next batch can be read while the last one is being stored.
    """
    with account_scope(account_id):
        waiting = Arrival.objects.filter(account_id=account_id, not_before__lte=now()).exclude(pk__in=beside)
        arrivals = _as_many_as_fit(list(waiting.order_by("id")[:limit]))
        raws = RawMail.objects.in_bulk([arrival.raw_id for arrival in arrivals])
        ours = MailAccount.objects.all() if arrivals else []
        trusted = {address: m.trusted_authserv for m in ours for address in (m.address, m.forwarded_to) if address}
        # Without its mail nothing can come of an entry in the queue: the account was deleted meanwhile.
        Arrival.objects.filter(pk__in=[a.pk for a in arrivals if a.raw_id not in raws]).delete()
    known = [(arrival, raws[arrival.raw_id]) for arrival in arrivals if arrival.raw_id in raws]
    mails = (_read(arrival, raw, parse, trusted) for arrival, raw in known)
    return _until_one_answers_another(mail for mail in mails if mail)


def _as_many_as_fit(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The first ones up to `_MOST_BYTES` of mail, and at least one."""
    sizes = dict(RawMail.objects.filter(pk__in=[a.raw_id for a in arrivals]).values_list("pk", "size"))
    total = list(accumulate(sizes.get(arrival.raw_id, 0) for arrival in arrivals))
    return [arrival for number, arrival in enumerate(arrivals) if number == 0 or total[number] <= _MOST_BYTES]


def receive(account_id: UUID, mails: Sequence[ReadMail]) -> int:
    """Store mails that were read; returns how many left the queue. Those that somebody else stores are passed over.

    When the batch fails it is done again one mail at a time, so that one bad mail harms no other.
    """
    if not mails:
        return 0
    try:
        return _receive(account_id, mails)
    except Exception as error:
        if _is_database_away(error):
            raise  # the loop waits for it
        # Whatever one mail does to us, the others go on; nothing is swallowed: it is logged and tried again.
        if len(mails) > 1:
            logger.warning("a batch of %d mails failed, going on one by one", len(mails), exc_info=True)
            return sum(receive(account_id, [mail]) for mail in mails)
        return _set_aside(account_id, mails[0])


def _is_database_away(error: Exception) -> bool:
    """Whether the database is to blame and no mail: it cannot be reached, stops, or is out of room (08, 57P, 53)."""
    if isinstance(error, InterfaceError):
        return True
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state.startswith(("08", "57P", "53")))


def _receive(account_id: UUID, mails: Sequence[ReadMail]) -> int:
    with account_scope(account_id):
        _one_worker_at_a_time(account_id)
        taken = _taken([mail.arrival.pk for mail in mails])
        if taken and _is_earlier_mail_waiting(account_id, taken):
            return 0  # another worker has read it: an answer must not be stored before what it answers
        if taken:
            _store([mail for mail in mails if mail.arrival.pk in taken])
            Arrival.objects.filter(pk__in=taken).delete()
        return len(taken)


def _one_worker_at_a_time(account_id: UUID) -> None:
    """Until the transaction ends: what one stores the next must find, for threads and for the same mail twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"intake {account_id}"])


def _is_earlier_mail_waiting(account_id: UUID, taken: Collection[UUID]) -> bool:
    earlier = Arrival.objects.filter(account_id=account_id, not_before__lte=now(), id__lt=max(taken))
    return earlier.exclude(pk__in=taken).exists()


def _taken(arrivals: Sequence[UUID]) -> set[UUID]:
    """Those of the mails that are still waiting, and ours until the transaction ends."""
    waiting = Arrival.objects.filter(pk__in=arrivals).select_for_update(no_key=True, skip_locked=True)
    return set(waiting.values_list("pk", flat=True))


def _read(arrival: Arrival, raw: RawMail, parse: Parse, trusted: Mapping[str, str]) -> ReadMail | None:
    """The mail understood, after too many tries in its simplest form; None when it has to wait for another try."""
    is_last = arrival.attempts + 1 >= _PATIENCE
    for way in (parse, _simplest) if is_last else (parse,):
        try:
            return _understood(arrival, raw, way, trusted)
        except Exception:
            # Whatever one mail does to us, the others go on; nothing is swallowed: it is logged and tried again.
            logger.exception("mail %s could not be read at try %d", raw.id, arrival.attempts + 1)
    _postpone(arrival)
    return None


def _understood(arrival: Arrival, raw: RawMail, parse: Parse, trusted: Mapping[str, str]) -> ReadMail:
    content = spool.read(raw)
    parsed = _with_size(raw, parse(content))
    verdict = verdict_on(raw, parsed, trusted)
    clues = clues_of(parsed, raw.envelope_to, is_sender_doubtful=verdict.is_sender_doubtful)
    return ReadMail(arrival, raw, parsed, verdict, clues, content)


def _with_size(raw: RawMail, parsed: ParsedMail) -> ParsedMail:
    """Of a mail that is too large only the beginning is here: what is cut off in it are no faults and no files."""
    size = raw.client.get(spool.TOO_LARGE)
    if size is None:
        return parsed
    # What a mailbox holds stays there; everything else was refused, and is with its sender.
    code = "too_large" if raw.source == RawMail.Source.IMAP else _REFUSED
    return replace(parsed, attachments=(), signed=(), problems=(Problem(code, size),))


def _until_one_answers_another(mails: Iterable[ReadMail]) -> list[ReadMail]:
    """The mails up to one that refers to another before it: that one must be stored first, to be found."""
    seen: set[str] = set()
    batch: list[ReadMail] = []
    for mail in mails:
        if seen.intersection(mail.clues.ids) or mail.parsed.message_id in seen:
            break
        if mail.parsed.message_id:
            seen.add(mail.parsed.message_id)
        batch.append(mail)
    return batch


def _store(mails: Sequence[ReadMail]) -> None:
    known = _known_already(mails)
    new = [mail for mail in mails if mail.raw.id not in known]
    placer = Placer([mail.clues for mail in new])
    departments = _Departments()
    # Two mails for one ticket go one after the other: the second continues what the first left.
    placed = [(mail, _placed(mail, placer)) for mail in new]
    _note_what_came_back(placed)
    for wave in _waves([(mail, placement) for mail, placement in placed if placement.came_back is None]):
        messages = receive_messages([_incoming(mail, placement, departments) for mail, placement in wave])
        _link(wave, messages)
        for mail, placement in wave:
            _note_bounce(mail, placement)
    RawMail.objects.filter(pk__in=known).update(state=RawMail.State.KNOWN)


def _placed(mail: ReadMail, placer: Placer) -> Placement:
    """Where the mail belongs. What was refused is nobody's proven word: its signature cannot be checked any more."""
    placement = placer.place(mail.clues)
    if placement.is_verified and _has_problem(mail.parsed, _REFUSED):
        return replace(placement, is_verified=False, previous=None)
    return placement


def _known_already(mails: Sequence[ReadMail]) -> set[UUID]:
    """Mails that came before by another way: the same Message-ID *and* the same body."""
    digests = {bytes(mail.raw.body_digest) for mail in mails if mail.parsed.message_id}
    taken = RawMail.objects.filter(body_digest__in=digests, state=RawMail.State.TAKEN, message__isnull=False)
    before = {(bytes(d), i) for d, i in taken.values_list("body_digest", "message__internet_id")}
    return {
        mail.raw.id
        for mail in mails
        if mail.parsed.message_id and (bytes(mail.raw.body_digest), mail.parsed.message_id) in before
    }


def _waves(placed: list[tuple[ReadMail, Placement]]) -> list[list[tuple[ReadMail, Placement]]]:
    waves: list[list[tuple[ReadMail, Placement]]] = []
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
        rows = MailAccount.objects.values_list("address", "forwarded_to", "department_id", "is_privacy_address")
        self._by_address = {address: row[2] for row in rows for address in row[:2] if address}
        self._of_privacy = {address for row in rows if row[3] for address in row[:2] if address}
        self._default = Department.objects.order_by("-is_default", "name").values_list("id", flat=True)[:1].get()

    def of(self, envelope_to: Sequence[str]) -> UUID:
        for address in envelope_to:
            if found := self._by_address.get(base_address(address)):
                return found
        return self._default

    def is_of_privacy(self, envelope_to: Sequence[str]) -> bool:
        """Whether it was sent to an address at which people ask for their rights."""
        return any(base_address(address) in self._of_privacy for address in envelope_to)


def _incoming(mail: ReadMail, placement: Placement, departments: _Departments) -> IncomingMessage:
    parsed, verdict = mail.parsed, mail.verdict
    sender = parsed.from_ or parsed.sender
    return IncomingMessage(
        sender=Correspondent(sender.name, sender.email) if sender else Correspondent("", mail.raw.envelope_from),
        subject=parsed.subject,
        body_html=parsed.body.html,
        body_text=parsed.body.text,
        own_words=parsed.body.visible,
        is_html=parsed.body.type == "html",
        language=parsed.language,
        department_id=departments.of(mail.raw.envelope_to),
        at=mail.raw.received_at,
        ticket=placement.ticket,
        previous=placement.previous,
        recipients=_recipients(parsed),
        internet_id=parsed.message_id,
        attachments=_attachments(mail),
        is_automatic=placement.bounced is not None or _is_automatic(mail),
        is_verified=placement.is_verified,
        findings={
            "authentication": verdict.as_json(),
            "warnings": list(placement.warnings),
            "problems": [[problem.code, problem.detail] for problem in parsed.problems],
            "automatic": parsed.automatic.reason,
        }
        | ({PRIVACY_ADDRESS: True} if departments.is_of_privacy(mail.raw.envelope_to) else {}),
    )


def _is_automatic(mail: ReadMail) -> bool:
    """Whether no human wrote it. Only SMTP tells the envelope sender; there the null sender marks robots.

    Our own mark alone says so only when it is that of the same account: who answers from the console of another one is
    a human, whose answer must reopen the ticket.
    """
    has_null_sender = mail.raw.source == RawMail.Source.SMTP and not mail.raw.envelope_from
    if has_null_sender or mail.parsed.report is not None:
        return True
    if mail.parsed.automatic.reason == "own_mark":
        return mail.parsed.our_mark == str(mail.raw.account_id)
    return mail.parsed.automatic.is_automatic


def _recipients(parsed: ParsedMail) -> dict[str, list[dict[str, str]]]:
    return {
        role: [{"name": address.name, "email": address.email} for address in addresses]
        for role, addresses in (("to", parsed.to), ("cc", parsed.cc), ("reply_to", parsed.reply_to))
    }


def _attachments(mail: ReadMail) -> tuple[NewAttachment, ...]:
    attached = [
        NewAttachment(a.filename, a.content, a.content_type, a.content_id, a.inline) for a in mail.parsed.attachments
    ]
    attached += [NewAttachment("signed-part.eml", part, "message/rfc822") for part in _signed(mail)]
    if mail.parsed.problems:
        # Whatever could not be read as sent can be had as it came.
        name = "beginning.eml" if spool.TOO_LARGE in mail.raw.client else "original.eml"
        attached.append(NewAttachment(name, mail.content, "message/rfc822"))
    return tuple(attached)


def _signed(mail: ReadMail) -> Iterator[bytes]:
    """What a detached signature covers, for whoever checks it: the signature itself is attached as it came.

    Signed is the form with CRLF (RFC 8551 section 3.1.1, RFC 3156 section 5); a pipe may have taken the CR away.
    """
    for start, end in mail.parsed.signed:
        part = mail.content[start:end]
        yield part if b"\r\n" in part else part.replace(b"\n", b"\r\n")


_LINK = """
UPDATE email_rawmail AS raw SET state = 'taken', message_id = new.message
  FROM unnest(%s::uuid[], %s::uuid[]) AS new (id, message) WHERE raw.id = new.id
"""


def _link(wave: Sequence[tuple[ReadMail, Placement]], messages: Sequence[Message]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LINK, [[mail.raw.id for mail, _ in wave], [message.id for message in messages]])


def _note_bounce(mail: ReadMail, placement: Placement) -> None:
    """A report that came to the address we made for that mail is believed: it did not arrive where the report says."""
    bounced = placement.bounced
    if bounced is None or bounced.outgoing_id is None:
        return
    report = mail.parsed.report or report_in_words(mail.parsed.subject, mail.parsed.body.text[:_MOST_WORDS])
    if report.action == "failed":
        recipients = [person["email"] for role in ("to", "cc") for person in bounced.recipients.get(role, [])]
        whom = {address.lower() for address in (report.original_recipient, report.recipient)}
        known = next((address for address in recipients if address.lower() in whom), report.recipient)
        note_bounce(bounced.outgoing_id, recipients=recipients, bounced=known, words=report.diagnostic)


def _note_what_came_back(placed: Sequence[tuple[ReadMail, Placement]]) -> None:
    """Reports about mail to people of the account are noted at that mail; they are nobody's ticket."""
    reports = [(mail, placement.came_back) for mail, placement in placed if placement.came_back is not None]
    for mail, told in reports:
        report = mail.parsed.report
        if report is None and mail.clues.is_from_daemon:
            report = report_in_words(mail.parsed.subject, mail.parsed.body.text[:_MOST_WORDS])
        if report is not None and report.action == "failed":
            note_bounce(told.id, recipients=told.envelope_to, bounced=told.envelope_to[0], words=report.diagnostic)
    for mail, told in reports:
        RawMail.objects.filter(pk=mail.raw.id).update(state=RawMail.State.BOUNCE, returned=told)


def _set_aside(account_id: UUID, mail: ReadMail) -> int:
    """A mail failed on its own: try it again later, at last in its simplest form."""
    logger.exception("mail %s failed at try %d", mail.raw.id, mail.arrival.attempts + 1)
    _postpone(mail.arrival)
    if mail.arrival.attempts + 1 < _PATIENCE or _has_problem(mail.parsed, _FAILED):
        return 0
    return receive(account_id, [_understood(mail.arrival, mail.raw, _simplest, {})])


def _postpone(arrival: Arrival) -> None:
    """Later, each time a little more so. The queue has no account's wall: this needs no scope."""
    tries = arrival.attempts + 1
    Arrival.objects.filter(pk=arrival.pk).update(attempts=tries, not_before=now() + _PAUSE * tries)


def _has_problem(parsed: ParsedMail, code: str) -> bool:
    return any(problem.code == code for problem in parsed.problems)


def _simplest(content: bytes) -> ParsedMail:
    """Only who and what about; the mail itself is attached."""
    return parse_minimal(content, _FAILED)


__all__ = ["BATCH", "ReadMail", "read_waiting", "receive", "receive_waiting"]
