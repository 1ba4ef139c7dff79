"""Ending what people rely on: a membership, a department. Each says how many tickets it moves and asks for a word."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from steward.console.entrance import ConsoleRequest
from steward.console.erasures_shown import counted_lines
from steward.console.settings.agents import member_or_404
from steward.console.settings.departments import editable
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.heirs import Heirs, heirs_of
from steward.people.access import can_erase, can_remove, may
from steward.people.actions import LastOwner, NotToBeArchived, archive_department, remove_member
from steward.people.queries import departments_open, others_than
from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.actions import Held
from steward.privacy.inventory.stores import Extent
from steward.tickets.actions.handing_over import living_tickets_of
from steward.ui.meant import MeantForm

_HELD = gettext_lazy(
    "A legal hold keeps everything in this account, also what this person left. Lift it first. Until then you can take "
    "the person out of all departments and make them an agent: they see no ticket any more."
)


class EndingForm(MeantForm):
    """To whom the tickets go, and the word that shows one means it."""

    tickets_to: Any = forms.ModelChoiceField(label=gettext_lazy("Who gets the tickets"), queryset=None, required=False)
    field_order = ("tickets_to", "word")

    def __init__(self, *args: Any, others: Any, nobody: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tickets_to"]
        field.queryset = others
        field.empty_label = nobody
        field.required = nobody is None


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("agents")
def agent_removal(request: ConsoleRequest, member_id: UUID) -> HttpResponse:
    """End a person's membership."""
    member = member_or_404(request, member_id)
    if not can_remove(request.me, member):
        raise PermissionDenied("agent:remove")
    heirs = heirs_of(request, member)
    if request.headers.get("X-Requested-With") == "choosing":
        return TemplateResponse(request, "console/settings/_heirs.html", {"heirs": heirs})
    form = EndingForm(
        request.POST if request.method == "POST" else None,
        initial={"tickets_to": heirs.chosen},
        others=others_than(member),
        word=pgettext("typed to confirm", "remove"),
        nobody=_("Nobody: they become unassigned"),
    )
    _choose_among(form, heirs)
    if form.is_bound and form.is_valid():
        try:
            erasure = remove_member(member, tickets_to=form.cleaned_data["tickets_to"], actor=request.actor)
            messages.success(request, _("%(name)s no longer works here.") % {"name": member.name})
            return HttpResponseRedirect(_afterwards(request, erasure), status=303)
        except LastOwner:
            form.add_error(None, _("This is the last owner. Make somebody else an owner first."))
        except Held:
            form.add_error(None, _HELD)
    context = {"member": member, "form": form, "heirs": heirs, "count": living_tickets_of(assignee=member.pk).count()}
    context["lines"] = counted_lines(Extent(members=(member.pk,)))
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/agent_removal.html", context, status=status)


def _afterwards(request: ConsoleRequest, erasure: Erasure | None) -> str:
    """To the erasure with its certificate, for who may read it."""
    if erasure is not None and can_erase(request.me):
        return reverse("console:settings-erasure", args=[erasure.pk])
    return reverse("console:settings-agents")


def _choose_among(form: EndingForm, heirs: Heirs) -> None:
    """A list where they are few; of many the page holds who is chosen, and a menu that finds the others."""
    field = form.fields["tickets_to"]
    field.help_text = _("Tickets of departments in which that person may not answer go to nobody.")
    if not heirs.offered.is_whole:
        field.widget = forms.HiddenInput()
    if heirs.chosen is not None:
        form.fields["word"].widget.attrs["autofocus"] = True


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("departments")
def department_archive(request: ConsoleRequest, department_id: UUID) -> HttpResponse:
    """Close a department for good."""
    found = editable(request, department_id)
    if not may(request.me, "department:archive"):
        raise PermissionDenied("department:archive")
    if found.archived_at is not None:
        raise Http404("archived already")
    form = EndingForm(
        request.POST if request.method == "POST" else None,
        others=departments_open(but=found),
        word=pgettext("typed to confirm", "archive"),
        nobody=None,
    )
    form.fields["tickets_to"].label = _("Department that gets the tickets")
    if form.is_bound and form.is_valid():
        try:
            archive_department(found, to=form.cleaned_data["tickets_to"], actor=request.actor)
            messages.success(request, _("The department is archived."))
            return HttpResponseRedirect(reverse("console:settings-departments"), status=303)
        except NotToBeArchived:
            form.add_error(None, _("This is the default department. Make another one the default first."))
    context = {"department": found, "form": form, "count": living_tickets_of(department=found.pk).count()}
    status = 422 if form.is_bound else 200
    return settings_response(request, "console/settings/department_archive.html", context, status=status)
