"""One export: how far it is, its passphrase, the archive, and its end."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.exporting import archive_response, shown
from steward.console.settings.entrance import settings_page, settings_response
from steward.privacy.audit.reads import note_read
from steward.privacy.exports.access import get_export
from steward.privacy.exports.actions import (
    NotThere,
    delete_export,
    note_download,
    offer_link,
    reveal_passphrase,
    withdraw_link,
)
from steward.privacy.exports.models import Export

PIECE = "console/settings/_export_progress.html"


@require_safe
@settings_page("exports")
def export(request: ConsoleRequest, export_id: UUID) -> HttpResponse:
    """How far it is, and when it is made, what can be done with it."""
    found = shown(_export(export_id))
    if request.headers.get("X-Requested-With") == "live":
        return TemplateResponse(request, PIECE, {"one": found})
    note_read("export.read", found.export, actor=request.actor)
    return settings_response(request, "console/settings/export.html", {"one": found})


@require_POST
@settings_page("exports")
def export_passphrase(request: ConsoleRequest, export_id: UUID) -> HttpResponse:
    """The passphrase, once: the page that answers is the only one that has it."""
    found = _export(export_id)
    try:
        passphrase = reveal_passphrase(found, actor=request.actor)
    except NotThere:
        messages.error(request, _("The passphrase was shown before, or the export has expired. Make a new export."))
        return HttpResponseRedirect(reverse("console:settings-export", args=[found.pk]), status=303)
    context = {"one": shown(found), "passphrase": passphrase}
    response = settings_response(request, "console/settings/export.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@settings_page("exports")
def export_archive(request: ConsoleRequest, export_id: UUID) -> HttpResponseBase:
    """The archive, as long as it is there. What was asked with HEAD is no download."""
    found = _export(export_id)
    if not found.is_there() or found.file is None:
        raise Http404("not made yet, or expired")
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    try:
        file = note_download(found, actor=request.actor)
    except NotThere as error:
        raise Http404("expired just now") from error
    return archive_response(request.account.slug, found, file)


@require_POST
@settings_page("exports")
def export_link(request: ConsoleRequest, export_id: UUID) -> HttpResponse:
    """A link for the person, shown once: the page that answers is the only one that has it."""
    found = _export(export_id)
    try:
        token = offer_link(found, actor=request.actor)
    except NotThere:
        messages.error(request, _("The export has expired. Make a new one."))
        return HttpResponseRedirect(reverse("console:settings-export", args=[found.pk]), status=303)
    context = {"one": shown(found), "link": request.build_absolute_uri(reverse("handed-out", args=[token]))}
    response = settings_response(request, "console/settings/export.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@settings_page("exports")
def export_link_withdrawal(request: ConsoleRequest, export_id: UUID) -> HttpResponse:
    """End the link of the person."""
    found = _export(export_id)
    if withdraw_link(found, actor=request.actor):
        messages.success(request, _("The link leads nowhere any more."))
    return HttpResponseRedirect(reverse("console:settings-export", args=[found.pk]), status=303)


@require_POST
@settings_page("exports")
def export_removal(request: ConsoleRequest, export_id: UUID) -> HttpResponse:
    """Delete the archive before its time, or stop making it."""
    found = _export(export_id)
    if delete_export(found, actor=request.actor):
        messages.success(request, _("The archive is deleted."))
    else:
        messages.info(request, _("It was deleted before."))
    return HttpResponseRedirect(reverse("console:settings-export", args=[found.pk]), status=303)


def _export(export_id: UUID) -> Export:
    try:
        return get_export(export_id)
    except Export.DoesNotExist as error:
        raise Http404("no such export") from error
