"""What the certificate of an erasure says of recipients: companies by name and server, people by number alone."""

from collections import Counter
from datetime import datetime
from typing import Any

from steward.privacy.erasure.certifying import section
from steward.privacy.erasure.models import Erasure
from steward.privacy.recipients.collecting import listed_for
from steward.privacy.recipients.models import Recipient, Telling

COMPANIES, PEOPLE = "recipients", "correspondents"
SECTIONS = (COMPANIES, PEOPLE)
_PERSON = Recipient.Kind.CORRESPONDENT


@section(COMPANIES)
def companies(erasure: Erasure) -> list[dict[str, Any]] | None:
    """Each with what went there and how they were told; None of the erasure of an agent."""
    if erasure.of == Erasure.Of.AGENT:
        return None
    rows = listed_for(erasure).recipients.exclude(kind=_PERSON).order_by("host", "kind", "pk")
    return [_company(one) for one in rows]


@section(PEOPLE)
def people(erasure: Erasure) -> dict[str, int] | None:
    """How many people got the same mails as the person, and how many of them were told."""
    rows = Recipient.objects.filter(kind=_PERSON, telling__about_id=erasure.pk, telling__of=Telling.Of.ERASURE)
    states = Counter(rows.values_list("state", flat=True))
    if not states:
        return None
    return {
        "found": states.total(),
        "told": states[Recipient.State.TOLD],
        "not_told": states[Recipient.State.NOT_TOLD],
    }


def _company(one: Recipient) -> dict[str, Any]:
    is_told = one.state == Recipient.State.TOLD
    return {
        "class": one.kind,
        "engagement": one.engagement,
        "name": one.name,
        "host": one.host,
        "purposes": one.purposes,
        "last_at": _moment(one.last_at),
        "told_at": _moment(one.at) if is_told else None,
        "told_by": str(one.by_id) if is_told and one.by_id else None,
        "told_how": one.how if is_told else "",
        "not_told_because": one.reason,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
