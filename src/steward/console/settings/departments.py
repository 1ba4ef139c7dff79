"""Departments: making them, their name and signature, who belongs to them, which one is the default."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest
from steward.console.settings.crowds import asked_for
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.signatures import LONGEST, SignatureForm, previews, typed, written
from steward.lib.alphabet import alphabetical
from steward.lib.ids import read_id
from steward.people.access import (
    can_edit_department,
    get_department,
    managed_departments,
    may,
    roles_to_give_in,
)
from steward.people.actions import (
    NameTaken,
    NotToBeArchived,
    create_department,
    edit_department,
    make_default,
    place_in_department,
)
from steward.people.models import Department, DepartmentRole, Membership
from steward.people.queries import departments_with_sizes, members_with, page_of_member_ids


class NewDepartmentForm(forms.Form):
    """The name of a department to be."""

    name = forms.CharField(label=pgettext_lazy("department", "Name"), max_length=80)


class DepartmentForm(NewDepartmentForm, SignatureForm):
    """Name and signatures."""

    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        help_text=gettext_lazy("It stands under each answer of this department, below the signature of the agent."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("departments")
def departments(request: ConsoleRequest) -> HttpResponse:
    """The list; a POST makes a new department."""
    may_create = may(request.me, "department:create")
    if request.method == "POST" and not may_create:
        raise PermissionDenied("department:create")
    form = NewDepartmentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = create_department(form.cleaned_data["name"], actor=request.actor)
            return back_to(request, made, _("The department was added. Choose who belongs to it."))
        except NameTaken:
            form.add_error("name", _name_taken())
    mine = managed_departments(request.me)
    shown = [(each, size) for each, size in departments_with_sizes() if may_create or each.pk in mine]
    context = {"form": form, "departments": shown, "may_create": may_create}
    return settings_response(
        request, "console/settings/departments.html", context, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("departments")
def department(request: ConsoleRequest, department_id: UUID) -> HttpResponse:
    """One department: its name and signature are saved here, who belongs to it by a form of its own."""
    found = editable(request, department_id)
    now = {"name": found.name} | typed(found)
    form = DepartmentForm(request.POST) if request.method == "POST" else DepartmentForm(initial=now)
    if form.is_bound and form.is_valid():
        try:
            signatures = written(form.cleaned_data, found)
            edit_department(found, name=form.cleaned_data["name"], actor=request.actor, **signatures)
            return back_to(request, found, _("Saved."))
        except NameTaken:
            form.add_error("name", _name_taken())
    context = {
        "form": form,
        "department": found,
        "previews": list(previews(found)),
        "may_close": may(request.me, "department:archive"),
    } | _placed(request, found)
    return settings_response(request, "console/settings/department.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("departments")
def department_agents(request: ConsoleRequest, department_id: UUID) -> HttpResponse:
    """Give one person (`member`) another role in the department, or take them out with an empty `role`."""
    found = editable(request, department_id)
    member = _member(request.POST.get("member", ""))
    role = request.POST.get("role", "")
    held = member.departments.filter(department=found).values_list("role", flat=True).first()
    allowed = {"", *roles_to_give_in(request.me, found)}
    if role not in {"", *DepartmentRole.values}:
        return HttpResponse(status=400)
    if role not in allowed or (held or "") not in allowed:
        raise PermissionDenied("department:place_agents")
    keep = request.session.session_key if member.pk == request.me.pk else None
    place_in_department(member, found, role or None, actor=request.actor, keep_session=keep)
    return back_to(request, found, _("Saved."))


@require_POST
@settings_page("departments")
def department_default(request: ConsoleRequest, department_id: UUID) -> HttpResponse:
    """Let what has no other place come here."""
    found = editable(request, department_id)
    if not may(request.me, "department:make_default"):
        raise PermissionDenied("department:make_default")
    try:
        make_default(found, actor=request.actor)
    except NotToBeArchived as error:
        raise Http404("an archived department takes nothing") from error
    return back_to(request, found, _("Saved."))


def editable(request: ConsoleRequest, department_id: UUID) -> Department:
    """The department: 404 for one that is not to be seen, 403 for one that is not to be changed."""
    try:
        found = get_department(request.me, department_id)
    except Department.DoesNotExist as error:
        raise Http404("no such department") from error
    if not can_edit_department(request.me, found):
        raise PermissionDenied("department:edit")
    return found


def back_to(request: ConsoleRequest, department: Department, words: str) -> HttpResponse:
    """The page of the department, at the same people of a long list."""
    messages.success(request, words)
    place = f"?{request.GET.urlencode()}" if request.GET else ""
    return HttpResponseRedirect(f"{reverse('console:settings-department', args=[department.pk])}{place}", status=303)


def _placed(request: ConsoleRequest, department: Department) -> dict[str, Any]:
    """Everybody in the account with the role here, those in it first, a page at a time; what may be given to each."""
    asked, allowed = asked_for(request), roles_to_give_in(request.me, department)
    held = dict(department.memberships.values_list("membership", "role"))
    ids, following = page_of_member_ids(
        lambda each: (each.id not in held, alphabetical(each.name)), query=asked.query, after=asked.after
    )
    placed = [
        {
            "member": member,
            "role": held.get(member.pk, ""),
            "label": DepartmentRole(held[member.pk]).label if member.pk in held else "",
            "choices": [(role.value, role.label) for role in allowed]
            if held.get(member.pk, "") in {"", *allowed}
            else [],
        }
        for member in members_with(ids)
    ]
    return {"placed": placed, "place_query": request.GET.urlencode()} | asked.context(following)


def _name_taken() -> str:
    return _("Another department, perhaps an archived one, has this name. Choose another name.")


def _member(text: str) -> Membership:
    member_id = read_id(text)
    found = members_with([member_id]) if member_id else []
    if not found:
        raise Http404("nobody of that id works here")
    return found[0]
