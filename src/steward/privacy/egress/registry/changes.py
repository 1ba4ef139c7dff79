"""What changes between two states of the registry, and whether accounts are told ahead (GDPR article 28(2))."""

from dataclasses import dataclass
from enum import StrEnum

from steward.privacy.egress.registry.document import Engagement, Registry, Subprocessor
from steward.privacy.egress.registry.papers import without_papers


class Change(StrEnum):
    """How one engagement differs. The first five ask for notice, the others may be immediate."""

    ADD = "add"
    REPLACE = "replace"
    WIDEN_PURPOSE = "widen_purpose"
    WIDEN_DATA = "widen_data"
    WIDEN_LOCATION = "widen_location"
    NARROW = "narrow"
    REMOVE = "remove"
    CORRECT = "correct"


NEEDS_NOTICE = frozenset({Change.ADD, Change.REPLACE, Change.WIDEN_PURPOSE, Change.WIDEN_DATA, Change.WIDEN_LOCATION})


@dataclass(frozen=True, slots=True)
class Engaged:
    """One engagement with who is engaged."""

    subprocessor: Subprocessor
    engagement: Engagement


def engaged_in(registry: Registry) -> dict[str, Engaged]:
    """Every engagement of a version by its key, in the order of the list.

    Without the files of who chose the company: all that is public is made of this, and they change nothing in it.
    """
    return {
        engagement.key: Engaged(subprocessor, engagement)
        for subprocessor in map(without_papers, registry.subprocessors)
        for engagement in subprocessor.engagements
    }


def changes_between(before: Engaged | None, after: Engaged | None) -> frozenset[Change]:
    """How one engagement differs; empty when it does not. Several at once are possible."""
    if after is None or before is None:
        one_sided = Change.REMOVE if before is not None else Change.ADD
        return frozenset({one_sided}) if before is not after else frozenset()
    found = {change for change, is_wider in _WIDENINGS.items() if is_wider(before, after)}
    if not found and _states(before) != _states(after):
        found = {Change.NARROW if _is_narrower(before, after) else Change.CORRECT}
    return frozenset(found)


def needs_notice(before: Engaged | None, after: Engaged | None) -> bool:
    """Whether the change is of a kind that accounts are told of before it is used."""
    return not NEEDS_NOTICE.isdisjoint(changes_between(before, after))


def _is_another_company(before: Engaged, after: Engaged) -> bool:
    old, new = before.subprocessor, after.subprocessor
    return (old.key, old.legal_name, old.parent) != (new.key, new.legal_name, new.parent)


def _is_wider_purpose(before: Engaged, after: Engaged) -> bool:
    old, new = before.engagement, after.engagement
    trains_now = new.trains_models is not False and old.trains_models is False
    return not set(new.purposes) <= set(old.purposes) or trains_now or bool(new.trains_models and not old.trains_models)


def _is_wider_data(before: Engaged, after: Engaged) -> bool:
    old, new = before.engagement, after.engagement
    return _grows(old.categories, new.categories) or _grows(old.persons, new.persons)


def _is_wider_location(before: Engaged, after: Engaged) -> bool:
    return _grows(before.engagement.countries, after.engagement.countries) or _grows(
        before.engagement.regions, after.engagement.regions
    )


def _grows(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> bool:
    """Not stated may be anything: to say what it is narrows, to say no longer what it is widens."""
    if before is None:
        return False
    return after is None or not set(after) <= set(before)


def _is_narrower(before: Engaged, after: Engaged) -> bool:
    old, new = before.engagement, after.engagement
    pairs = (
        (old.purposes, new.purposes),
        (old.categories, new.categories),
        (old.persons, new.persons),
        (old.countries, new.countries),
        (old.regions, new.regions),
    )
    return any(_grows(later, earlier) for earlier, later in pairs)


def _states(engaged: Engaged) -> tuple[object, ...]:
    company = engaged.subprocessor
    return (
        *(getattr(company, name) for name in company.__struct_fields__ if name != "engagements"),
        engaged.engagement,
    )


_WIDENINGS = {
    Change.REPLACE: _is_another_company,
    Change.WIDEN_PURPOSE: _is_wider_purpose,
    Change.WIDEN_DATA: _is_wider_data,
    Change.WIDEN_LOCATION: _is_wider_location,
}
