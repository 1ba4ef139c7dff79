"""Access to what an account holds: asking for it, and what the account has granted. Nothing that the account holds."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.operator.support_shown import account_named, grants_for
from steward.privacy.support_access.actions import (
    LONGEST_HOURS,
    GrantChanged,
    NobodyToAsk,
    ask_for_access,
    withdraw_request,
)
from steward.privacy.support_access.models import USUAL_HOURS
from steward.privacy.support_access.words import AREAS
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount


class AskForm(forms.Form):
    """Why, what and how long. The account may grant less, never more."""

    reason = forms.CharField(
        label=pgettext_lazy("support access", "Why"),
        help_text=gettext_lazy("Their owners and admins read this. Say what you want to find out."),
        max_length=1_000,
        widget=forms.Textarea({"rows": 3}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Number of your own"),
        help_text=gettext_lazy("Such as that of the ticket in which they asked you. May stay empty."),
        max_length=80,
        required=False,
    )
    areas = forms.MultipleChoiceField(
        label=pgettext_lazy("support access", "What you need to see"),
        help_text=gettext_lazy("Ask for no more than you need."),
        choices=lambda: list(AREAS.items()),
        # Each box is what is wrong when none is ticked, and says so.
        widget=forms.CheckboxSelectMultiple({"aria-describedby": "id_areas-about"}),
        error_messages={"required": gettext_lazy("Tick one at least.")},
    )
    may_write = forms.BooleanField(
        label=gettext_lazy(
            "Leave notes, set the state of tickets and, by commands, change settings, consents and legal holds"
        ),
        required=False,
    )
    may_erase = forms.BooleanField(
        label=gettext_lazy("Erase customers and tickets and make words unreadable, for good"),
        help_text=gettext_lazy("By commands. Ask for it only where they want something erased."),
        required=False,
    )
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"),
        help_text=gettext_lazy("At most 168, which is seven days."),
        min_value=1,
        max_value=LONGEST_HOURS,
        initial=USUAL_HOURS,
    )
    only_me = forms.ChoiceField(
        label=pgettext_lazy("support access", "Who"),
        choices=[
            ("me", pgettext_lazy("support access", "Only me")),
            ("team", gettext_lazy("Every operator")),
        ],
        initial="me",
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@operator_required
def support(request: OperatorRequest, slug: str) -> HttpResponse:
    """What was asked for and what runs; asking."""
    found = account_named(slug)
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data | {"only_me": form.cleaned_data["only_me"] == "me"}
        try:
            ask_for_access(found.pk, request.person.pk, **asked)
        except NobodyToAsk:
            form.add_error(
                None, _("The account is suspended: nobody gets in who could grant this. Ask once it is open.")
            )
        except SealedAccount:
            form.add_error(None, _("The account is terminated: its data are sealed, and nobody can grant this."))
        else:
            return _back(request, found, _("The account’s owners and admins are asked."))
    noted(request, "support.read", account_id=found.pk)
    context = {"account": found, "form": form, **grants_for(found, request.person.pk)}
    status = 422 if form.is_bound else 200
    return page_response(request, "accounts", "operator/support/overview.html", context, status=status)


@require_POST
@operator_required
def withdrawal(request: OperatorRequest, slug: str, grant_id: UUID) -> HttpResponse:
    """Take back what nobody has answered yet."""
    found = account_named(slug)
    if grant_id not in {one.grant.pk for one in grants_for(found, request.person.pk)["asked"]}:
        raise Http404("no such request")
    try:
        withdraw_request(found.pk, grant_id, request.person.pk)
    except GrantChanged:
        return _back(request, found, _("It was answered meanwhile; see below."))
    return _back(request, found, _("The request is withdrawn."))


def _back(request: OperatorRequest, found: Account, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("operator:support", args=[found.slug]), status=303)
