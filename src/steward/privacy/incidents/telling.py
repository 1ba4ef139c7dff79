"""Telling one account what was ordered: a job for each, done again without telling twice."""

from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.jobs import task
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.incidents import letters
from steward.privacy.incidents.account_models import DisclosureNotice, Notice
from steward.privacy.incidents.facts import copied
from steward.privacy.incidents.models import Affected, DisclosedAccount
from steward.privacy.incidents.queries import lives, tellable
from steward.privacy.incidents.wordings import holding
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope


@task("incidents.tell_account", queue="mail", in_scope=False, priority=10)
def tell_account(account_id: UUID) -> None:
    """Store what was ordered for this account, with its mails. A suspended or terminated account is told as well."""
    with upkeep_scope(account_id):
        tell_what_is_ordered(account_id)


def tell_what_is_ordered(account_id: UUID) -> None:
    """The same, in the scope of the account. One that is deleted gets no rows any more."""
    account = Account.objects.get(pk=account_id)
    if not lives().filter(pk=account_id).exists():
        return
    with transaction.atomic():
        rows = Affected.objects.select_for_update(no_key=True, of=("self",)).select_related("incident")
        for row in rows.filter(account_id=account_id).order_by("id"):
            if row.asked_phase > row.phase:
                _tell(account, row)
        disclosed = DisclosedAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("disclosure")
        for one in disclosed.filter(tellable(now()), account_id=account_id).order_by("id"):
            _tell_of_disclosure(account, one)


def _tell(account: Account, row: Affected) -> None:
    at = now()
    notice = composed(row)
    notice.at, notice.first_at = at, row.told_at or at
    notice.save(force_insert=True)
    record(f"incident.{notice.about}", notice, actor=SYSTEM, changes={"number": notice.number})
    letters.tell_of_incident(account, notice)
    Affected.objects.filter(pk=row.pk).update(
        phase=row.asked_phase, told_at=notice.first_at, last_told_at=at, is_told_all=not notice.unknown
    )


def composed(row: Affected) -> Notice:
    """What the account would be told now: the facts of the incident, and its own part of the numbers. Not stored."""
    at, phase = now(), max(row.asked_phase, row.phase + 1)
    about = Notice.About.CLOSED if row.asked_closing else Notice.About.UPDATED if row.phase else Notice.About.TOLD
    incident = row.incident
    facts = copied(incident, persons=row.persons, records=row.records)
    return Notice(
        incident_id=incident.pk, number=incident.number, phase=phase, about=about, at=at,
        known_since=incident.aware_at or at, first_at=row.told_at or at, language=incident.language,
        wordings=holding(incident), **facts,
    )  # fmt: skip


def _tell_of_disclosure(account: Account, row: DisclosedAccount) -> None:
    one, at = row.disclosure, now()
    notice = DisclosureNotice.objects.create(
        disclosure_id=one.pk, number=one.number, at=at, authority=one.authority, legal_basis=one.legal_basis,
        demanded_on=one.demanded_on, asked=one.asked, given=one.given, persons=row.persons, records=row.records,
    )  # fmt: skip
    record("disclosure.told", notice, actor=SYSTEM, changes={"number": notice.number})
    letters.tell_of_disclosure(account, notice)
    DisclosedAccount.objects.filter(pk=row.pk).update(told_at=at)
