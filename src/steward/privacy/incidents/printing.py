"""An account's incident on paper: set by what sets certificates, in the reader's language."""

import json
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _

from steward.privacy.egress.pdf_child import SECONDS, set_by_child
from steward.privacy.incidents.account_models import OwnIncident
from steward.privacy.incidents.clocks import authority_due
from steward.privacy.incidents.words import NOT_YET_KNOWN, told_facts
from steward.ui.ages import full_moment

Rows = list[tuple[str, str]]


class Company(Protocol):
    """Whose record it is, as the directory says."""

    @property
    def name(self) -> str: ...

    @property
    def slug(self) -> str: ...


def summary_pdf(company: Company, one: OwnIncident, *, at: datetime, seconds: float = SECONDS) -> bytes:
    """The record of one incident (GDPR article 33(5)) as a PDF. Raises `NotSet`."""
    content = json.dumps(set_out(company, one, at=at)).encode()
    return set_by_child("steward.privacy.erasure.typesetting", content, at=int(at.timestamp()), seconds=seconds)


def set_out(company: Company, one: OwnIncident, *, at: datetime) -> dict[str, Any]:
    """The record as JSON values for the paper of certificates."""
    return {
        "language": get_language() or "en",
        "is_right_to_left": get_language_bidi(),
        "title": one.title,
        "subtitle": _("Record of an incident: %(company)s") % {"company": company.name},
        "foot": _("As of %(moment)s.") % {"moment": full_moment(at)},
        "author": company.slug,
        "sections": [
            _section(pgettext("incident", "When"), times(one)),
            _section(pgettext("incident", "What is known"), told_facts(one)),
            _section(pgettext("incident", "What was decided"), decisions(one)),
        ],
    }


def times(one: OwnIncident) -> Rows:
    """When it was detected, since when it is known, and until when the authority is told."""
    due = authority_due(one.aware_at) if one.aware_at else None
    return [
        (pgettext("incident", "Detected at"), full_moment(one.detected_at)),
        (pgettext("incident", "Known for certain since"), _moment(one.aware_at)),
        (pgettext("incident", "The authority has to be told by"), _moment(due)),
        (pgettext("incident", "Closed at"), _moment(one.closed_at) if one.closed_at else "—"),
    ]


def decisions(one: OwnIncident) -> Rows:
    """The risk, and who was told of it (articles 33 and 34)."""
    told = f"{full_moment(one.authority_told_at)} {one.authority_reference}" if one.authority_told_at else "—"
    return [
        (pgettext("of an incident", "Risk"), str(one.get_risk_display())),
        (pgettext("incident", "The authority was told at"), told.strip()),
        (pgettext("incident", "Why the authority was not told, or not in time"), one.authority_why_not or "—"),
        (pgettext("of an incident", "The people it concerns"), str(one.get_persons_told_display())),
        (pgettext("incident", "When and how they were told, or why not"), one.persons_told_because or "—"),
    ]


def _moment(at: datetime | None) -> str:
    return full_moment(at) if at else str(NOT_YET_KNOWN)


def _section(title: str, rows: Rows) -> dict[str, Any]:
    return {
        "title": title,
        "text": [],
        "points": [],
        "head": [],
        "rows": [[label, _isolated(words)] for label, words in rows],
        "widths": "pairs",
    }


def _isolated(words: str) -> str:
    """Each line with the direction of its own first letter: a line break ends what isolates the whole cell."""
    return "\n".join(f"\u2068{line}\u2069" for line in words.splitlines())
