"""Asking, before something is done with somebody's data, whether they consented to it: no, unless they did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.privacy.consent.actions import Who, records_of
from steward.privacy.consent.models import ConsentRecord, Purpose

VISITOR_LASTS = timedelta(days=365)  # then a browser is asked anew: nobody knows who sits before it


class Reason(StrEnum):
    """Why it may be done, or may not."""

    GIVEN = "given"
    NO_PURPOSE = "no_purpose"  # the account has none of this code
    RETIRED = "retired"  # and asks for it no more
    NEVER_GIVEN = "never_given"
    WITHDRAWN = "withdrawn"
    OLD_TEXT = "old_text"  # given to words that count no longer
    TOO_LONG_AGO = "too_long_ago"  # by a visitor
    RESTRICTED = "restricted"  # their data are only kept (GDPR article 18)
    OBJECTED = "objected"  # they want no advertising (article 21(3))


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `version` is that of the words they agreed to, where they ever did."""

    purpose: str
    reason: Reason
    version: int | None = None
    record_id: UUID | None = None

    @property
    def is_allowed(self) -> bool:
        return self.reason is Reason.GIVEN


class NoConsent(PermissionError):
    """Nobody may do this without consent; `decision` says why there is none."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.purpose}: {decision.reason}")
        self.decision = decision


def may(who: Who, purpose: str) -> Decision:
    """Whether what the purpose of this code says may be done with somebody's data, now. In the account's scope."""
    known = Purpose.objects.filter(code=purpose).first()
    if known is None:
        return Decision(purpose, Reason.NO_PURPOSE)
    newest = _newest(who, known)
    if newest is None:
        return Decision(purpose, Reason.RETIRED if known.retired_at else Reason.NEVER_GIVEN)
    return Decision(purpose, _reason(who, known, newest), newest.text.number, newest.pk)


def require(who: Who, purpose: str) -> Decision:
    """The same, for who does not go on without; raises `NoConsent`."""
    decision = may(who, purpose)
    if not decision.is_allowed:
        raise NoConsent(decision)
    return decision


def consenting_among(contacts: Collection[UUID], purpose: str) -> set[UUID]:
    """Those of the contacts with whose data it may be done: for who does it to many, in one query."""
    known = Purpose.objects.filter(code=purpose, retired_at=None).first()
    if known is None or not contacts:
        return set()
    found = ConsentRecord.objects.filter(
        contact__in=list(contacts), purpose=known, ended_at=None, text__number__gte=known.least_version,
        contact__restricted_at=None,
    )  # fmt: skip
    if known.place == Purpose.Place.NEWSLETTER:
        found = found.filter(contact__objected_at=None)
    return set(found.values_list("contact_id", flat=True))


def _newest(who: Who, purpose: Purpose) -> ConsentRecord | None:
    """What stands, else what was said last."""
    said = records_of(who).filter(purpose=purpose).select_related("text")
    return said.filter(ended_at=None).first() or said.order_by("-given_at", "-pk").first()


def _reason(who: Who, purpose: Purpose, newest: ConsentRecord) -> Reason:
    if purpose.retired_at is not None:
        return Reason.RETIRED
    if not newest.stands:
        return Reason.WITHDRAWN
    if newest.text.number < purpose.least_version:
        return Reason.OLD_TEXT
    if isinstance(who, Contact):
        return _reason_of(who, purpose)
    return Reason.TOO_LONG_AGO if newest.given_at + VISITOR_LASTS <= now() else Reason.GIVEN


def _reason_of(contact: Contact, purpose: Purpose) -> Reason:
    fresh = Contact.objects.filter(pk=contact.pk).values_list("restricted_at", "objected_at").first()
    restricted_at, objected_at = fresh or (contact.restricted_at, contact.objected_at)
    if restricted_at is not None:
        return Reason.RESTRICTED
    is_advertising = purpose.place == Purpose.Place.NEWSLETTER
    return Reason.OBJECTED if is_advertising and objected_at is not None else Reason.GIVEN
