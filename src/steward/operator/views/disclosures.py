"""Disclosures: what authorities demanded by law, what they got, and whether the accounts may hear of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.views.incident_forms import DemandForm, SecrecyForm
from steward.privacy.incidents.disclosures import change_secrecy, note_disclosure
from steward.privacy.incidents.letters import disclosure_rows
from steward.privacy.incidents.models import Disclosure
from steward.privacy.incidents.queries import disclosed_accounts, disclosures, get_disclosure

_READ_OR_SENT = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@operator_required
def register(request: OperatorRequest) -> HttpResponse:
    """All of them, the newest first."""
    noted(request, "disclosures.read")
    return page_response(request, "incidents", "operator/disclosures.html", {"disclosures": disclosures()})


@_READ_OR_SENT
@operator_required
def new(request: OperatorRequest) -> HttpResponse:
    """Write one down."""
    form = DemandForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        one = note_disclosure(form.demand(), form.account_ids, form.count, operator_id=request.person.pk)
        words = _("Noted. The accounts hear of it when that is allowed.") if one.is_secret else _("Noted.")
        messages.success(request, words)
        return HttpResponseRedirect(reverse("operator:disclosure", args=[one.pk]))
    status = 422 if form.is_bound else 200
    return page_response(request, "incidents", "operator/disclosure_new.html", {"form": form}, status=status)


@_READ_OR_SENT
@operator_required
def disclosure(request: OperatorRequest, disclosure_id: UUID) -> HttpResponse:
    """One with its accounts; POST says anew whether they may be told."""
    try:
        one = get_disclosure(disclosure_id)
    except Disclosure.DoesNotExist as error:
        raise Http404("no such disclosure") from error
    form = SecrecyForm(request.POST if request.method == "POST" else None, initial=_begun(one))
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        is_secret = said["telling"] != "now"
        change_secrecy(one, is_secret=is_secret, until=said["secret_until"], operator_id=request.person.pk)
        messages.success(request, _("Noted."))
        return HttpResponseRedirect(reverse("operator:disclosure", args=[one.pk]))
    noted(request, "disclosure.read", about=str(one.number))
    accounts = disclosed_accounts(one)
    context = {
        "disclosure": one,
        "rows": disclosure_rows(one),
        "accounts": accounts,
        "form": form,
        "is_open": any(each["row"].told_at is None for each in accounts),
    }
    status = 422 if form.is_bound else 200
    return page_response(request, "incidents", "operator/disclosure.html", context, status=status)


def _begun(one: Disclosure) -> dict[str, object]:
    telling = "now" if not one.is_secret else "later" if one.secret_until else "forbidden"
    return {"telling": telling, "secret_until": one.secret_until}
