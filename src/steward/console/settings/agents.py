"""Agents: who works here and who is invited; one person's name, role and departments."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.crowds import asked_for
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.placing import add_department_fields, chosen_departments, department_fields
from steward.people.access import can_change, can_give, can_remove, get_member, open_departments
from steward.people.actions import LastOwner, change_department_roles, change_role, edit_profile
from steward.people.models import Membership, Role
from steward.people.permissions import roles_to_give
from steward.people.queries import listed_members, waiting_invitations
from steward.people.signed_in import end_sessions

ABOUT_ROLES = {
    Role.AGENT: gettext_lazy("works on the tickets of the departments chosen below"),
    Role.ADMIN: gettext_lazy("sees every department and changes all settings"),
    Role.OWNER: gettext_lazy("is an admin who also makes and removes owners"),
}


class AgentForm(forms.Form):
    """Name, role, departments of somebody who works here."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        help_text=gettext_lazy("Customers read it under this person's answers."),
        max_length=120,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, giver: str, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(giver)  # type: ignore[attr-defined]
        held = {each.department_id: each.role for each in member.departments.all()}
        add_department_fields(self, open_departments(), held)


def role_choices(giver: str) -> list[tuple[str, str]]:
    """The roles somebody may give, each with what it is for."""
    return [(role.value, f"{role.label}: {ABOUT_ROLES[role]}") for role in roles_to_give(giver)]


@require_safe
@settings_page("agents")
def agents(request: ConsoleRequest) -> HttpResponse:
    """Everybody, a page at a time, and the invitations that wait."""
    asked = asked_for(request)
    page = listed_members(query=asked.query, after=asked.after)
    invitations = [(each, can_give(request.me, each.role)) for each in waiting_invitations()]
    context = {"members": page.members, "invitations": [] if asked.after else invitations} | asked.context(page.next)
    return settings_response(request, "console/settings/agents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("agents")
def agent(request: ConsoleRequest, member_id: UUID) -> HttpResponse:
    """One person. Somebody above oneself can be looked at, not changed."""
    member = member_or_404(request, member_id)
    may_change = can_change(request.me, member)
    if request.method == "POST" and not may_change:
        raise PermissionDenied("agent:edit")
    given: dict[str, Any] = {"giver": request.me.role, "member": member}
    now = {"name": member.name, "role": member.role}
    form = AgentForm(request.POST, **given) if request.method == "POST" else AgentForm(initial=now, **given)
    if form.is_bound and form.is_valid() and _changed(request, member, form):
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("console:settings-agents"), status=303)
    context = {
        "member": member,
        "form": form,
        "department_fields": department_fields(form),
        "may_change": may_change,
        "may_remove": can_remove(request.me, member),
    }
    return settings_response(request, "console/settings/agent.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("agents")
def agent_sessions_end(request: ConsoleRequest, member_id: UUID) -> HttpResponse:
    """Sign one person out of this account everywhere: a lost laptop, say. Oneself stays signed in here."""
    member = member_or_404(request, member_id)
    if not can_change(request.me, member):
        raise PermissionDenied("agent:edit")
    keep = request.session.session_key if member.pk == request.me.pk else None
    count = end_sessions(member, but=keep, actor=request.actor)
    words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", count)
    messages.success(request, words % {"count": count})
    return HttpResponseRedirect(reverse("console:settings-agent", args=[member.pk]), status=303)


def member_or_404(request: ConsoleRequest, member_id: UUID) -> Membership:
    """Somebody of this account."""
    try:
        return get_member(request.me, member_id)
    except Membership.DoesNotExist as error:
        raise Http404("nobody of that id works here") from error


def _changed(request: ConsoleRequest, member: Membership, form: AgentForm) -> bool:
    """Whether all of it was saved; if not, none of it, and the form says why."""
    # Whoever changes themselves stays signed in with the session that does it.
    keep = request.session.session_key if member.pk == request.me.pk else None
    try:
        change_role(member, form.cleaned_data["role"], actor=request.actor, keep_session=keep)
    except LastOwner:
        form.add_error("role", _("This is the last owner. Make somebody else an owner first."))
        return False
    chosen = chosen_departments(form.cleaned_data)
    change_department_roles(member, chosen, actor=request.actor, keep_session=keep)
    edit_profile(member, name=form.cleaned_data["name"], actor=request.actor)
    return True
