"""The page of one part of the draft. Who writes over somebody else's change is told, and what they typed stays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.registry import editing
from steward.operator.registry.companies import CompanyForm
from steward.operator.registry.engagements import EngagementForm
from steward.operator.registry.faults import faults_at
from steward.operator.registry.labels import names_of
from steward.operator.registry.papers import receive
from steward.operator.registry.parts import PartForm
from steward.operator.registry.state import Written, written_now
from steward.operator.registry.texts import BlockForm, ProviderForm, RegionForm
from steward.operator.views.registry.draft import nobody_writes
from steward.privacy.egress.registry.document import Block, Engagement, Kind, Place, Registry, Subprocessor
from steward.privacy.subprocessors.actions import DraftChanged, change_draft, open_draft
from steward.privacy.subprocessors.models import RegistryDraft
from steward.privacy.subprocessors.words import in_language

_TRIES = 3
_FOR_WORDS = 2**20  # bytes of a request that are no files


@dataclass(frozen=True, slots=True)
class Editing:
    """One part as its page edits it. `find` gives what the document holds of it, None for what is new or gone."""

    key: str
    is_new: bool
    heading: Callable[[Registry], str]
    find: Callable[[Registry], Any]
    form: Callable[[Any, Registry, Any], PartForm]
    put: Callable[[Registry, Any], Registry]
    at: str  # how its place on the page of the draft begins
    gone: Any = None  # what stands for it in the form when somebody has taken it out meanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def provider(request: OperatorRequest) -> HttpResponse:
    """Who provides the service."""
    return _page(
        request,
        Editing(
            key="provider",
            is_new=False,
            heading=lambda _held: _("Provider"),
            find=lambda held: held.provider,
            form=lambda data, _held, part: ProviderForm(data, provider=part),
            put=lambda held, part: replace(held, provider=part),
            at="provider",
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def region(request: OperatorRequest, region: str = "") -> HttpResponse:
    """A region, or a new one."""
    return _page(
        request,
        Editing(
            key=region,
            is_new=not region,
            heading=lambda held: _name_of_region(held, region) if region else _("New region"),
            find=lambda held: editing.find_region(held, region),
            form=lambda data, held, part: RegionForm(data, registry=held, region=part),
            put=editing.put_region,
            at="region-",
            gone=Place(code=region, name={}),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def company(request: OperatorRequest, company: str = "") -> HttpResponse:
    """A subprocessor, or a new one. Files that come with the form are kept before it is looked at."""
    received = receive(request.FILES)
    return _page(
        request,
        Editing(
            key=company,
            is_new=not company,
            heading=lambda held: _name_of_company(held, company) if company else _("New subprocessor"),
            find=lambda held: _without_engagements(editing.find_company(held, company)),
            form=lambda data, held, part: CompanyForm(data, registry=held, company=part, received=received),
            put=editing.put_company,
            at="company-",
            gone=Subprocessor(key=company, legal_name="", kind=Kind.SERVICE, engagements=()),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def engagement(request: OperatorRequest, company: str, engagement: str = "") -> HttpResponse:
    """What a subprocessor is engaged for, or one thing more."""
    return _page(
        request,
        Editing(
            key=engagement,
            is_new=not engagement,
            heading=lambda held: (
                _("%(company)s: what it is engaged for") % {"company": _name_of_company(held, company)}
            ),
            find=lambda held: _engagement_of(held, company, engagement),
            form=lambda data, held, part: EngagementForm(data, registry=held, engagement=part),
            put=lambda held, part: editing.put_engagement(held, company, part),
            at="use-",
            gone=Engagement(key=engagement, purposes=()),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def block(request: OperatorRequest, block: str = "") -> HttpResponse:
    """A text of the page, or a new question."""
    return _page(
        request,
        Editing(
            key=block,
            is_new=not block,
            heading=lambda held: _name_of_block(held, block) if block else _("New question"),
            find=lambda held: editing.find_block(held, block),
            form=lambda data, held, part: BlockForm(data, registry=held, block=part),
            put=editing.put_block,
            at="text-",
            gone=Block(key=block, title={}, text={}),
        ),
    )


def _page(request: OperatorRequest, part: Editing) -> HttpResponse:
    for _attempt in range(_TRIES):
        written = written_now()
        stored = part.find(written.registry)
        if request.method != "POST":
            return _first_page(request, part, written, stored)
        form = part.form(request.POST, written.registry, None if part.is_new else stored or part.gone)
        is_overtaken = request.POST.get("seen") != written.seen(stored)
        is_valid = form.is_valid()
        if is_overtaken or not is_valid:
            theirs = _differing(stored, form.value()) if is_overtaken and is_valid and stored else ""
            return _shown(request, part, written, form, is_overtaken=is_overtaken, theirs=theirs)
        if _is_kept(request, part, written, form.value()):
            return _kept(request, part, form.value())
    return _shown(request, part, written, form, is_overtaken=True)


def _first_page(request: OperatorRequest, part: Editing, written: Written, stored: Any) -> HttpResponse:
    if written.draft is None:
        return nobody_writes(request)
    if stored is None and not part.is_new:
        raise Http404("the draft has no such part")
    noted(request, "registry.draft_read")
    form = part.form(None, written.registry, None if part.is_new else stored)
    return _shown(request, part, written, form)


def _is_kept(request: OperatorRequest, part: Editing, written: Written, value: Any) -> bool:
    """Whether it was written; not when somebody else has written just then, or what it belongs to is gone."""
    changed = part.put(written.registry, value)
    if changed == written.registry:
        return bool(part.find(written.registry))
    draft = written.draft or open_draft(operator_id=request.person.pk)
    try:
        change_draft(draft, changed, operator_id=request.person.pk, edition=draft.edition)
    except (DraftChanged, RegistryDraft.DoesNotExist):
        return False
    return True


def _kept(request: OperatorRequest, part: Editing, value: Any) -> HttpResponse:
    """Back to where it stands in the draft."""
    noted(request, "registry.draft_changed", about=part.key or "new")
    messages.success(request, _("The draft says so now."))
    name = getattr(value, "key", "") or getattr(value, "code", "")
    return HttpResponseRedirect(f"{reverse('operator:registry-draft')}#{part.at}{name}")


def _shown(
    request: OperatorRequest, part: Editing, written: Written, form: PartForm, *, is_overtaken: bool = False,
    theirs: str = "",
) -> HttpResponse:  # fmt: skip
    stored = part.find(written.registry)
    if is_overtaken and stored is not None and not part.is_new:
        for one in form.forms():
            one.is_beside = True
    context = {
        "heading": part.heading(written.registry),
        "part": part,
        "form_errors": form.errors(),
        "sections": form.sections(),
        "seen": written.seen(stored),
        "is_overtaken": is_overtaken,
        "is_gone": is_overtaken and stored is None and not part.is_new,
        "theirs": theirs,
        "faults": faults_at(written.registry, [part.key]) if part.key else [],
        "is_open": isinstance(form, BlockForm),
        "most_bytes": settings.STEWARD_MAX_BODY - _FOR_WORDS if isinstance(form, CompanyForm) else 0,
    }
    came_back = request.method == "POST"
    status = (409 if is_overtaken else 422) if came_back else 200
    return page_response(request, "registry", "operator/registry/part.html", context, status=status)


def _differing(stored: Any, typed: Any) -> str:
    """Which fields stand otherwise now than they were typed."""
    names = [name for name in stored.__struct_fields__ if name != "engagements"]
    return names_of(name for name in names if getattr(stored, name) != getattr(typed, name))


def _engagement_of(registry: Registry, company: str, key: str) -> Engagement | None:
    owner = editing.find_company(registry, company)
    return next((one for one in owner.engagements if one.key == key), None) if owner else None


def _without_engagements(company: Subprocessor | None) -> Subprocessor | None:
    """The page of a company says nothing of its engagements: who changes one is not in its way."""
    return replace(company, engagements=()) if company else None


def _name_of_company(registry: Registry, key: str) -> str:
    found = editing.find_company(registry, key)
    return found.legal_name or key if found else key


def _name_of_region(registry: Registry, code: str) -> str:
    found = editing.find_region(registry, code)
    return in_language(found.name) or code if found else code


def _name_of_block(registry: Registry, key: str) -> str:
    found = editing.find_block(registry, key)
    return in_language(found.title) or key if found else key
