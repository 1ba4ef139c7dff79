"""What is published: the newest version, what is coming, and each version with what it changed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from steward.lib.clock import now
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.queries import addresses_of
from steward.operator.registry.differing import differing_texts, shown_differences
from steward.operator.registry.filed import files_context
from steward.operator.registry.state import count_notices, count_told, stored_version, written_now
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.registry.document import canonical
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import listing_at, listing_of
from steward.privacy.subprocessors.models import RegistryDraft
from steward.privacy.subprocessors.telling import places_of, row_title
from steward.privacy.subprocessors.words import CHANGES, enumeration, in_language


@require_safe
@operator_required
def overview(request: OperatorRequest) -> HttpResponse:
    """Where the list stands, what of it is announced, and who writes the next one."""
    written, list_ = written_now(), published()
    context = {
        "newest": written.newest,
        "draft": written.draft,
        "writers": writers_of(written.draft),
        "coming": [_coming(one) for one in listing_at(list_, now()).coming],
        "versions": [_told(list_.versions, one) for one in reversed(list_.versions)],
        "is_hosting": is_hosting(),
    }
    return page_response(request, "registry", "operator/registry/overview.html", context)


@require_safe
@operator_required
def version(request: OperatorRequest, version: int) -> HttpResponse:
    """One version: what it says in brief, what it changed, who wrote and approved it."""
    found = _version(version)
    row = stored_version(version)
    before = _before(found)
    rows = listing_of(published(), found).rows
    context = {
        "version": found,
        "row": row,
        "summary": in_language(row.summary),
        "people": emails_of([row.drafted_by, row.approved_by]),
        "differences": shown_differences(before.registry, found.registry) if before else [],
        "texts": differing_texts(before.registry if before else None, found.registry),
        **files_context(found.registry, before.registry if before else None),
        "before": before,
        "noticed": count_notices(version, operator_id=request.person.pk) if is_hosting() and before else None,
        "served": count_told(),
        "rows": [(row_title(one.subprocessor.legal_name, places_of(one)), one) for one in rows],
    }
    return page_response(request, "registry", "operator/registry/version.html", context)


@require_safe
@operator_required
def version_document(request: OperatorRequest, version: int) -> HttpResponse:
    """The document of a version: exactly what its hash is of."""
    found = _version(version)
    return document_response(canonical(found.registry), f"subprocessors-{version}.json")


@require_safe
@operator_required
def draft_document(request: OperatorRequest) -> HttpResponse:
    """The document of the draft."""
    written = written_now()
    if written.draft is None:
        raise Http404("nobody writes")
    noted(request, "registry.draft_read")
    return document_response(written.draft.document, "subprocessors-draft.json")


def document_response(document: str, name: str) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(document, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def writers_of(draft: RegistryDraft | None) -> list[str]:
    """Who has changed the draft, by their addresses."""
    return list(emails_of(draft.edited_by if draft else []).values())


def emails_of(people: Iterable[UUID | None]) -> dict[UUID, str]:
    """The addresses of operators; who is none any more is left out."""
    known = addresses_of(people)
    return {one: known[one] for one in people if one is not None and one in known}


def _version(number: int) -> Version:
    versions = published().versions
    if not 1 <= number <= len(versions):
        raise Http404("no such version")
    return versions[number - 1]


def _before(version: Version) -> Version | None:
    return published().versions[version.number - 2] if version.number > 1 else None


def _coming(one: Any) -> dict[str, Any]:
    row = one.row or one.before
    return {
        "title": row_title(row.subprocessor.legal_name, places_of(row)),
        "changes": enumeration(words for code, words in CHANGES.items() if code in one.changes),
        "stands_from": one.stands_from,
        "version": one.version.number,
    }


def _told(versions: tuple[Version, ...], one: Version) -> dict[str, Any]:
    before = versions[one.number - 2].registry if one.number > 1 else None
    changed = shown_differences(before, one.registry) if before is not None else []
    return {"version": one, "count": len(one.registry.subprocessors), "differences": changed}
