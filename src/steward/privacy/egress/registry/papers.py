"""The files that a document names: of whom, of what, and a document without them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from steward.privacy.egress.registry.document import (
    Diligence,
    Evidence,
    Paper,
    Registry,
    Subprocessor,
    VendorAgreement,
)

Record = Diligence | Evidence | VendorAgreement
"""What files are attached to."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One file, with whose it is and what it is attached to."""

    company: Subprocessor
    record: Record
    paper: Paper


def filed_in(registry: Registry) -> Iterator[Filed]:
    """Every file of a document, in its order; the same bytes as often as they are named."""
    for company in registry.subprocessors:
        for record in _records(company):
            yield from (Filed(company, record, paper) for paper in record.papers)


def without_papers(company: Subprocessor) -> Subprocessor:
    """What may be public of a company: no files, and not where the agreement with it lies."""
    if not any(record.papers or getattr(record, "location", None) for record in _records(company)):
        return company
    return replace(
        company,
        due_diligence=company.due_diligence and tuple(replace(one, papers=()) for one in company.due_diligence),
        safeguards=company.safeguards and tuple(replace(one, papers=()) for one in company.safeguards),
        agreements=company.agreements and tuple(replace(one, papers=(), location=None) for one in company.agreements),
    )


def _records(company: Subprocessor) -> Iterator[Record]:
    yield from company.due_diligence or ()
    yield from company.safeguards or ()
    yield from company.agreements or ()
