"""Drafts: kept as one types, in whichever tab, and the files put to them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steward.console.entrance import ConsoleRequest, member_required, with_ticket
from steward.lib.clock import now
from steward.lib.html import html_to_text
from steward.lib.ids import read_id
from steward.people.access import solvable_departments
from steward.tickets import actions
from steward.tickets.actions.drafting import Seen
from steward.tickets.messages import is_message
from steward.tickets.models import Draft, Ticket
from steward.ui.ages import file_size, told


@require_http_methods(["GET", "HEAD", "POST"])
@with_ticket("ticket:reply")
def ticket_draft(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Keep what was typed so far, by POST; by GET, tell what another tab has made of the draft."""
    if request.method != "POST":
        return _tell(lambda: _check(request, ticket), status=200)
    kept = {name: request.POST[name] for name in ("kind", "cc", "body_html") if name in request.POST}
    if kept.get("kind") not in {Draft.Kind.REPLY, Draft.Kind.NOTE}:
        kept.pop("kind", None)
    return _tell(lambda: _save(request, ticket, kept), status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new_draft(request: ConsoleRequest) -> HttpResponse:
    """The same for a new ticket."""
    if request.method != "POST":
        return _tell(lambda: _check(request, None), status=200)
    kept = {name: request.POST[name] for name in ("subject", "to", "cc", "body_html") if name in request.POST}
    chosen = request.POST.get("department", "")
    if chosen in {str(department.id) for department in solvable_departments(request.actor)}:
        kept["department_id"] = chosen
    return _tell(lambda: _save(request, None, kept), status=409)


@require_POST
@with_ticket("ticket:reply")
def ticket_upload(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Put one file to the draft; answers with its id."""
    return _keep_upload(request, ticket)


@require_POST
@member_required
def new_upload(request: ConsoleRequest) -> HttpResponse:
    """Put one file to the draft of a new ticket."""
    return _keep_upload(request, None)


def seen_marks(form: QueryDict) -> Seen | None:
    """The marks that the page says it has seen; None from what knows no marks, which overwrites."""
    if "seen" not in form:
        return None
    return Seen(_marks(form.getlist("seen")), _marks(form.getlist("tried")))


def _marks(texts: Iterable[str]) -> frozenset[UUID]:
    return frozenset(mark for text in texts if (mark := read_id(text)) is not None)


def _check(request: ConsoleRequest, ticket: Ticket | None) -> None:
    once = read_id(request.GET.get("once", ""))
    if once is not None and is_message(once):
        return  # sent from the page that asks, which heard no answer: no other tab did it
    actions.check_draft(request.me, ticket, seen=seen_marks(request.GET) or Seen())


def _save(request: ConsoleRequest, ticket: Ticket | None, kept: Mapping[str, str]) -> str:
    seen, mark = seen_marks(request.POST), read_id(request.POST.get("mark", ""))
    draft = actions.save_draft(request.me, ticket, kept, seen=seen, mark=mark)
    if seen is None or draft.mark == mark or draft.mark in seen.marks:
        _forget_removed_files(request, draft)
    return mark_of(draft)


def mark_of(draft: Draft) -> str:
    """The draft's mark as pages carry it; empty for none."""
    return draft.mark.hex if draft.mark else ""


def _tell(ask: Callable[[], str | None], *, status: int) -> HttpResponse:
    """204 with the draft's mark as its `ETag`; with `status` and words for the person when another tab moved it."""
    try:
        mark = ask()
    except actions.DraftMoved as moved:
        return JsonResponse(_moved(moved), status=status)
    return HttpResponse(status=204, headers={"ETag": f'"{mark}"'} if mark else {})


def _moved(moved: actions.DraftMoved) -> dict[str, Any]:
    draft = moved.draft
    if draft is None:
        at = moved.sent_at and told(moved.sent_at, now=now(), style="clock")
        words = _("This answer was sent at %(time)s from another tab.") if at else _("This was sent from another tab.")
        return {"reason": "sent", "words": words % {"time": at} if at else words}
    at = told(draft.saved_at, now=now(), style="clock")
    return {
        "reason": "saved",
        "words": _("Another tab saved a different text at %(time)s.") % {"time": at},
        "mark": mark_of(draft),
        "fields": _fields(draft),
        "text": html_to_text(draft.body_html).strip(),
        "files": [
            {"id": str(f.id), "name": f.name, "size": file_size(f.file.size)}
            for f in draft.attachments.select_related("file").order_by("id")
        ],
    }


def _fields(draft: Draft) -> dict[str, str]:
    """By the names of the form's fields."""
    if draft.kind != Draft.Kind.TICKET:
        return {"kind": draft.kind, "cc": draft.cc, "body_html": draft.body_html}
    department = {"department": str(draft.department_id)} if draft.department_id else {}
    return {"to": draft.to, "cc": draft.cc, "subject": draft.subject, "body_html": draft.body_html} | department


def _keep_upload(request: ConsoleRequest, ticket: Ticket | None) -> JsonResponse:
    uploaded = request.FILES.get("file")
    if uploaded is None:
        return JsonResponse({"error": _("No file came with this request. Choose the file once more.")}, status=400)
    draft = actions.draft_for_files(request.me, ticket)
    kept = actions.attach_to_draft(draft, uploaded.name or "", uploaded.read(), uploaded.content_type or "")
    return JsonResponse({"id": str(kept.id), "name": kept.name, "size": kept.file.size}, status=201)


def _forget_removed_files(request: HttpRequest, draft: Draft) -> None:
    """A draft holds the files its form still names; forms without scripts name none and change nothing."""
    if "attachment" in request.POST:
        named = set(request.POST.getlist("attachment"))
        for attachment in draft.attachments.all():
            if str(attachment.id) not in named:
                actions.detach_from_draft(attachment)
