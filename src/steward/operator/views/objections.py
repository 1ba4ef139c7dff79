"""What accounts say against subprocessors, and how it ends; notices that did not reach anybody."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.lib.clock import now
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.queries import get_account
from steward.operator.reasons import words_of
from steward.privacy.egress.authorising import NothingToResolve
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.access import Undelivered, objection_of, visible_objections, visible_undelivered
from steward.privacy.subprocessors.actions.objections import (
    answer_due,
    name_of,
    resolve,
    settle_undelivered,
)
from steward.privacy.subprocessors.subscriptions import paused_subscriptions
from steward.privacy.subprocessors.words import PURPOSE_WORDS, enumeration
from steward.tenancy.models import Account


class ResolutionForm(forms.Form):
    """How an objection ended, and what the account is told with it."""

    resolution = forms.ChoiceField(
        label=gettext_lazy("How it ends"),
        choices=Authorisation.Resolution.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("Your words to the account"),
        help_text=gettext_lazy("Its owners and admins get them by mail, with how it ends. They may stay empty."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@require_safe
@operator_required
def objections(request: OperatorRequest) -> HttpResponse:
    """What waits for an answer, and whom a notice did not reach; what is due first comes first."""
    noted(request, "objections.read")
    context = {
        "objections": visible_objections(),
        "undelivered": [{"about": one, "words": _why(one)} for one in visible_undelivered()],
        "paused": paused_subscriptions(),
        "now": now(),
    }
    return page_response(request, "objections", "operator/objections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def objection(request: OperatorRequest, slug: str, objection: UUID) -> HttpResponse:
    """One objection with its reason; POST records how it ended."""
    try:
        account = get_account(slug)
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error
    found = objection_of(account.pk, objection)
    if found is None:
        raise Http404("no such objection")
    form = ResolutionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _resolved(request, account, found, form)
    noted(request, "objection.read", account_id=account.pk, about=str(found.pk))
    return _page(request, account, found, form, status=422 if form.is_bound else 200)


@require_POST
@operator_required
def settlement(request: OperatorRequest, delivery: UUID) -> HttpResponse:
    """The account was reached otherwise."""
    settle_undelivered(delivery, operator_id=request.person.pk)
    messages.success(request, _("The account was reached."))
    return HttpResponseRedirect(reverse("operator:objections"))


def _resolved(request: OperatorRequest, account: Account, found: Authorisation, form: ResolutionForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        resolve(account.pk, found.pk, said["resolution"], operator_id=request.person.pk, words=said["words"])
    except (NothingToResolve, Authorisation.DoesNotExist):
        form.add_error(None, _("It was answered or taken back meanwhile. Nothing was recorded."))
        current = objection_of(account.pk, found.pk) or found
        return _page(request, account, current, form, status=409)
    messages.success(request, _("Recorded, and the account is told. It stays switched off until the account agrees."))
    return HttpResponseRedirect(reverse("operator:objection", args=[account.slug, found.pk]))


def _page(
    request: OperatorRequest, account: Account, found: Authorisation, form: ResolutionForm, *, status: int
) -> HttpResponse:
    if form["resolution"].errors:
        form.fields["resolution"].widget.attrs["aria-describedby"] = f"{form['resolution'].auto_id}-about"
    context: dict[str, Any] = {
        "account": account,
        "objection": found,
        "name": name_of(found.engagement),
        "purposes": enumeration(_purposes(found.engagement)),
        "due_at": answer_due(found.at),
        "is_open": found.state == Authorisation.State.OBJECTED and found.resolved_at is None,
        "form": form,
    }
    return page_response(request, "objections", "operator/objection.html", context, status=status)


def _why(one: Undelivered) -> str:
    """What the server said; of a mail that waits with us, why."""
    return one.words or (words_of(one.held) if one.held else "")


def _purposes(engagement: str) -> list[Any]:
    """What it was engaged for last."""
    states = [one.engaged for one in published().revisions.get(engagement, ()) if one.engaged]
    return [PURPOSE_WORDS.get(one, one) for one in states[-1].engagement.purposes] if states else []
