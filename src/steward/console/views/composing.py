"""Writing to a customer first."""

from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from steward.channels.email.ways import has_way_out
from steward.console.entrance import ConsoleRequest, member_required
from steward.console.forms import NewTicketForm
from steward.console.lists import url_after
from steward.console.onward import go_on_at
from steward.console.shell import shell
from steward.console.ticket_page import draft_of
from steward.console.views.drafting import seen_marks
from steward.console.views.writing import writing_of, written_once
from steward.lib.ids import new_id
from steward.people.access import solvable_departments
from steward.people.models import Afterwards
from steward.tickets import actions
from steward.tickets.messages import ticket_begun_with
from steward.tickets.models import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def compose(request: ConsoleRequest) -> HttpResponse:
    """The form for a new ticket, and what comes of it."""
    departments = solvable_departments(request.actor)
    if not departments:
        raise PermissionDenied("ticket:compose")
    if request.method != "POST":
        return _page(request, NewTicketForm(initial=_begun(request), departments=departments))
    form = NewTicketForm(request.POST, departments=departments)
    if form.is_valid():
        again = partial(_forget, request)
        ticket = written_once(form, lambda: _composed(request, form), again=again) or _composed_before(request, form)
        if ticket is not None:
            stays = request.me.afterwards != Afterwards.LIST  # a new ticket has no next one
            return go_on_at(request, url_after(request.me, ticket, is_done=not stays))
    return _page(request, form, status=422)


def _composed(request: ConsoleRequest, form: NewTicketForm) -> Ticket:
    ticket = actions.compose_ticket(
        form.cleaned_data["department"],
        writing_of(request, form, None),
        subject=form.cleaned_data["subject"],
        author=request.me,
        actor=request.actor,
        to=form.cleaned_data["to"],
        cc=form.cleaned_data["cc"],
    )
    _forget(request)
    return ticket


def _forget(request: ConsoleRequest) -> None:
    actions.discard_draft(request.me, None, seen=seen_marks(request.POST))


def _composed_before(request: ConsoleRequest, form: NewTicketForm) -> Ticket | None:
    """The ticket that the same form made when it came first."""
    return ticket_begun_with(form.cleaned_data["once"], author=request.me)


def _begun(request: ConsoleRequest) -> dict[str, object]:
    draft = draft_of(request, None)
    return {name: draft.get(name) for name in ("to", "cc", "subject", "department")}


def _page(request: ConsoleRequest, form: NewTicketForm, status: int = 200) -> HttpResponse:
    draft = draft_of(request, None)
    if form.is_bound:
        draft |= {
            "html": form.data.get("body_html", ""),
            "text": form.data.get("body_text", ""),
            "mark": form.data.get("seen", ""),
        }
    departments = solvable_departments(request.actor)
    context = {
        "page": "new",
        "form": form,
        "draft": draft,
        "departments": departments,
        "once": form.data.get("once") or new_id(),
        "can_send": any(has_way_out(UUID(str(department.id))) for department in departments),
        "actions": {
            "create_url": reverse("console:new"),
            "draft_url": reverse("console:new-draft"),
            "upload_url": reverse("console:new-upload"),
        },
    }
    return TemplateResponse(request, "console/new.html", shell(request) | context, status=status)
