"""Agreements of customers' own: the queue, one of them, and what is answered."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.files.actions import read_file
from steward.lib.clock import now
from steward.operator.downloads import as_download
from steward.operator.entrance import OperatorRequest, fresh_required, noted, operator_required, page_response, typed
from steward.people.operators import note
from steward.privacy.agreements.access import (
    NoSuchFile,
    account_with_region,
    file_of,
    get_agreement,
    get_review,
    reviews,
)
from steward.privacy.agreements.actions import countersign, reject, request_changes, take_into_review
from steward.privacy.agreements.effects import effects_of
from steward.privacy.agreements.models import Agreement, Review
from steward.privacy.agreements.states import WrongState
from steward.privacy.agreements.uploads import Problem, UploadRefused, read_upload
from steward.tenancy.scope import upkeep_scope

LONGEST = 4000
_REFUSALS = {
    Problem.EMPTY: gettext_lazy("The file is empty."),
    Problem.TOO_LARGE: gettext_lazy("The file is larger than 10 MB. Save it smaller."),
    Problem.NEITHER: gettext_lazy("This is neither a PDF nor a Word document (DOCX) without programs in it."),
}


class AnswerForm(forms.Form):
    """What is wrong with a text, in words for its owner."""

    words = forms.CharField(
        label=gettext_lazy("What you write to the owners"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6})
    )


@require_safe
@operator_required
def agreements(request: OperatorRequest) -> HttpResponse:
    """What waits, first what is due first; or what was decided."""
    is_closed = typed(request.GET, "state") == "closed"
    noted(request, "agreements.read", about="closed" if is_closed else "open")
    context = {"reviews": list(reviews(is_closed=is_closed)), "is_closed": is_closed, "at": now()}
    return page_response(request, "agreements", "operator/agreements.html", context)


@require_safe
@operator_required
def agreement(request: OperatorRequest, agreement_id: UUID) -> HttpResponse:
    """One text with its terms, and what can be answered."""
    found = _review(agreement_id)
    noted(request, "agreement.read", account_id=found.account_id)
    return _page(request, found, AnswerForm())


@require_POST
@fresh_required
def review(request: OperatorRequest, agreement_id: UUID) -> HttpResponse:
    """Say that it is being read."""
    found = _review(agreement_id)
    return _done(request, found, "agreement.in_review", _("You are reading it."), take_into_review)


@require_POST
@fresh_required
def answer(request: OperatorRequest, agreement_id: UUID) -> HttpResponse:
    """Ask for changes, or reject it; both with words."""
    found, form = _review(agreement_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    words = form.cleaned_data["words"]
    if request.POST.get("as") == "rejected":
        return _done(request, found, "agreement.rejected", _("It is rejected, and the owners are told."), reject, words)
    told = _("The owners are told what has to be different.")
    return _done(request, found, "agreement.changes_requested", told, request_changes, words)


@require_POST
@fresh_required
def countersigning(request: OperatorRequest, agreement_id: UUID) -> HttpResponse:
    """Keep the text with both signatures: it is in force from now on."""
    found, sent = _review(agreement_id), request.FILES.get("file")
    try:
        upload = read_upload(sent.read() if sent else b"")
    except UploadRefused as refusal:
        return _page(request, found, AnswerForm(), file_error=str(_REFUSALS[refusal.problem]), status=422)
    told = _("It is in force, and the owners are told.")
    return _done(request, found, "agreement.countersigned", told, countersign, upload)


@require_safe
@operator_required
def file(request: OperatorRequest, agreement_id: UUID, part: str) -> HttpResponseBase:
    """The text, to download; never shown in the page."""
    found = _review(agreement_id)
    noted(request, "agreement.file_read", account_id=found.account_id)
    try:
        with upkeep_scope(found.account_id):
            stored, name = file_of(get_agreement(found.pk), part)
    except (Agreement.DoesNotExist, NoSuchFile) as error:
        raise Http404("no such file") from error
    return as_download(read_file(stored), content_type=stored.content_type, name=name)


def _review(agreement_id: UUID) -> Review:
    try:
        return get_review(agreement_id)
    except Review.DoesNotExist as error:
        raise Http404("no such agreement") from error


def _page(
    request: OperatorRequest, found: Review, form: AnswerForm, *, file_error: str = "", status: int = 200
) -> HttpResponse:
    with upkeep_scope(found.account_id):
        one = get_agreement(found.pk)
    region = account_with_region(found.account_id).data_centre.region
    means = effects_of(one, region=region)
    context = {"review": found, "one": one, "form": form, "file_error": file_error, "at": now(), "means": means}
    return page_response(request, "agreements", "operator/agreement.html", context, status=status)


def _done(request: OperatorRequest, found: Review, act: str, told: str, act_on: Any, *arguments: Any) -> HttpResponse:
    try:
        with upkeep_scope(found.account_id):
            act_on(get_agreement(found.pk), *arguments, operator_id=request.person.pk)
            note(request.person.pk, act, account_id=found.account_id)
    except WrongState:
        messages.error(request, _("Nothing was changed: it is in another state by now."))
    else:
        messages.success(request, told)
    return HttpResponseRedirect(reverse("operator:agreement", args=[found.pk]))
