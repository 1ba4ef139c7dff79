"""One erasure: the plan to confirm, how far it is, what came of it, and the certificate."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.erasures_shown import get_erasure, shown
from steward.console.recipients_shown import shown_or_none
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.erasures import HELD
from steward.lib.ids import read_id
from steward.privacy.audit.reads import note_read
from steward.privacy.erasure.actions import NotPlanned, start_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.printing import NotPrinted, certificate_pdf
from steward.privacy.holds.actions import Held
from steward.privacy.holds.words import refusal
from steward.privacy.mentions.actions import confirm_mentions
from steward.privacy.mentions.queries import page_of_mentions
from steward.privacy.recipients.queries import telling_about
from steward.privacy.requests.actions import plan_again
from steward.privacy.subprocessors.words import PURPOSE_WORDS
from steward.ui.meant import MeantForm

PIECE = "console/settings/_erasure_progress.html"
_DIGITS = 9  # of the number of a page: more is none


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page("erasures")
def erasure(request: ConsoleRequest, erasure_id: UUID) -> HttpResponse:
    """A plan is ordered by a POST with the word typed; of others it is shown how far they are.

    Each POST keeps what was ticked on the page it comes from; one that names a `page` goes there, and orders nothing.
    """
    found = get_erasure(erasure_id)
    if request.headers.get("X-Requested-With") == "live":
        return TemplateResponse(request, PIECE, {"one": shown(found)})
    if request.method == "POST" and found.state == Erasure.State.PLANNED:
        _keep_ticks(request, found)
        if page := _page(request.POST.get("page", "")):
            address = reverse("console:settings-erasure", args=[found.pk])
            return HttpResponseRedirect(f"{address}?page={page}#mentions-heading", status=303)
    word = pgettext("typed to confirm", "erase")
    form = MeantForm(request.POST if request.method == "POST" else None, word=word)
    if form.is_bound and form.is_valid():
        try:
            start_erasure(found, actor=request.actor)
        except NotPlanned:
            messages.error(request, _("This erasure was ordered before. Below is how far it is."))
        except Held as held:
            form.add_error(None, HELD)
            form.add_error(None, refusal(held.holds))
        if not form.errors:
            return HttpResponseRedirect(reverse("console:settings-erasure", args=[found.pk]), status=303)
    context: dict[str, Any] = {"one": shown(found), "form": form, "telling": shown_or_none(telling_about(found.pk))}
    if found.state == Erasure.State.PLANNED:
        context["mentions"] = page_of_mentions(found, _page(request.GET.get("page", "")) or 1)
    note_read("erasure.read", found, actor=request.actor)
    return settings_response(request, "console/settings/erasure.html", context, status=422 if form.is_bound else 200)


@require_POST
@settings_page("erasures")
def erasure_again(request: ConsoleRequest, erasure_id: UUID) -> HttpResponse:
    """Plan once more what failed: what went is gone, the rest is counted anew."""
    failed = get_erasure(erasure_id)
    if failed.state != Erasure.State.FAILED or failed.extent is None:
        raise Http404("only what failed is planned again")
    try:
        planned = plan_again(failed, actor=request.actor)
    except Held as held:
        messages.error(request, HELD)
        messages.error(request, refusal(held.holds))
        return HttpResponseRedirect(reverse("console:settings-erasure", args=[failed.pk]), status=303)
    return HttpResponseRedirect(reverse("console:settings-erasure", args=[planned.pk]), status=303)


@require_safe
@settings_page("erasures")
def certificate(request: ConsoleRequest, erasure_id: UUID, kind: str) -> HttpResponse:
    """The certificate as a file: `pdf` to keep on paper, `json` with the digest it is checked by."""
    found = get_erasure(erasure_id)
    if not found.certificate:
        raise Http404("no certificate before it is done")
    if kind == "json":
        return _file(found, found.certificate.encode(), "application/json", kind)
    try:
        return _file(found, certificate_pdf(found, purposes=PURPOSE_WORDS), "application/pdf", kind)
    except NotPrinted:
        messages.error(request, _("The PDF could not be made just now. Try again in a minute, or take the JSON file."))
        return HttpResponseRedirect(reverse("console:settings-erasure", args=[found.pk]))


def _keep_ticks(request: ConsoleRequest, found: Erasure) -> None:
    ticked, listed = (_ids(request.POST.getlist(name)) for name in ("mention", "listed"))
    if listed:
        confirm_mentions(found, ticked, among=listed, actor=request.actor, is_all="all" in request.POST)


def _ids(texts: list[str]) -> list[UUID]:
    return [key for key in map(read_id, texts) if key]


def _page(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _DIGITS else None


def _file(found: Erasure, content: bytes, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="erasure-{found.pk}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response
