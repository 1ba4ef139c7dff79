"""The files that a document names, in words: of which company, for what, and which are new against another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.privacy.egress.registry.document import Diligence, Evidence, Registry
from steward.privacy.egress.registry.papers import Filed, Record, filed_in
from steward.privacy.subprocessors.words import AREAS, SAFEGUARDS


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file. `of` says what it is attached to; `is_new`: the version before has not got it there."""

    company: str
    of: str
    title: str
    sha256: str
    size: int
    added_on: date
    is_new: bool
    url: str


def shown_files(registry: Registry, before: Registry | None = None) -> list[ShownFile]:
    """Every file of a document, in its order, against an earlier one."""
    old = set(map(_place, filed_in(before))) if before else set()
    return [_shown(one, is_new=_place(one) not in old) for one in filed_in(registry)]


def files_taken_out(registry: Registry, before: Registry | None) -> list[ShownFile]:
    """What the earlier document names and this one does not; the earlier one keeps it."""
    now = set(map(_place, filed_in(registry)))
    return [_shown(one, is_new=False) for one in _filed(before) if _place(one) not in now]


def files_context(registry: Registry, before: Registry | None) -> dict[str, Any]:
    """The files of a document for a page that compares it with the one before."""
    filed, unfiled = shown_files(registry, before), files_taken_out(registry, before)
    return {
        "filed": filed,
        "unfiled": unfiled,
        "are_files_changed": bool(unfiled) or (before is not None and any(one.is_new for one in filed)),
    }


def title_of(registry: Registry, sha256: str) -> str | None:
    """What a document calls a file; None when it does not name it."""
    return next((one.paper.title for one in filed_in(registry) if one.paper.sha256 == sha256), None)


def _filed(registry: Registry | None) -> Iterator[Filed]:
    yield from filed_in(registry) if registry else ()


def _shown(one: Filed, *, is_new: bool) -> ShownFile:
    paper = one.paper
    return ShownFile(
        company=one.company.legal_name,
        of=_of(one.record),
        title=paper.title,
        sha256=paper.sha256,
        size=paper.size,
        added_on=paper.added_on,
        is_new=is_new,
        url=reverse("operator:registry-paper", args=[paper.sha256]),
    )


def _of(record: Record) -> str:
    if isinstance(record, Diligence):
        return str(AREAS[record.area])
    if isinstance(record, Evidence):
        return str(SAFEGUARDS[record.safeguard])
    return _("Agreement, version %(version)s") % {"version": record.version}


def _place(one: Filed) -> tuple[str, str, str]:
    record = one.record
    if isinstance(record, Diligence):
        return one.company.key, record.area, one.paper.sha256
    if isinstance(record, Evidence):
        return one.company.key, record.safeguard, one.paper.sha256
    return one.company.key, f"agreement {record.version}", one.paper.sha256
