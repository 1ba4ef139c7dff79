"""What pages, commands and alarms show of incidents and disclosures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from steward.lib.clock import now
from steward.privacy.incidents.clocks import TELLING, Late, Told, lateness, of_account
from steward.privacy.incidents.models import OVER, Affected, DisclosedAccount, Disclosure, Incident, Letter, State, Step
from steward.tenancy.models import Account, Region

_NOT_THERE = ("deleted", "gone")  # nothing is left of an account that could be told


@dataclass(frozen=True, slots=True)
class Part:
    """One affected account, how it was told, and which of its mails arrived."""

    row: Affected
    account: Account | None  # None: its slug is given to nobody any more
    late: Late
    letters: dict[str, int]  # how many, by `Letter.State`

    @property
    def can_be_told(self) -> bool:
        """Something is left of the account."""
        return self.account is not None and self.account.state not in _NOT_THERE

    @property
    def is_unreached(self) -> bool:
        """It was told, and no mail is on its way or has arrived."""
        return bool(self.row.phase) and not (self.letters.get("waiting") or self.letters.get("sent"))


@dataclass(frozen=True, slots=True)
class Alarm:
    """What operators have to know of one incident. `unreached` accounts had every mail come back."""

    incident: Incident
    late: Late
    unreached: int

    @property
    def is_bad(self) -> bool:
        return self.late is Late.UNTOLD or bool(self.unreached)


def lives() -> QuerySet[Account, UUID]:
    """The ids of accounts that can be told, those that are suspended or terminated too."""
    return Account.objects.exclude(state__in=_NOT_THERE).values_list("pk", flat=True)


def incidents() -> list[Incident]:
    """All, those that are not over first, then the newest."""
    return sorted(Incident.objects.all(), key=lambda one: (one.is_over, -one.number))


def incident_numbered(number: int) -> Incident:
    """Raises `Incident.DoesNotExist`."""
    return Incident.objects.get(number=number)


def get_incident(incident_id: UUID) -> Incident:
    """Raises `Incident.DoesNotExist`."""
    return Incident.objects.get(pk=incident_id)


def affected_of(incident: Incident) -> QuerySet[Affected]:
    """The accounts it concerns."""
    return Affected.objects.filter(incident=incident)


def history(incident: Incident) -> list[Step]:
    """Its steps, the newest first."""
    return list(Step.objects.filter(incident=incident).order_by("-id"))


def parts_of(incident: Incident) -> list[Part]:
    """Its accounts by slug, with how each was told."""
    rows, at = list(affected_of(incident)), now()
    accounts = Account.objects.in_bulk([row.account_id for row in rows])
    letters = letters_about([incident.pk])
    sent = _sent_at([incident.pk])
    parts = [
        Part(
            row,
            accounts.get(row.account_id),
            Late.NO if incident.is_over else of_account(incident.aware_at, _told(row, sent), at),
            dict(letters.get((incident.pk, row.account_id), {})),
        )
        for row in rows
    ]
    return sorted(parts, key=lambda part: part.account.slug if part.account else "")


def letters_about(about: Iterable[UUID]) -> dict[tuple[UUID, UUID], Counter[str]]:
    """How many mails there are in each state, by what they are about and the account."""
    found: dict[tuple[UUID, UUID], Counter[str]] = {}
    rows = Letter.objects.filter(about_id__in=list(about)).values_list("about_id", "account_id", "state")
    for about_id, account_id, state in rows:
        found.setdefault((about_id, account_id), Counter())[state] += 1
    return found


def alarms() -> list[Alarm]:
    """Incidents of which accounts have to be told, or could not be reached; the worst first."""
    open_ones, at = list(Incident.objects.exclude(state__in=OVER)), now()
    ids = [one.pk for one in open_ones]
    rows: dict[UUID, list[Affected]] = {one: [] for one in ids}
    for row in Affected.objects.filter(incident__in=ids, account_id__in=lives()):
        rows[row.incident_id].append(row)
    sent, letters = _sent_at(ids), letters_about(ids)
    found = [
        Alarm(
            one,
            lateness(one.aware_at, [_told(row, sent) for row in rows[one.pk]], at),
            sum(_is_unreached(row, letters.get((one.pk, row.account_id), Counter())) for row in rows[one.pk]),
        )
        for one in open_ones
    ]
    loud = [one for one in found if one.late is not Late.NO or one.unreached]
    return sorted(loud, key=lambda one: (-one.late.value, one.incident.number))


def late_notices() -> int:
    """How many accounts have had no notice although a day has passed since it was known: 0 is as it should be."""
    overdue = Incident.objects.exclude(state__in=OVER).filter(aware_at__lte=now() - TELLING)
    ids = list(overdue.values_list("pk", flat=True))
    sent = set(_sent_at(ids))
    rows = Affected.objects.filter(incident__in=ids, account_id__in=lives()).values_list("incident_id", "account_id")
    return sum(pair not in sent for pair in rows)


def disclosures() -> list[Disclosure]:
    """All, the newest first."""
    return list(Disclosure.objects.order_by("-number"))


def get_disclosure(disclosure_id: UUID) -> Disclosure:
    """Raises `Disclosure.DoesNotExist`."""
    return Disclosure.objects.get(pk=disclosure_id)


def disclosed_accounts(disclosure: Disclosure) -> list[dict[str, Any]]:
    """`row`, `account` and `letters` of each."""
    rows = list(DisclosedAccount.objects.filter(disclosure=disclosure))
    accounts = Account.objects.in_bulk([row.account_id for row in rows])
    letters = letters_about([disclosure.pk])
    return [
        {
            "row": row,
            "account": accounts.get(row.account_id),
            "letters": dict(letters.get((disclosure.pk, row.account_id), {})),
        }
        for row in rows
    ]


def tellable(at: datetime) -> Q:
    """Accounts of disclosures that may be told now, and are not."""
    is_allowed = Q(disclosure__is_secret=False) | Q(disclosure__secret_until__lte=at)
    return is_allowed & Q(told_at=None)


def named_accounts(slugs: Iterable[str], region: str, *, is_all: bool) -> list[UUID]:
    """Ids of the accounts that are meant: all, those of a region, or those named. `LookupError` names who is not."""
    living = Account.objects.exclude(state__in=_NOT_THERE)
    if is_all:
        return list(living.values_list("pk", flat=True))
    if region:
        return list(living.filter(data_centre__region_id=region).values_list("pk", flat=True))
    wanted = list(dict.fromkeys(slug.lower() for slug in slugs))
    found = dict(living.filter(slug__in=wanted).values_list("slug", "pk"))
    if missing := [slug for slug in wanted if slug not in found]:
        raise LookupError(", ".join(missing))
    return list(found.values())


def region_choices() -> list[tuple[str, str]]:
    """Code and name of each region."""
    return list(Region.objects.order_by("code").values_list("code", "name"))


def _told(row: Affected, sent: dict[tuple[UUID, UUID], datetime]) -> Told:
    return Told(sent.get((row.incident_id, row.account_id)), row.last_told_at, row.is_told_all)


def _sent_at(about: Iterable[UUID]) -> dict[tuple[UUID, UUID], datetime]:
    """When the first mail left, by what it is about and the account; one that came back later had left."""
    left = Letter.objects.filter(about_id__in=list(about), state__in=[Letter.State.SENT, Letter.State.BOUNCED])
    rows = left.values_list("about_id", "account_id").annotate(first=Min("settled_at"))
    return {(about_id, account_id): first for about_id, account_id, first in rows}


def _is_unreached(row: Affected, letters: Counter[str]) -> bool:
    return bool(row.phase) and not (letters["waiting"] or letters["sent"])


__all__ = ["Alarm", "Part", "State", "alarms", "incidents", "late_notices", "parts_of"]
