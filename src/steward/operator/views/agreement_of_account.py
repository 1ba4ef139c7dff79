"""The agreement of one account as the provider sees it: what is in force, all there ever was, and ending it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steward.lib.actor import SYSTEM
from steward.operator.entrance import OperatorRequest, fresh_required, noted, operator_required, page_response
from steward.operator.queries import get_account
from steward.people.operators import note
from steward.privacy.agreements.access import standing_of_account
from steward.privacy.agreements.actions import Ending, end, keep_in_force
from steward.privacy.agreements.asking import LastDay
from steward.privacy.agreements.effects import effects_of
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.shown import Reader, shown_versions
from steward.privacy.agreements.states import WrongState
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.ui.meant import MeantForm


class EndingForm(MeantForm):
    """Why it is ended, for the owners, and the address of the account, which shows that it is meant."""

    field_order = ("ends_at", "words", "word")
    ends_at = LastDay()
    words = forms.CharField(
        label=gettext_lazy("What you write to the owners"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_safe
@operator_required
def agreement(request: OperatorRequest, slug: str) -> HttpResponse:
    """What is in force between the account and us, what that means, and every version there was."""
    found = _account(slug)
    noted(request, "account.agreement_read", account_id=found.pk)
    return _page(request, found, EndingForm(word=found.slug))


@require_POST
@fresh_required
def ending(request: OperatorRequest, slug: str) -> HttpResponse:
    """End what is in force, with words to the owners; the address of the account has to be typed."""
    found = _account(slug)
    form = EndingForm(request.POST, word=found.slug)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    typed = form.cleaned_data
    words = Ending(side=Agreement.Side.PROVIDER, by=request.person.pk, words=typed["words"], at=typed["ends_at"])
    if _is_ended(request, found, words):
        has_day = typed["ends_at"] is not None
        on_its_day = _("The agreement ends on its last day, and the owners are told.")
        messages.success(request, on_its_day if has_day else _("The agreement has ended, and the owners are told."))
    elif _ends_by_account(found):
        messages.error(request, _("Nothing was changed: no end of ours is set."))
    else:
        messages.error(request, _("Nothing was changed: no agreement is in force."))
    return HttpResponseRedirect(reverse("operator:account-agreement", args=[found.slug]))


@require_POST
@fresh_required
def staying(request: OperatorRequest, slug: str) -> HttpResponse:
    """Take back an end that the provider has set."""
    found = _account(slug)
    with upkeep_scope(found.pk):
        in_force = standing_of_account().in_force
        try:
            if in_force is None:
                raise WrongState("nothing is in force")
            keep_in_force(in_force, side=Agreement.Side.PROVIDER, actor=SYSTEM)
            note(request.person.pk, "agreement.end_taken_back", account_id=found.pk)
            messages.success(request, _("The agreement stays in force, and the owners are told."))
        except WrongState:
            messages.error(request, _("Nothing was changed: no end of ours is set."))
    return HttpResponseRedirect(reverse("operator:account-agreement", args=[found.slug]))


def _is_ended(request: OperatorRequest, found: Account, words: Ending) -> bool:
    with upkeep_scope(found.pk):
        in_force = standing_of_account().in_force
        try:
            if in_force is None:
                return False
            end(in_force, words, actor=SYSTEM)
        except WrongState:
            return False
        note(request.person.pk, "agreement.ended", account_id=found.pk)
    return True


def _ends_by_account(found: Account) -> bool:
    with upkeep_scope(found.pk):
        in_force = standing_of_account().in_force
    return in_force is not None and in_force.ended_side == Agreement.Side.ACCOUNT


def _account(slug: str) -> Account:
    try:
        return get_account(slug)
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error


def _page(request: OperatorRequest, found: Account, form: EndingForm, *, status: int = 200) -> HttpResponse:
    with upkeep_scope(found.pk):
        standing = standing_of_account()
    one = standing.in_force
    means = effects_of(one, region=found.data_centre.region) if one else ()
    reader = Reader(
        side=Agreement.Side.PROVIDER, names={}, url_of=lambda each: reverse("operator:agreement", args=[each.pk])
    )
    versions = shown_versions(standing.versions, reader)
    context = {"account": found, "versions": versions, "one": one, "means": means, "form": form}
    return page_response(request, "accounts", "operator/account_agreement.html", context, status=status)
