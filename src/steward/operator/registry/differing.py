"""What a document changes against another, in words: engagements, prose, who must be told and from when it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.lib.clock import now
from steward.operator.registry.labels import names_of
from steward.privacy.egress.registry.changes import NEEDS_NOTICE
from steward.privacy.egress.registry.document import Registry
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.privacy.subprocessors.listing import Difference, Row, differences
from steward.privacy.subprocessors.telling import changed_texts, places_of, row_title
from steward.privacy.subprocessors.words import CHANGES, enumeration


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """One engagement that differs. `needs_notice`: accounts are told ahead, and can object."""

    key: str
    title: str
    changes: str
    fields: str
    needs_notice: bool
    is_gone: bool


def shown_differences(before: Registry | None, after: Registry) -> list[ShownDifference]:
    """Engagements that differ, in the order of the newer document."""
    return [_shown(one, is_first=before is None) for one in differences(before, after)]


def differing_texts(before: Registry | None, after: Registry) -> tuple[str, ...]:
    """Titles of the prose that reads otherwise."""
    return changed_texts(before, after)


def stands_from(*, wished: datetime | None, is_first: bool) -> datetime:
    """When what needs notice would stand for accounts under the usual terms, were the draft published now."""
    earliest = now() + timedelta(days=LEAST_NOTICE_DAYS)
    return now() if is_first else max(earliest, wished or earliest)


def _shown(one: Difference, *, is_first: bool) -> ShownDifference:
    row = one.after or one.before
    if row is None:
        raise ValueError("a difference of nothing")
    return ShownDifference(
        key=one.key,
        title=_title(row),
        changes=enumeration(words for code, words in CHANGES.items() if code in one.changes),
        fields=names_of(one.fields) if one.fields else "",
        needs_notice=not is_first and not NEEDS_NOTICE.isdisjoint(one.changes),
        is_gone=one.after is None,
    )


def _title(row: Row) -> str:
    return row_title(row.subprocessor.legal_name, places_of(row))
