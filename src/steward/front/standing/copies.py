"""The copy of everything that an owner ordered on the page: its passphrase once, the archive, and its end."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.front.standing.entrance import OwnerRequest, owner_required
from steward.front.standing.page import LiftForm, show_page
from steward.privacy.exports.actions import NotThere
from steward.privacy.takeout.access import newest_copy
from steward.privacy.takeout.actions import delete_copy, note_download, reveal_passphrase
from steward.privacy.takeout.shown import archive_response
from steward.tenancy.scope import upkeep_scope


@require_POST
@owner_required
def copy_passphrase(request: OwnerRequest) -> HttpResponse:
    """The passphrase, once: the page that answers is the only one that has it."""
    try:
        with upkeep_scope(request.owner.account.pk):
            copy = newest_copy()
            passphrase = reveal_passphrase(copy, actor=request.owner.actor) if copy else ""
    except NotThere:
        passphrase = ""
    if not passphrase:
        messages.error(request, _("The passphrase was shown before, or the copy is deleted. Order a new one."))
        return _back()
    response = show_page(request, LiftForm(), passphrase=passphrase)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@owner_required
def copy_archive(request: OwnerRequest) -> HttpResponseBase:
    """The archive, as long as it is there. What was asked with HEAD is no download."""
    account = request.owner.account
    try:
        with upkeep_scope(account.pk):
            copy = newest_copy()
            if copy is not None and copy.is_there():
                if request.method == "HEAD":
                    return HttpResponse(content_type="application/zip")
                return archive_response(account.slug, copy, note_download(copy, actor=request.owner.actor))
    except NotThere:  # since a moment ago
        pass
    messages.info(request, _("There is no archive: it is deleted, or not made yet."))
    return _back()


@require_POST
@owner_required
def copy_removal(request: OwnerRequest) -> HttpResponse:
    """Delete the archive before its time, or stop making it."""
    with upkeep_scope(request.owner.account.pk):
        copy = newest_copy()
        is_done = copy is not None and delete_copy(copy, actor=request.owner.actor)
    messages.success(request, _("The archive is deleted.") if is_done else _("It was deleted before."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("front:standing-account"), status=303)
