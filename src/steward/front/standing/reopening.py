"""The order to open a terminated account again, and taking it back. Whoever runs the installation then opens it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.front.standing.entrance import OwnerRequest, owner_required
from steward.front.standing.page import LiftForm, show_page
from steward.lifecycle.reopening import NotToBeOrdered, order_reopening, withdraw_reopening
from steward.tenancy.scope import upkeep_scope


@require_POST
@owner_required
def reopening(request: OwnerRequest) -> HttpResponse:
    """Order it. Of what is suspended, or is to be deleted, the page says what can be done instead."""
    form = LiftForm(request.POST)
    if not form.is_valid():
        return show_page(request, form, status=422)
    account, words = request.owner.account, form.cleaned_data["words"]
    try:
        with upkeep_scope(account.pk):
            is_new = order_reopening(account, owner=request.owner.me, words=words)
    except NotToBeOrdered:
        return _back()
    said = _("It is ordered. They have been told; when it is open, all owners get a mail.")
    messages.success(request, said if is_new else _("It is ordered already."))
    return _back()


@require_POST
@owner_required
def reopening_withdrawal(request: OwnerRequest) -> HttpResponse:
    """Take that order back."""
    with upkeep_scope(request.owner.account.pk):
        was_there = withdraw_reopening(request.owner.account, owner=request.owner.me)
    messages.success(request, _("The order is taken back.") if was_there else _("There is no such order."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("front:standing-account"), status=303)
