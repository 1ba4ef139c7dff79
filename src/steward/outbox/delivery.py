"""Handing mail over to a server: outside any transaction, decided anew by the gate at each try."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction

from steward.events.actions import record
from steward.lib import tally
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox import maildir
from steward.outbox.demo_gate import ask_the_account, refuse_restricted
from steward.outbox.models import InstallationMail, OutgoingMail, State
from steward.outbox.restriction import is_about_restricted
from steward.privacy.egress.gate import EgressDenied
from steward.privacy.egress.routes import Route, connector_route, relay_route
from steward.privacy.egress.smtp import DeliveryResult, Envelope, Outcome, deliver
from steward.privacy.keys.cipher import decrypt
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope

logger = logging.getLogger(__name__)

# After the first try: soon, then ever more patiently, for two days in all (RFC 5321 section 4.5.4.1 asks for 4 to 5).
_PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720, 1440, 1440)]
HELD_PAUSE = timedelta(minutes=5)  # a relay may have been set meanwhile
LEASE = timedelta(minutes=15)  # longer than one conversation with a server can last

PARTLY_REFUSED = "partly_refused"  # sent, but not to everybody
_REFUSAL = re.compile(r"([^\s<>]+@[^\s<>]+): \d+ ")  # how a line of `_words` begins

Again = Callable[[UUID, datetime], None]
Leased = TypeVar("Leased", OutgoingMail, InstallationMail)


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

    So is one that is not due: it is when its time has come, or when its time is `due`, the one the job was queued
    for. `again` queues the next try, in the transaction that notes why there is one.
    """
    mail = _claimed(account_id, mail_id, due, again)
    if mail is None:
        return
    try:
        _note(mail, _kept_here(mail) if settings.STEWARD_DEMO else _tried(mail), again)
    except EgressDenied as denied:
        _note(mail, Verdict(State.HELD, reason=f"denied:{denied.reason.value}", pause=HELD_PAUSE), again)
    except (KeyMissing, Tampered) as error:
        logger.error("mail %s cannot be opened: %s", mail.id, type(error).__name__)
        _note(mail, Verdict(State.HELD, reason="unreadable", pause=HELD_PAUSE), again)
    except Exception:
        # A fault of ours, or the disk: given back before the lease ends, for those who wait to see.
        _note(mail, Verdict(State.HELD, reason="fault", pause=HELD_PAUSE), again)
        raise


def _tried(mail: OutgoingMail) -> Verdict:
    if mail.connector and mail.connector.retired_at:
        # Never over the relay instead: the account chose who carries its mail.
        return Verdict(State.HELD, reason="server_retired", pause=HELD_PAUSE)
    route = _route(mail)
    if route is None:
        return Verdict(State.HELD, reason="no_relay", pause=HELD_PAUSE)
    result = deliver(route, _envelope(mail), is_restricted=_is_restricted(mail))
    return verdict_on(result, tries=mail.attempts)


def _is_restricted(mail: OutgoingMail) -> bool:
    with account_scope(mail.account_id):
        return is_about_restricted(mail)


def _route(mail: OutgoingMail) -> Route | None:
    if mail.connector is None:
        return relay_route(mail.account_id)
    with account_scope(mail.account_id):
        return connector_route(mail.connector)


def _claimed(account_id: UUID, mail_id: UUID, due: datetime | None, again: Again) -> OutgoingMail | None:
    with account_scope(account_id):
        mail = OutgoingMail.objects.select_related("connector").filter(pk=mail_id).first()
        if mail is None or mail.next_attempt_at is None or mail.state in {State.SENT, State.FAILED}:
            return None
        return leased(mail, mail.next_attempt_at, due, again)


def leased(mail: Leased, planned: datetime, due: datetime | None, again: Again) -> Leased | None:
    """The mail, counted as tried and ours for the time of a lease: it waits, and its next try is when that ends.

    None when it is not due, or another worker's: of two only one gets it. A job that finds it with another worker looks
    again when the lease ends: its own worker may have died over this mail.
    """
    at = now()
    if planned > at and planned != due:
        if mail.state == State.WAITING:
            again(mail.id, planned)
        return None
    claimed = type(mail).objects.filter(pk=mail.pk, state=mail.state, next_attempt_at=planned)
    mail.next_attempt_at = at + LEASE
    columns = {"state": State.WAITING, "next_attempt_at": mail.next_attempt_at, "attempts": mail.attempts + 1}
    return mail if claimed.update(**columns) else None


def _envelope(mail: OutgoingMail) -> Envelope:
    content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    return Envelope(mail.envelope_from, tuple(mail.envelope_to), content)


def _kept_here(mail: OutgoingMail) -> Verdict:
    """In the demo no mail leaves the machine: it goes to the Maildir behind the outbox page. Raises `EgressDenied`."""
    if mail.connector_id is None:
        ask_the_account(mail.account_id)
    if _is_restricted(mail):
        refuse_restricted(mail.account_id)
    envelope = _envelope(mail)
    slug = Account.objects.values_list("slug", flat=True).get(pk=mail.account_id)
    maildir.keep(envelope.message, envelope_from=envelope.sender, envelope_to=envelope.recipients, account=slug)
    return Verdict(State.SENT, reason="kept_here")


def verdict_on(result: DeliveryResult, *, tries: int) -> Verdict:
    """What the server's answer means for the mail after so many earlier tries."""
    waiting = tuple(address for address, no in result.refused.items() if no.outcome is Outcome.TEMPORARY)
    words = _words(result)
    if result.outcome is Outcome.PERMANENT:
        return Verdict(State.FAILED, reason=result.stage.value, words=words)
    if result.outcome is Outcome.SENT and not waiting:
        return Verdict(State.SENT, reason=PARTLY_REFUSED if result.refused else "", words=words)
    if tries >= len(_PAUSES):
        return Verdict(State.FAILED, reason="tried_too_often", words=words)
    remaining = waiting if result.outcome is Outcome.SENT else ()
    return Verdict(State.DEFERRED, reason=result.stage.value, words=words, pause=_PAUSES[tries], remaining=remaining)


def _with_earlier(verdict: Verdict, mail: OutgoingMail) -> Verdict:
    """The verdict with the refusals of earlier tries: whom those were for is not tried again, and nobody else told."""
    earlier = _settled(mail)
    if not earlier:
        return verdict
    if verdict.state is not State.SENT:
        return replace(verdict, words="\n".join([*earlier, verdict.words]).rstrip("\n"))
    now_refused = [verdict.words] if verdict.reason == PARTLY_REFUSED else []
    return replace(verdict, reason=PARTLY_REFUSED, words="\n".join([*earlier, *now_refused]))


def _settled(mail: OutgoingMail) -> list[str]:
    """The refusals noted so far, one a line, of those who are no longer among the recipients."""
    found = ((line, _REFUSAL.match(line)) for line in mail.server_words.splitlines())
    return [line for line, refusal in found if refusal and refusal[1] not in mail.envelope_to]


def _words(result: DeliveryResult) -> str:
    if result.refused:
        return "\n".join(f"{address}: {no.code} {no.words}" for address, no in result.refused.items())
    return f"{result.code} {result.words}".strip() if result.code else result.words


def _note(mail: OutgoingMail, verdict: Verdict, again: Again) -> None:
    """Write down what became of the mail, and queue the next try.

    A lease that ran out meanwhile may be another worker's now, who goes on; that a server took the mail counts always.
    """
    at = now()
    verdict = _with_earlier(verdict, mail)
    next_attempt_at = at + verdict.pause if verdict.pause else None
    columns: dict[str, Any] = {"envelope_to": list(verdict.remaining)} if verdict.remaining else {}
    if verdict.state is State.HELD:
        columns["attempts"] = 0  # no server was asked: the patience with servers begins when there is one
    with upkeep_scope(mail.account_id):  # what has left has left, also where the account was terminated meanwhile
        tried = OutgoingMail.objects.filter(pk=mail.pk).exclude(state=State.SENT)
        if verdict.state is not State.SENT:
            tried = tried.filter(state=State.WAITING, next_attempt_at=mail.next_attempt_at)
        is_noted = tried.update(
            state=verdict.state,
            reason=verdict.reason,
            server_words=verdict.words,
            next_attempt_at=next_attempt_at,
            finished_at=None if next_attempt_at else at,
            **columns,
        )
        if is_noted and verdict.state is State.SENT:
            transaction.on_commit(partial(tally.count, "mails_out"))
        if is_noted and verdict.state != mail.state:
            told = {"purpose": mail.purpose, "from": mail.state, "reason": verdict.reason}
            record(f"mail.{verdict.state}", mail, actor=SYSTEM, changes=told)
        if is_noted and next_attempt_at:
            again(mail.id, next_attempt_at)
