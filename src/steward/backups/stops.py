"""Not using again, on a restored database, what was stopped after the backup was made.

An objection to a subprocessor, the end of an instruction to use a server or service, and that a person's data are only
kept (GDPR article 18), that they want no direct mail (article 21) or took a consent back (article 7(3)) are rows of the
database: an older one knows nothing of them, and what was stopped would leave again. So they are written down in the
ledger, too, by keys and ids: never with a reason in words, a name or an address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from steward.backups.marketing import MARKETING, take_back_again, there_again
from steward.backups.withdrawals import CONSENT, note_withdrawal, standing_again, withdraw_again
from steward.contacts.models import Contact
from steward.contacts.restriction import object_to_mail, restrict_contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress import environment
from steward.privacy.egress.authorising import object_to, refuse
from steward.privacy.egress.connectors import retire_connector
from steward.privacy.egress.models import Authorisation, Connector
from steward.privacy.erasure.ledger import stops, write_stop
from steward.privacy.erasure.ledger_lines import Stopped
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

ENGAGEMENT, CONNECTOR, RESTRICTION, MAIL = "engagement", "connector", "restriction", "mail"
# What each event is about. Also what lets it go on: else a restored database would stop it again.
ABOUT = {
    "subprocessor.objected": ENGAGEMENT,
    "subprocessor.refused": ENGAGEMENT,
    "subprocessor.authorised": ENGAGEMENT,
    "connector.retired": CONNECTOR,
    "contact.restricted": RESTRICTION,
    "contact.restriction_lifted": RESTRICTION,
    "contact.objected": MAIL,
    "contact.objection_withdrawn": MAIL,
    "consent.withdrawn": CONSENT,
}
_LIFTED, _RETIRED, _OBJECTED = "lifted", "retired", "objected"
_AGAIN = {Authorisation.State.OBJECTED.value: object_to, Authorisation.State.REFUSED.value: refuse}
_OVER = frozenset({Authorisation.State.AUTHORISED.value, _LIFTED})  # it may leave again

Said = tuple[str, datetime]
"""What was said, and when."""


def note_stop(account_id: UUID, event_id: UUID) -> None:
    """Write down, durably, what is said now of what an event was about: an engagement, a declaration, or a person.

    When the ledger says the same already, nothing is written. Raises `LedgerBroken`.
    """
    with upkeep_scope(account_id):
        event = Event.objects.get(pk=event_id)
        what, key = ABOUT[event.kind], str(event.object_id)
        if what == CONSENT:
            return note_withdrawal(account_id, event.object_id)
        if what == ENGAGEMENT:
            key = Authorisation.objects.get(pk=event.object_id).engagement
        said = _KINDS[what].said(key)
    last = _last(line for line in stops() if line.account == str(account_id)).get((str(account_id), what, key))
    is_over = said is not None and said[0] in _OVER
    if said is None or (is_over and (last is None or last.state in _OVER)):
        return
    state, at = said
    if last is None or (last.state, last.said_at) != (state, at.isoformat()):
        write_stop(account_id, what=what, key=key, state=state, said_at=at.isoformat())


def missing_stops() -> list[Stopped]:
    """What was stopped in the accounts of this database, and it has not heard of. Raises `LedgerBroken`."""
    asked: dict[UUID, list[Stopped]] = {}
    last = list(_last(stops()).values())
    for line in last:
        if line.state not in _OVER and line.what != MARKETING:
            asked.setdefault(UUID(line.account), []).append(line)
    here = set(Account.objects.filter(pk__in=list(asked), departing_since=None).values_list("pk", flat=True))
    unheard = (_unheard(account, lines) for account, lines in asked.items() if account in here)
    return [*chain.from_iterable(unheard), *there_again(last)]


def stop_again() -> int:
    """Stop it here, too; returns how many. Who wants it on again says so in the account. Raises `LedgerBroken`.

    After erasures were followed: whoever is gone is not kept from going.
    """
    missing = missing_stops()
    for line in missing:
        if line.what == MARKETING:
            take_back_again(line)
            continue
        with upkeep_scope(UUID(line.account)):
            (withdraw_again if line.what == CONSENT else _KINDS[line.what].again)(line)
    return len(missing)


def _last(lines: Iterable[Stopped]) -> Mapping[tuple[str, str, str], Stopped]:
    """The last line about each thing."""
    return {(line.account, line.what, line.key): line for line in lines}


def _unheard(account_id: UUID, lines: Iterable[Stopped]) -> Iterator[Stopped]:
    with upkeep_scope(account_id):
        told = list(lines)
        others = [line for line in told if line.what != CONSENT]
        yield from [line for line in others if _KINDS[line.what].is_unheard(line)]
        yield from list(standing_again([line for line in told if line.what == CONSENT]))


def _answer(engagement: str) -> Said | None:
    row = Authorisation.objects.filter(engagement=engagement).first()
    return (row.state, row.at) if row else None


def _is_answer_unheard(line: Stopped) -> bool:
    return not Authorisation.objects.filter(engagement=line.key, at__gte=datetime.fromisoformat(line.said_at)).exists()


def _answer_again(line: Stopped) -> None:
    _AGAIN[line.state](line.key, actor=SYSTEM)


def _end(connector_id: str) -> Said | None:
    """Not of one that only makes room for another declaration of the same place, which may do no less: nothing was
    stopped then. What the environment names is said there, and not by the account.
    """
    row = Connector.objects.filter(pk=connector_id).exclude(kind__in=list(environment.SETTINGS)).first()
    if row is None or row.retired_at is None:
        return None
    after = Connector.objects.filter(kind=row.kind, host=row.host, port=row.port, retired_at=None)
    return None if after.filter(purposes__contains=row.purposes).exists() else (_RETIRED, row.retired_at)


def _is_end_unheard(line: Stopped) -> bool:
    return Connector.objects.filter(pk=line.key, retired_at=None).exists()


def _end_again(line: Stopped) -> None:
    retire_connector(Connector.objects.get(pk=line.key), actor=SYSTEM)


def _restriction(contact_id: str) -> Said | None:
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        return None
    return (contact.restricted_for, contact.restricted_at) if contact.restricted_at else (_LIFTED, now())


def _is_restriction_unheard(line: Stopped) -> bool:
    return _is_person_unheard(line, "contact.restricted")


def _restrict_again(line: Stopped) -> None:
    restrict_contact(Contact.objects.get(pk=line.key), Contact.Ground(line.state), actor=SYSTEM)


def _no_mail(contact_id: str) -> Said | None:
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        return None
    return (_OBJECTED, contact.objected_at) if contact.objected_at else (_LIFTED, now())


def _is_no_mail_unheard(line: Stopped) -> bool:
    return _is_person_unheard(line, "contact.objected")


def _no_mail_again(line: Stopped) -> None:
    object_to_mail(Contact.objects.get(pk=line.key), actor=SYSTEM)


def _is_person_unheard(line: Stopped, kind: str) -> bool:
    """Asked of the events, which stay: a person for whom it was lifted since is no different from one of whom this
    database never heard, until the worker has written that down, too.
    """
    heard = Event.objects.filter(object_id=line.key, kind=kind, at__gte=datetime.fromisoformat(line.said_at))
    return Contact.objects.filter(pk=line.key).exists() and not heard.exists()


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing that can be stopped; all are called in the account's scope, with the key or the line."""

    said: Callable[[str], Said | None]
    is_unheard: Callable[[Stopped], bool]
    again: Callable[[Stopped], None]


_KINDS = {
    ENGAGEMENT: _Kind(_answer, _is_answer_unheard, _answer_again),
    CONNECTOR: _Kind(_end, _is_end_unheard, _end_again),
    RESTRICTION: _Kind(_restriction, _is_restriction_unheard, _restrict_again),
    MAIL: _Kind(_no_mail, _is_no_mail_unheard, _no_mail_again),
}
