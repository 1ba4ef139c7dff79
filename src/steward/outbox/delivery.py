"""Handing mail over to a server: outside any transaction, decided anew by the gate at each try."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from steward.lib.clock import now
from steward.outbox import maildir
from steward.outbox.models import OutgoingMail, State
from steward.privacy.egress.gate import EgressDenied
from steward.privacy.egress.routes import connector_route, relay_route
from steward.privacy.egress.smtp import DeliveryResult, Envelope, Outcome, deliver
from steward.privacy.keys.cipher import decrypt
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

# After the first try: soon, then ever more patiently, for two days in all (RFC 5321 section 4.5.4.1 asks for 4 to 5).
_PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 1440, 1440)]
_HELD_PAUSE = timedelta(minutes=5)  # a relay may have been set meanwhile


Again = Callable[[UUID, datetime], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state a try left the mail in; with a pause it is tried again, for `remaining` recipients when given."""

    state: State
    reason: str = ""
    words: str = ""
    pause: timedelta | None = None
    remaining: tuple[str, ...] = ()


def attempt(account_id: UUID, mail_id: UUID, *, again: Again, due: datetime | None = None) -> None:
    """Try one mail once and note what came of it. One that was sent or failed for good is left alone.

    So is one that is due at another time than `due`, when that is given. `again` queues the next try, in the
    transaction that notes why there is one.
    """
    mail = _claimed(account_id, mail_id, due)
    if mail is None:
        return
    if settings.STEWARD_DEMO:
        _keep_here(mail)
        return
    with account_scope(account_id):
        route = connector_route(mail.connector) if mail.connector else relay_route(account_id)
    if route is None:
        _note(mail, Verdict(State.HELD, reason="no_relay", pause=_HELD_PAUSE), again)
        return
    try:
        result = deliver(route, _envelope(mail))
    except EgressDenied as denied:
        _note(mail, Verdict(State.HELD, reason=f"denied:{denied.reason.value}", pause=_HELD_PAUSE), again)
    else:
        _note(mail, verdict_on(result, tries=mail.attempts), again)


def _claimed(account_id: UUID, mail_id: UUID, due: datetime | None) -> OutgoingMail | None:
    """The mail, counted as tried: of two workers that hold a job for it only one gets it."""
    with account_scope(account_id):
        mail = OutgoingMail.objects.select_related("connector").filter(pk=mail_id).first()
        if mail is None or mail.state in {State.SENT, State.FAILED}:
            return None
        if due is not None and mail.next_attempt_at != due:
            return None  # another job has taken over
        tried = OutgoingMail.objects.filter(pk=mail_id, attempts=mail.attempts).update(attempts=mail.attempts + 1)
        return mail if tried else None


def _envelope(mail: OutgoingMail) -> Envelope:
    content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    return Envelope(mail.envelope_from, tuple(mail.envelope_to), content)


def _keep_here(mail: OutgoingMail) -> None:
    """In the demo no mail leaves the machine: it goes to the Maildir behind the outbox page."""
    envelope = _envelope(mail)
    slug = Account.objects.values_list("slug", flat=True).get(pk=mail.account_id)
    maildir.keep(envelope.message, envelope_from=envelope.sender, envelope_to=envelope.recipients, account=slug)
    _note(mail, Verdict(State.SENT, reason="kept_here"), _never)


def verdict_on(result: DeliveryResult, *, tries: int) -> Verdict:
    """What the server's answer means for the mail after so many earlier tries."""
    waiting = tuple(address for address, no in result.refused.items() if no.outcome is Outcome.TEMPORARY)
    words = _words(result)
    if result.outcome is Outcome.PERMANENT:
        return Verdict(State.FAILED, reason=result.stage.value, words=words)
    if result.outcome is Outcome.SENT and not waiting:
        return Verdict(State.SENT, reason="partly_refused" if result.refused else "", words=words)
    if tries >= len(_PAUSES):
        return Verdict(State.FAILED, reason="tried_too_often", words=words)
    remaining = waiting if result.outcome is Outcome.SENT else ()
    return Verdict(State.DEFERRED, reason=result.stage.value, words=words, pause=_PAUSES[tries], remaining=remaining)


def _words(result: DeliveryResult) -> str:
    if result.refused:
        return "\n".join(f"{address}: {no.code} {no.words}" for address, no in result.refused.items())
    return f"{result.code} {result.words}".strip() if result.code else result.words


def _note(mail: OutgoingMail, verdict: Verdict, again: Again) -> None:
    """Write down what became of the mail, and queue the next try."""
    at = now()
    next_attempt_at = at + verdict.pause if verdict.pause else None
    columns: dict[str, Any] = {"envelope_to": list(verdict.remaining)} if verdict.remaining else {}
    if verdict.state is State.HELD:
        columns["attempts"] = 0  # no server was asked: the patience with servers begins when there is one
    with account_scope(mail.account_id):
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state=verdict.state,
            reason=verdict.reason,
            server_words=verdict.words,
            next_attempt_at=next_attempt_at,
            finished_at=None if next_attempt_at else at,
            **columns,
        )
        if next_attempt_at:
            again(mail.id, next_attempt_at)


def _never(_mail_id: UUID, _at: datetime) -> None:
    raise AssertionError("a mail that was kept is not tried again")
