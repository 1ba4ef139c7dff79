"""Inviting people, one or many at once; sending an invitation again, taking one back."""

from collections.abc import Mapping
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest, View
from steward.console.forms import AddressesField
from steward.console.settings.agents import role_choices
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.placing import add_department_fields, chosen_departments, department_fields
from steward.console.settings.profile import languages
from steward.people.access import can_give, get_invitation, open_departments
from steward.people.actions import (
    InvitationRefused,
    InvitedAbove,
    NewInvitation,
    TooManyInvitations,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from steward.people.models import DepartmentRole, Invitation, Role
from steward.people.sessions import ACCOUNT
from steward.people.throttling import Limit, TooManyTries, count_try
from steward.ui.enumerating import enumerated, isolated

MOST = 50  # at once
INVITING = Limit("inviting", 40, timedelta(hours=1))


def mail_counted(view: View) -> View:
    """Count the forms that send mail to strangers, for each account: before its scope opens, whose end may undo it."""

    @wraps(view)
    def count(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_member = request.account is not None and request.session.get(ACCOUNT) == str(request.account.id)
        if request.method == "POST" and is_member:
            try:
                count_try(INVITING, str(request.account.id))
            except TooManyTries as refusal:
                messages.error(request, refusal.words)
                return HttpResponseRedirect(reverse("console:settings-agents"), status=303)
        return view(request, *args, **kwargs)

    return count


class InviteForm(forms.Form):
    """Whom to invite, all with the same role and departments."""

    people: Any = AddressesField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One or more, with commas between or one on each line. Names can stand before them."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect, initial=Role.AGENT)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the invitation"),
        help_text=gettext_lazy("Their pages begin in it, too; everybody can choose another one later."),
        choices=languages,
        required=False,
    )

    def __init__(self, *args: Any, giver: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(giver)  # type: ignore[attr-defined]
        departments = open_departments()
        first = {department.pk: DepartmentRole.SOLVER.value for department in departments if department.is_default}
        add_department_fields(self, departments, first)

    def clean_people(self) -> Any:
        people = self.cleaned_data["people"]
        if len(people) > MOST:
            raise forms.ValidationError(_("Invite at most %(most)d people at once.") % {"most": MOST})
        return people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.AGENT and not chosen_departments(cleaned):
            self.add_error(None, _("An agent sees only the tickets of their departments: choose at least one."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@mail_counted
@settings_page("agents")
def invite_agents(request: ConsoleRequest) -> HttpResponse:
    """The form, and what comes of it."""
    form = InviteForm(request.POST if request.method == "POST" else None, giver=request.me.role)
    if form.is_bound and form.is_valid():
        return _invited(request, form.cleaned_data)
    context = {"form": form, "department_fields": department_fields(form)}
    return settings_response(request, "console/settings/invite.html", context, status=422 if form.is_bound else 200)


@require_POST
@mail_counted
@settings_page("agents")
def invitation_mail(request: ConsoleRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    found = _invitation(request, invitation_id)
    resend_invitation(found, actor=request.actor)
    return _back(request, _("The invitation is on its way again. The old link no longer works."))


@require_POST
@settings_page("agents")
def invitation_removal(request: ConsoleRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    withdraw_invitation(_invitation(request, invitation_id), actor=request.actor)
    return _back(request, _("The invitation was taken back. Its link no longer works."))


def _invitation(request: ConsoleRequest, invitation_id: UUID) -> Invitation:
    try:
        found = get_invitation(request.me, invitation_id)
    except Invitation.DoesNotExist as error:
        raise Http404("no such invitation") from error
    if not can_give(request.me, found.role):
        raise PermissionDenied("owner:make")
    return found


_NOT_INVITED: Mapping[type[ValueError], Any] = {
    TooManyInvitations: gettext_lazy(
        "Not invited: %(addresses)s. Too many invitations are waiting; take some of them back first."
    ),
    InvitedAbove: gettext_lazy("Not invited, because an owner has invited them already: %(addresses)s."),
    InvitationRefused: gettext_lazy("Not invited, because they are here already: %(addresses)s."),
}


def _invited(request: ConsoleRequest, cleaned: dict[str, Any]) -> HttpResponse:
    refused: dict[type[ValueError], list[str]] = {why: [] for why in _NOT_INVITED}
    departments, people = chosen_departments(cleaned), cleaned["people"]
    for person in people:
        new = NewInvitation(
            person.email, cleaned["role"], name=person.name, language=cleaned["language"], departments=departments
        )
        try:
            invite(new, invited_by=request.me, actor=request.actor)
        except tuple(_NOT_INVITED) as refusal:
            refused[type(refusal)].append(person.email)
    for why, addresses in refused.items():
        if addresses:
            messages.error(request, _NOT_INVITED[why] % {"addresses": _listed(addresses)})
    if count := len(people) - sum(map(len, refused.values())):
        words = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)
        messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("console:settings-agents"), status=303)


def _listed(addresses: list[str]) -> str:
    return enumerated([isolated(address) for address in addresses])


def _back(request: ConsoleRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("console:settings-agents"), status=303)
