"""Changing one part of a document, pure: put one in its place or at the end, take one out, move one up or down."""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace

from steward.privacy.egress.registry.document import Block, Engagement, Place, Registry, Subprocessor
from steward.privacy.subprocessors.prose import default_blocks

Part = TypeVar("Part")


def find_company(registry: Registry, key: str) -> Subprocessor | None:
    """The subprocessor of that key."""
    return next((one for one in registry.subprocessors if one.key == key), None)


def company_of(registry: Registry, engagement: str) -> Subprocessor | None:
    """Whose engagement it is."""
    found = (one for one in registry.subprocessors if any(each.key == engagement for each in one.engagements))
    return next(found, None)


def find_engagement(registry: Registry, key: str) -> Engagement | None:
    """The engagement of that key."""
    return next((each for one in registry.subprocessors for each in one.engagements if each.key == key), None)


def find_block(registry: Registry, key: str) -> Block | None:
    """The block of that key."""
    return next((one for one in registry.prose if one.key == key), None)


def find_region(registry: Registry, code: str) -> Place | None:
    """The region of that code."""
    return next((one for one in registry.regions if one.code == code), None)


def put_company(registry: Registry, company: Subprocessor) -> Registry:
    """With this subprocessor; its engagements are those the document has now."""
    held = find_company(registry, company.key)
    company = replace(company, engagements=held.engagements) if held else company
    return replace(registry, subprocessors=_put(registry.subprocessors, company, lambda one: one.key))


def put_engagement(registry: Registry, company: str, engagement: Engagement) -> Registry:
    """With this engagement of a subprocessor; as it was when there is no such subprocessor."""
    return _with_engagements(registry, company, lambda held: _put(held, engagement, lambda one: one.key))


def put_block(registry: Registry, block: Block) -> Registry:
    """With this block."""
    return replace(registry, prose=_put(registry.prose, block, lambda one: one.key))


def put_region(registry: Registry, region: Place) -> Registry:
    """With this region."""
    return replace(registry, regions=_put(registry.regions, region, lambda one: one.code))


def without_company(registry: Registry, key: str) -> Registry:
    """Without a subprocessor and all its engagements."""
    return replace(registry, subprocessors=tuple(one for one in registry.subprocessors if one.key != key))


def without_engagement(registry: Registry, key: str) -> Registry:
    """Without an engagement."""
    owner = company_of(registry, key)
    left = lambda held: tuple(one for one in held if one.key != key)  # noqa: E731
    return _with_engagements(registry, owner.key, left) if owner else registry


def without_block(registry: Registry, key: str) -> Registry:
    """Without a block."""
    return replace(registry, prose=tuple(one for one in registry.prose if one.key != key))


def without_region(registry: Registry, code: str) -> Registry:
    """Without a region; engagements that name it are faulty then."""
    return replace(registry, regions=tuple(one for one in registry.regions if one.code != code))


def with_default(registry: Registry, key: str) -> Registry:
    """With the text that every provider starts with. KeyError where there is none."""
    return put_block(registry, {one.key: one for one in default_blocks()}[key])


def move_company(registry: Registry, key: str, *, by: int) -> Registry:
    """A subprocessor one place up (-1) or down (1)."""
    return replace(registry, subprocessors=_moved(registry.subprocessors, key, by))


def move_engagement(registry: Registry, key: str, *, by: int) -> Registry:
    """An engagement among those of its subprocessor."""
    owner = company_of(registry, key)
    return _with_engagements(registry, owner.key, lambda held: _moved(held, key, by)) if owner else registry


def move_block(registry: Registry, key: str, *, by: int) -> Registry:
    """A block among the prose."""
    return replace(registry, prose=_moved(registry.prose, key, by))


def _with_engagements(
    registry: Registry, company: str, change: Callable[[tuple[Engagement, ...]], tuple[Engagement, ...]]
) -> Registry:
    companies = tuple(
        replace(one, engagements=change(one.engagements)) if one.key == company else one
        for one in registry.subprocessors
    )
    return replace(registry, subprocessors=companies)


def _put(held: tuple[Part, ...], part: Part, key: Callable[[Part], str]) -> tuple[Part, ...]:
    if all(key(one) != key(part) for one in held):
        return (*held, part)
    return tuple(part if key(one) == key(part) else one for one in held)


def _moved(held: tuple[Any, ...], key: str, by: int) -> tuple[Any, ...]:
    order = list(held)
    at = next((i for i, one in enumerate(order) if one.key == key), None)
    if at is None or not 0 <= at + by < len(order):
        return held
    order[at], order[at + by] = order[at + by], order[at]
    return tuple(order)
