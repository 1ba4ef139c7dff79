"""Keeping the installation's register: opening, writing down, judging, naming accounts, ordering notices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max

from steward.jobs import enqueue_for_accounts
from steward.lib.clock import now
from steward.people.operators import note
from steward.privacy.incidents.facts import WORDS
from steward.privacy.incidents.models import Affected, Incident, State, Step
from steward.privacy.incidents.queries import affected_of, lives
from steward.privacy.incidents.telling import tell_account
from steward.privacy.incidents.wordings import WRITTEN, kept, other_languages

_WRITTEN = (
    "title", "kinds", "detected_at", "aware_at", *WORDS, "risk", "authority_told_at", "authority_reference",
    "authority_why_not",
)  # fmt: skip
# Of steps that are no change of state: what the operators' log calls them.
_ACTS = {
    "opened": "opened", "clock": "written", "facts": "written", "wordings": "written", "note": "noted", "told": "told",
    "accounts": "accounts_named", "spared": "account_spared",
}  # fmt: skip
_NUMBERING = "SELECT pg_advisory_xact_lock(hashtextextended('incidents:number', 0))"


class NotYet(ValueError):
    """An incident does not go on: `why` are keys of `words.HINDRANCES`."""

    def __init__(self, *why: str) -> None:
        super().__init__(", ".join(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class Count:
    """About how many people and records of an account; None: not yet known."""

    persons: int | None = None
    records: int | None = None


def next_number(model: Any) -> int:
    """What the next row of a register is called; nobody else gets it in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERING)
    return int(model.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def open_incident(
    title: str,
    *,
    detected_at: datetime,
    kinds: Sequence[str],
    operator_id: UUID | None,
    aware_at: datetime | None = None,
) -> Incident:
    """Note a suspicion. With `aware_at` the clocks run already."""
    with transaction.atomic():
        incident = Incident.objects.create(
            number=next_number(Incident), title=title, kinds=list(kinds), detected_at=detected_at, aware_at=aware_at,
            state_since=now(), language=settings.LANGUAGE_CODE,
        )  # fmt: skip
        _step(incident, "opened", operator_id, title)
    return incident


def write_facts(incident: Incident, said: Mapping[str, Any], *, operator_id: UUID | None) -> list[str]:
    """Write down what is known; returns the names of what changed. What an account was told stays as it was.

    Raises `NotYet` where the clock of an incident that was confirmed would be taken away.
    """
    with transaction.atomic():
        current = _locked(incident)
        changed = [name for name in _WRITTEN if name in said and getattr(current, name) != said[name]]
        if not changed:
            return []
        if "aware_at" in changed:
            _change_clock(current, said["aware_at"], operator_id)
        Incident.objects.filter(pk=incident.pk).update(**{name: said[name] for name in changed})
        _step(current, "facts", operator_id, ", ".join(changed))
    incident.refresh_from_db()
    return changed


def write_wordings(
    incident: Incident, language: str, said: Mapping[str, str], *, operator_id: UUID | None
) -> list[str]:
    """Say again in another language what is known; returns the names of what changed. Empty words take it away.

    Raises `ValueError` for a language that is not one of the others, `NotYet` for words that say again what nobody has
    written down.
    """
    with transaction.atomic():
        current = _locked(incident)
        if language not in other_languages(current.language):
            raise ValueError(language)
        if any(words and not getattr(current, name) for name, words in said.items()):
            raise NotYet("unwritten")
        stored = kept(current.wordings, language, said, current)
        before = current.wordings.get(language, {})
        changed = [name for name in WRITTEN if before.get(name) != stored[language].get(name)]
        if not changed:
            return []
        Incident.objects.filter(pk=incident.pk).update(wordings=stored)
        _step(current, "wordings", operator_id, f"{language}: {', '.join(changed)}")
    incident.refresh_from_db()
    return changed


def _change_clock(incident: Incident, to: datetime | None, operator_id: UUID | None) -> None:
    """Another clock: what was said of the one before is no longer so, and the history keeps both."""
    if to is None and incident.state != State.SUSPECTED:
        raise NotYet("clock")
    Incident.objects.filter(pk=incident.pk).update(warned_at=None, alarmed_at=None)
    _step(incident, "clock", operator_id, f"{_utc(incident.aware_at)} → {_utc(to)}")


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "—"


def add_note(incident: Incident, words: str, *, operator_id: UUID | None) -> None:
    """Add to the history in one's own words."""
    _step(incident, "note", operator_id, words)


def move_on(incident: Incident, to: str, *, operator_id: UUID | None) -> None:
    """Take it to a state that follows. Raises `NotYet`, and `ValueError` for a state that does not follow.

    Whoever confirms becomes aware of it, unless it was noted when that was. Closing tells the accounts that it is over.
    """
    with transaction.atomic():
        current = _locked(incident)
        if to not in current.following:
            raise ValueError(f"{to} does not follow {current.state}")
        if why := _hindrances(current, to):
            raise NotYet(*why)
        at = now()
        columns: dict[str, Any] = {"state": to, "state_since": at}
        if to == State.CONFIRMED and current.aware_at is None:
            columns["aware_at"] = at
        Incident.objects.filter(pk=incident.pk).update(**columns)
        _step(current, to, operator_id)
        if to == State.CLOSED:
            _order(current, is_closing=True)
    incident.refresh_from_db()


def affect(incident: Incident, account_ids: Iterable[UUID], count: Count, *, operator_id: UUID | None) -> int:
    """Name accounts, or say anew how much of them is affected; returns how many."""
    wanted = list(dict.fromkeys(account_ids))
    with transaction.atomic():
        current = _locked(incident)
        known = set(affected_of(current).values_list("account_id", flat=True))
        columns = {"persons": count.persons, "records": count.records}
        Affected.objects.filter(incident=current, account_id__in=known & set(wanted)).update(**columns)
        new = [
            Affected(incident=current, account_id=one, added_at=now(), **columns) for one in wanted if one not in known
        ]
        Affected.objects.bulk_create(new)
        _step(current, "accounts", operator_id, str(len(wanted)))
    return len(wanted)


def spare(incident: Incident, account_id: UUID, *, operator_id: UUID | None) -> bool:
    """Take off an account that was named by mistake; False where it was told already, for then it stays."""
    with transaction.atomic():
        current = _locked(incident)
        rows = Affected.objects.filter(incident=current, account_id=account_id, phase=0, asked_phase=0)
        if not rows.delete()[0]:
            return False
        _step(current, "spared", operator_id)
    return True


def order_notices(incident: Incident, *, operator_id: UUID | None, only: Collection[UUID] | None = None) -> int:
    """Have each affected account told what is known now; returns how many. Raises `NotYet`.

    `only` are the accounts that are told, by default all. Ordered again before it is done: done once.
    """
    with transaction.atomic():
        current = _locked(incident)
        if current.state in (State.SUSPECTED, State.DISMISSED):
            raise NotYet("unconfirmed")
        number = _order(current, only=only)
        if not number:
            raise NotYet("nobody")
        _step(current, "told", operator_id, str(number))
    return number


def _order(incident: Incident, *, only: Collection[UUID] | None = None, is_closing: bool = False) -> int:
    rows = affected_of(incident).filter(account_id__in=lives())
    if only is not None:
        rows = rows.filter(account_id__in=only)
    accounts = list(rows.values_list("account_id", flat=True))
    Affected.objects.filter(incident=incident, account_id__in=accounts).update(
        asked_phase=F("phase") + 1, asked_closing=is_closing
    )
    enqueue_for_accounts(tell_account, accounts)
    return len(accounts)


def _hindrances(incident: Incident, to: str) -> list[str]:
    """What has to be done before an incident reaches a state."""
    told = affected_of(incident).filter(account_id__in=lives())
    if to == State.NOTIFIED:
        return ["untold"] if told.filter(phase=0).exists() else []
    if to != State.CLOSED:
        return []
    asked = {
        "risk": not incident.risk,
        "authority": not incident.is_settled_with_authority,
        "facts": any(getattr(incident, name) == "" for name in WORDS),
        "behind": told.filter(is_told_all=False).exists(),
    }
    return [why for why, holds in asked.items() if holds]


def _locked(incident: Incident) -> Incident:
    return Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)


def _step(incident: Incident, what: str, operator_id: UUID | None, words: str = "") -> None:
    Step.objects.create(incident=incident, at=now(), operator_id=operator_id, what=what, words=words)
    note(operator_id, f"incident.{_ACTS.get(what, 'moved')}", about=str(incident.number))
