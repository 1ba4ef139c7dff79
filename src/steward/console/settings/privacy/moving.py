"""The account's order to move its data to another region: given by an owner, shown, and taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.confirming import confirmed
from steward.console.settings.entrance import settings_page, settings_response
from steward.lifecycle.moving import (
    NotOrderable,
    open_order,
    order_region_move,
    regions_to_move_to,
    withdraw_region_move,
)
from steward.people.access import can_own
from steward.people.queries import member_names
from steward.people.second_factors import STRONG
from steward.people.sessions import FACTORS


class OrderForm(forms.Form):
    """Where to, and the address of the account typed as a sign that it is meant."""

    to_region = forms.ChoiceField(label=gettext_lazy("Region to move to"))
    slug = forms.CharField(
        label=gettext_lazy("First part of the account’s address"),
        help_text=gettext_lazy("Typed as a sign that you mean it."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, typed: Any, *, slug: str) -> None:
        super().__init__(typed)
        self.fields["to_region"].choices = [(one.code, one.name) for one in regions_to_move_to()]  # type: ignore[attr-defined]
        self.wanted = slug

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).strip().lower()
        if slug != self.wanted:
            raise forms.ValidationError(_("This is not the first part of the account’s address."))
        return slug


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("places")
@confirmed
def region(request: ConsoleRequest) -> HttpResponse:
    """The order that stands, or a form to give one. Only owners; who has shown a second factor lately."""
    _check_owner(request)
    is_sent = request.method == "POST"
    form = OrderForm(request.POST if is_sent else None, slug=request.account.slug)
    if is_sent and form.is_valid():
        factor = next(iter(sorted(STRONG.intersection(request.session.get(FACTORS, [])))), "")
        try:
            order_region_move(form.cleaned_data["to_region"], owner=request.me, factor=factor)
        except NotOrderable:
            form.add_error(
                None, _("This order takes a second factor, and there can be only one. Add one under “Sign-in”.")
            )
        else:
            messages.success(request, _("The move is ordered. Until it is carried out you can withdraw it."))
            return HttpResponseRedirect(reverse("console:settings-privacy-region"))
    order = open_order()
    by = member_names().get(order.ordered_by, "") if order else ""
    context = {"form": form, "order": order, "by": by, "is_possible": bool(regions_to_move_to())}
    return settings_response(request, "console/settings/region.html", context, status=422 if is_sent else 200)


@require_POST
@settings_page("places")
def region_withdrawal(request: ConsoleRequest) -> HttpResponse:
    """Take the order back."""
    _check_owner(request)
    if (order := open_order()) is not None:
        withdraw_region_move(order, actor=request.actor)
        messages.success(request, _("The order is withdrawn."))
    return HttpResponseRedirect(reverse("console:settings-places"))


def _check_owner(request: ConsoleRequest) -> None:
    if not can_own(request.me):
        raise PermissionDenied("settings:region")
