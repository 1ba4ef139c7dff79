"""From the draft to a version: what it changes, said in words, approved by a second person, published."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.operator.entrance import OperatorRequest, fresh_required, page_response, typed
from steward.operator.registry.differing import differing_texts, shown_differences, stands_from
from steward.operator.registry.faults import shown_faults
from steward.operator.registry.filed import files_context
from steward.operator.registry.publication import PublicationForm
from steward.operator.registry.state import Written, count_told, written_now
from steward.operator.views.registry.draft import nobody_writes
from steward.operator.views.registry.versions import emails_of, writers_of
from steward.people.operators import count_operators
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.subprocessors.actions import (
    DraftChanged,
    NeedsSecondPerson,
    NotApproved,
    NotPublishable,
    approve_draft,
    describe_draft,
    discard_draft,
    publish_draft,
)
from steward.privacy.subprocessors.models import RegistryDraft


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_required
def publication(request: OperatorRequest) -> HttpResponse:
    """What the draft changes; POST keeps the words about it and the day that is wished for."""
    written = written_now()
    draft = written.draft
    if draft is None:
        return nobody_writes(request)
    if request.method != "POST":
        return _page(request, written, draft)
    form = PublicationForm(request.POST, draft=draft)
    if not form.is_valid():
        return _page(request, written, draft, form=form, status=422)
    if not _is_as_seen(request, draft):
        return _page(request, written, draft, form=form, is_overtaken=True, status=409)
    describe_draft(draft, summary=form.summary, effective_at=form.effective_at, operator_id=request.person.pk)
    messages.success(request, _("Kept. The draft can be approved as it is now."))
    return HttpResponseRedirect(reverse("operator:registry-publication"))


@require_POST
@fresh_required
def approval(request: OperatorRequest) -> HttpResponse:
    """Say that the draft may be published, as the page has shown it."""
    written = written_now()
    draft = written.draft
    if draft is None:
        return nobody_writes(request)
    because = typed(request.POST, "alone_because")[:2000]
    if not _is_as_seen(request, draft):
        return _page(request, written, draft, is_overtaken=True, because=because, status=409)
    if _needs_reason(request, draft) and not because:
        return _page(request, written, draft, error=_("Say why nobody else approves it."), status=422)
    try:
        approve_draft(draft, operator_id=request.person.pk, alone_because=because)
    except NeedsSecondPerson:
        return _page(request, written, draft, error=_("Somebody who did not write it has to approve it."), status=422)
    except (NotPublishable, DraftChanged, RegistryDraft.DoesNotExist):
        return _page(request, written, draft, error=_("It cannot be approved as it is."), status=422)
    messages.success(request, _("Approved. It is published by a step of its own."))
    return HttpResponseRedirect(reverse("operator:registry-publication"))


@require_POST
@fresh_required
def publishing(request: OperatorRequest) -> HttpResponse:
    """Make a version of it."""
    written = written_now()
    draft = written.draft
    if draft is None:
        return nobody_writes(request)
    if not _is_as_seen(request, draft):
        return _page(request, written, draft, is_overtaken=True, status=409)
    try:
        version = publish_draft(draft, operator_id=request.person.pk)
    except NotApproved:
        return _page(request, written, draft, error=_("It is not approved yet."), status=422)
    except (NotPublishable, DraftChanged, RegistryDraft.DoesNotExist):
        return _page(request, written, draft, error=_("It cannot be published as it is."), status=422)
    messages.success(request, _announced(version.number))
    return HttpResponseRedirect(reverse("operator:registry-version", args=[version.number]))


@require_POST
@fresh_required
def discarding(request: OperatorRequest) -> HttpResponse:
    """Throw the draft away."""
    draft = written_now().draft
    if draft is not None:
        discard_draft(draft, operator_id=request.person.pk)
        messages.success(request, _("The draft is gone. The list stands as it was published."))
    return HttpResponseRedirect(reverse("operator:registry"))


def _announced(number: int) -> str:
    if number == 1:
        return _("The first version is published, and stands.")
    if not is_hosting():
        return _("Version %(number)d is published. This installation serves nobody else, so nobody has to be told.") % {
            "number": number
        }
    told = count_told()
    words = ngettext(
        "Version %(number)d is published. %(count)d account is told what it changes for it.",
        "Version %(number)d is published. %(count)d accounts are told what it changes for them.",
        told,
    )
    return words % {"number": number, "count": told}


def _is_as_seen(request: OperatorRequest, draft: RegistryDraft) -> bool:
    return request.POST.get("edition") == f"{draft.pk}:{draft.edition}"


def _needs_reason(request: OperatorRequest, draft: RegistryDraft) -> bool:
    """Where others' data are at stake, approving alone takes a reason."""
    return is_hosting() and count_operators() == 1 and request.person.pk in draft.edited_by


def _page(
    request: OperatorRequest, written: Written, draft: RegistryDraft, *, status: int = 200, **more: Any
) -> HttpResponse:
    before = written.newest.registry if written.newest else None
    differences = shown_differences(before, written.registry)
    is_own = request.person.pk in draft.edited_by
    context = {
        "draft": draft,
        "edition": f"{draft.pk}:{draft.edition}",
        "writers": writers_of(draft),
        "approver": emails_of([draft.approved_by]).get(draft.approved_by) if draft.approved_by else "",
        "differences": differences,
        "texts": differing_texts(before, written.registry),
        **files_context(written.registry, before),
        "is_first": before is None,
        "stands_from": stands_from(wished=draft.effective_at, is_first=before is None),
        "needs_notice": any(one.needs_notice for one in differences),
        "faults": shown_faults(written.registry),
        "form": PublicationForm(draft=draft),
        "needs_reason": _needs_reason(request, draft),
        "needs_somebody_else": is_own and is_hosting() and count_operators() > 1,
    }
    return page_response(request, "registry", "operator/registry/publication.html", context | more, status=status)
