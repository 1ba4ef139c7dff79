"""The draft: opened, seen as a whole, its parts taken out, moved, or set back to what everybody starts with."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.registry import editing
from steward.operator.registry.faults import shown_faults
from steward.operator.registry.searching import Search
from steward.operator.registry.state import Written, written_now
from steward.operator.views.registry.versions import writers_of
from steward.privacy.egress.registry.changes import Engaged
from steward.privacy.egress.registry.document import Block, Engagement, Registry, Subprocessor, parse_registry
from steward.privacy.egress.registry.papers import filed_in
from steward.privacy.subprocessors.actions import DraftChanged, change_draft, open_draft
from steward.privacy.subprocessors.listing import row_of
from steward.privacy.subprocessors.models import RegistryDraft
from steward.privacy.subprocessors.prose import LANGUAGES, default_blocks
from steward.privacy.subprocessors.telling import places_of
from steward.privacy.subprocessors.words import KINDS, PURPOSE_WORDS, enumeration, in_language

_TRIES = 3  # against somebody who changes another part at the same moment
_STEPS = {"up": -1, "down": 1}


@require_POST
@operator_required
def opening(request: OperatorRequest) -> HttpResponse:
    """Begin the next version, or go on with it."""
    open_draft(operator_id=request.person.pk)
    return HttpResponseRedirect(reverse("operator:registry-draft"))


@require_safe
@operator_required
def draft(request: OperatorRequest) -> HttpResponse:
    """Everything the draft says, in brief, with the ways to change it."""
    written = written_now()
    if written.draft is None:
        return nobody_writes(request)
    noted(request, "registry.draft_read")
    registry, search = written.registry, Search(typed(request.GET, "q"))
    faults = shown_faults(registry)
    context = {
        "search": search,
        "draft": written.draft,
        "writers": writers_of(written.draft),
        "provider": registry.provider,
        "regions": [(one.code, in_language(one.name)) for one in registry.regions if search.region(one)],
        "companies": list(_companies(registry, search, {fault.key for fault in faults})),
        "prose": [_block(one, registry) for one in registry.prose if search.block(one)],
        "left_out": [] if search else _left_out(registry),
        "faults": faults,
    }
    return page_response(request, "registry", "operator/registry/draft.html", context)


@require_POST
@operator_required
def company_removal(request: OperatorRequest, company: str) -> HttpResponse:
    """Take a subprocessor out, with all it is engaged for."""
    return _taken_out(request, company, lambda held: editing.without_company(held, company), at="companies")


@require_POST
@operator_required
def company_place(request: OperatorRequest, company: str) -> HttpResponse:
    """Move a subprocessor one place."""
    return _changed(
        request, company, lambda held: editing.move_company(held, company, by=_step(request)), at=f"company-{company}"
    )


@require_POST
@operator_required
def engagement_removal(request: OperatorRequest, company: str, engagement: str) -> HttpResponse:
    """Take an engagement out."""
    return _taken_out(
        request, engagement, lambda held: editing.without_engagement(held, engagement), at=f"company-{company}"
    )


@require_POST
@operator_required
def engagement_place(request: OperatorRequest, company: str, engagement: str) -> HttpResponse:
    """Move an engagement one place."""
    return _changed(
        request,
        engagement,
        lambda held: editing.move_engagement(held, engagement, by=_step(request)),
        at=f"use-{engagement}",
    )


@require_POST
@operator_required
def region_removal(request: OperatorRequest, region: str) -> HttpResponse:
    """Take a region out."""
    return _taken_out(request, region, lambda held: editing.without_region(held, region), at="regions")


@require_POST
@operator_required
def block_removal(request: OperatorRequest, block: str) -> HttpResponse:
    """Take a text out."""
    return _taken_out(request, block, lambda held: editing.without_block(held, block), at="prose")


@require_POST
@operator_required
def block_place(request: OperatorRequest, block: str) -> HttpResponse:
    """Move a text one place."""
    return _changed(request, block, lambda held: editing.move_block(held, block, by=_step(request)), at=f"text-{block}")


@require_POST
@operator_required
def block_default(request: OperatorRequest, block: str) -> HttpResponse:
    """Set a text back to what every provider starts with, or put it back."""
    if block not in {one.key for one in default_blocks()}:
        raise Http404("no text that everybody starts with")
    return _changed(request, block, lambda held: editing.with_default(held, block), at=f"text-{block}")


def nobody_writes(request: OperatorRequest) -> HttpResponse:
    """Back to the overview, where a draft is begun."""
    messages.info(request, _("Nobody writes the next version now. Begin it here."))
    return HttpResponseRedirect(reverse("operator:registry"))


def _taken_out(request: OperatorRequest, part: str, change: Callable[[Registry], Registry], *, at: str) -> HttpResponse:
    """Take a part out; the published list keeps it until the next version."""
    return _changed(request, part, change, at=at, told=_("It is out of the draft."))


def _changed(
    request: OperatorRequest, part: str, change: Callable[[Registry], Registry], *, at: str, told: str = ""
) -> HttpResponse:
    """Change the draft, whatever others change in other parts of it meanwhile; then back to where it was (`at`)."""
    back = f"{reverse('operator:registry-draft')}#{at}"
    for _attempt in range(_TRIES):
        written = written_now()
        if written.draft is None:
            return nobody_writes(request)
        if _is_changed(request, written, written.draft, change):
            noted(request, "registry.draft_changed", about=part)
            if told:
                messages.success(request, told)
            return HttpResponseRedirect(back)
    messages.error(request, _("Somebody else is changing the draft just now. Nothing was changed; try again."))
    return HttpResponseRedirect(back)


def _is_changed(
    request: OperatorRequest, written: Written, draft: RegistryDraft, change: Callable[[Registry], Registry]
) -> bool:
    changed = change(written.registry)
    if changed == parse_registry(draft.document):
        return True
    try:
        change_draft(draft, changed, operator_id=request.person.pk, edition=draft.edition)
    except (DraftChanged, RegistryDraft.DoesNotExist):
        return False
    return True


def _step(request: OperatorRequest) -> int:
    return _STEPS.get(request.POST.get("to", ""), 0)


def _companies(registry: Registry, search: Search, faulty: set[str]) -> Iterator[dict[str, Any]]:
    """Those that are searched for, each with all it is engaged for, or with the uses that are."""
    filed = Counter(one.company.key for one in filed_in(registry))
    for company in registry.subprocessors:
        uses = [one for one in company.engagements if search.company(company) or search.engagement(company, one)]
        if uses or search.company(company):
            yield {
                "company": company,
                "kind": KINDS[company.kind],
                "is_faulty": company.key in faulty,
                "files": filed.get(company.key, 0),
                "is_first": company is registry.subprocessors[0],
                "is_last": company is registry.subprocessors[-1],
                "engagements": [_engagement(company, one, faulty) for one in uses],
            }


def _engagement(company: Subprocessor, engagement: Engagement, faulty: set[str]) -> dict[str, Any]:
    return {
        "key": engagement.key,
        "purposes": enumeration(PURPOSE_WORDS.get(one, one) for one in engagement.purposes),
        "places": places_of(row_of(Engaged(company, engagement), None)),
        "is_faulty": engagement.key in faulty,
        "is_first": engagement is company.engagements[0],
        "is_last": engagement is company.engagements[-1],
    }


def _block(block: Block, registry: Registry) -> dict[str, Any]:
    defaults = {one.key: one for one in default_blocks()}
    return {
        "key": block.key,
        "title": in_language(block.title),
        "is_question": block.is_question,
        "missing": [code for code in LANGUAGES if not (block.title.get(code) and block.text.get(code))],
        "is_first": block is registry.prose[0],
        "is_last": block is registry.prose[-1],
        "is_own": block.key in defaults and defaults[block.key] != block,
    }


def _left_out(registry: Registry) -> list[tuple[str, str]]:
    """Texts that everybody starts with and this draft has not."""
    held = {one.key for one in registry.prose}
    return [(one.key, in_language(one.title)) for one in default_blocks() if one.key not in held]
