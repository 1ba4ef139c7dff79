"""The bin and the spam: what lies there, restoring it, and purging it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.bin import bin_context, counts_of, purge_url, purged_stores
from steward.console.entrance import ConsoleRequest, member_required, member_with, with_ticket
from steward.console.lists import ticket_url
from steward.console.shell import shell
from steward.lib.clock import now
from steward.people.access import can_purge
from steward.privacy.holds.words import sentence
from steward.privacy.retention.access import get_purge
from steward.privacy.retention.actions import purge_chosen
from steward.privacy.retention.bin import Choice, counted
from steward.privacy.retention.models import RetentionRun
from steward.privacy.retention.progress import progress_of
from steward.tickets import actions
from steward.tickets.access import can, hidden_tickets
from steward.tickets.models import Ticket
from steward.tickets.queries import PAGE, Cursor
from steward.tickets.statuses import HIDDEN, Status
from steward.ui.meant import MeantForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def bin_page(request: ConsoleRequest) -> HttpResponse:
    """What lies in the bin, or is spam (`status`). A POST restores what is chosen of it, or leads to purging it."""
    status = _status(request)
    if request.method == "POST":
        codes = request.POST.getlist("ticket")[:PAGE]
        chosen = hidden_tickets(request.actor, status, codes)
        if chosen and request.POST.get("do") == "purge":
            return HttpResponseRedirect(purge_url(status, [ticket.code for ticket in chosen]), status=303)
        _restore(request, chosen)
        return HttpResponseRedirect(f"{reverse('console:bin')}?status={status.value}", status=303)
    context = shell(request) | bin_context(request, status, after=_cursor(request))
    return TemplateResponse(request, "console/bin.html", context)


@require_POST
@with_ticket("ticket:delete")
def restore(request: ConsoleRequest, ticket: Ticket) -> HttpResponse:
    """Bring one ticket back."""
    try:
        actions.restore_ticket(ticket, actor=request.actor)
        messages.success(request, _("%(code)s is restored.") % {"code": ticket.code})
    except actions.StatusRefused:
        words = _("%(code)s was not restored: it is not in the bin any more, or it is being purged.")
        messages.error(request, words % {"code": ticket.code})
    return HttpResponseRedirect(ticket_url(ticket.code), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@member_with(can_purge)
def purge(request: ConsoleRequest) -> HttpResponse:
    """What would go of the bin or of spam, all of it or some tickets (`ticket`), and the word that makes it go."""
    until = _until(request)
    choice = _choice(request, until or now())
    form = MeantForm(request.POST if request.method == "POST" else None, word=pgettext("typed to confirm", "purge"))
    if form.is_bound and until is None:
        form.add_error(
            None, _("It cannot be told since when this page was open. Look at it again, then type the word.")
        )
    elif form.is_bound and form.is_valid():
        try:
            run = purge_chosen(choice, actor=request.actor)
            return HttpResponseRedirect(reverse("console:purge-progress", args=[run.pk]), status=303)
        except actions.NothingToPurge:
            form.add_error(None, _("Nothing of it can be purged any more: it was restored, or a legal hold keeps it."))
    found = counted(choice)
    context = {
        "page": "tickets", "form": form, "status": choice.status.value, "until": choice.until.isoformat(),
        "found": found, "counts": counts_of(found), "is_chosen": bool(choice.tickets),
        "hold_words": list(map(sentence, found.holds)),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "console/purge.html", shell(request) | context, status=status)


@require_safe
@member_required
def purge_progress(request: ConsoleRequest, run_id: UUID) -> HttpResponse:
    """How far a purge is, and in the end what went."""
    try:
        run = get_purge(request.me, run_id)
    except RetentionRun.DoesNotExist as error:
        raise Http404("no such purge") from error
    progress = progress_of(run)
    context = {"page": "tickets", "run": run, "progress": progress, "stores": purged_stores(progress)}
    if request.headers.get("X-Requested-With") == "live":
        return TemplateResponse(request, "console/_purge_progress.html", context)
    return TemplateResponse(request, "console/purge_progress.html", shell(request) | context)


def _restore(request: ConsoleRequest, chosen: Sequence[Ticket]) -> None:
    if not chosen:
        messages.error(request, _("Choose tickets first: put a tick in front of them."))
        return
    if not all(can(request.actor, "ticket:delete", ticket) for ticket in chosen):
        raise PermissionDenied("ticket:delete")
    number = 0
    for ticket in chosen:
        try:
            actions.restore_ticket(ticket, actor=request.actor)
            number += 1
        except actions.StatusRefused:
            words = _("%(code)s was not restored: it is not in the bin any more, or it is being purged.")
            messages.error(request, words % {"code": ticket.code})
    if number:
        words = ngettext("%(count)s ticket is restored.", "%(count)s tickets are restored.", number)
        messages.success(request, words % {"count": number})


def _choice(request: ConsoleRequest, until: datetime) -> Choice:
    """All that lay there when the page was first shown: what comes into the bin while one reads stays."""
    status, codes = _status(request), request.GET.getlist("ticket")[:PAGE]
    tickets = tuple(ticket.pk for ticket in hidden_tickets(request.actor, status, codes))
    if codes and not tickets:
        raise Http404("none of these tickets lies there")
    return Choice(status, until, tickets)


def _until(request: ConsoleRequest) -> datetime | None:
    """Since when the page was open, or now where nothing is said; None for what is no moment."""
    told = request.POST.get("until", "")
    if not told:
        return now()
    try:
        asked = parse_datetime(told)
        return min(asked.astimezone(UTC), now()) if asked and asked.tzinfo else None
    except (ValueError, OverflowError):  # well formed, and no such day, or one before the calendar begins
        return None


def _status(request: ConsoleRequest) -> Status:
    wanted = request.GET.get("status", Status.DELETED.value)
    if wanted not in HIDDEN:
        raise Http404("nothing else is hidden")
    return Status(wanted)


def _cursor(request: ConsoleRequest) -> Cursor | None:
    try:
        return Cursor.parse(request.GET["after"]) if request.GET.get("after") else None
    except ValueError as error:
        raise Http404("no such page of the bin") from error
