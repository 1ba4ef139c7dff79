"""A copy of everything: order it, see how far it is, its passphrase once, download it, delete it. For owners."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.confirming import confirmed
from steward.console.settings.entrance import settings_page, settings_response
from steward.privacy.exports.actions import NotThere
from steward.privacy.takeout.access import newest_copies, newest_copy
from steward.privacy.takeout.actions import BeingMade, delete_copy, note_download, order_copy, reveal_passphrase
from steward.privacy.takeout.shown import archive_response, shown


@require_safe
@settings_page("account-export")
def account_export(request: ConsoleRequest) -> HttpResponse:
    """How the newest copy stands, and the earlier ones."""
    if request.headers.get("X-Requested-With") == "live":
        newest = next(iter(shown(newest_copies()[:1])), None)
        if newest is not None:
            return TemplateResponse(request, "takeout/_progress.html", {"one": newest})
    return _page(request)


@require_POST
@settings_page("account-export")
@confirmed
def account_export_order(request: ConsoleRequest) -> HttpResponse:
    """Have one made."""
    try:
        order_copy(actor=request.actor)
    except BeingMade:
        messages.info(request, _("A copy is being made already."))
    else:
        messages.success(request, _("The copy is ordered. You get a mail when it is ready."))
    return _back()


@require_POST
@settings_page("account-export")
@confirmed
def account_export_passphrase(request: ConsoleRequest) -> HttpResponse:
    """The passphrase, once: the page that answers is the only one that has it."""
    copy = newest_copy()
    try:
        if copy is None:
            raise NotThere("there is no copy")
        passphrase = reveal_passphrase(copy, actor=request.actor)
    except NotThere:
        messages.error(request, _("The passphrase was shown before, or the copy is deleted. Order a new one."))
        return _back()
    response = _page(request, passphrase=passphrase)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@settings_page("account-export")
@confirmed
def account_export_archive(request: ConsoleRequest) -> HttpResponseBase:
    """The archive, as long as it is there. What was asked with HEAD is no download."""
    copy = newest_copy()
    if copy is None or not copy.is_there():
        return _not_there(request)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    try:
        file = note_download(copy, actor=request.actor)
    except NotThere:
        return _not_there(request)
    return archive_response(request.account.slug, copy, file)


@require_POST
@settings_page("account-export")
def account_export_removal(request: ConsoleRequest) -> HttpResponse:
    """Delete the archive before its time, or stop making it."""
    copy = newest_copy()
    if copy is not None and delete_copy(copy, actor=request.actor):
        messages.success(request, _("The archive is deleted."))
    else:
        messages.info(request, _("It was deleted before."))
    return _back()


def _page(request: ConsoleRequest, **more: Any) -> HttpResponse:
    copies = shown(newest_copies())
    context: dict[str, Any] = {"one": next(iter(copies), None), "copies": copies} | more
    context |= {
        "page_url": reverse("console:settings-account-export"),
        "order_url": reverse("console:settings-account-export-order"),
        "passphrase_url": reverse("console:settings-account-export-passphrase"),
        "archive_url": reverse("console:settings-account-export-archive"),
        "removal_url": reverse("console:settings-account-export-removal"),
    }
    return settings_response(request, "console/settings/account_export.html", context)


def _not_there(request: ConsoleRequest) -> HttpResponse:
    messages.info(request, _("There is no archive: it is deleted, or not made yet."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("console:settings-account-export"), status=303)
