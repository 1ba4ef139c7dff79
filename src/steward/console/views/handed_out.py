"""An export as the person gets it: by a link that was made for them, without signing in."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from steward.console.exporting import archive_response
from steward.files.models import File
from steward.lib.actor import Actor, ActorKind
from steward.people.throttling import EXPORT_CLIENT, TooManyTries, client_of, count_try
from steward.privacy.exports.access import export_behind
from steward.privacy.exports.actions import NotThere, note_download
from steward.privacy.exports.models import Export
from steward.tenancy.scope import account_scope

PAGE = "console/handed_out.html"


@never_cache
@require_safe
def handed_out(request: Any, token: str) -> HttpResponse:
    """What it is, until when it is there, and the button."""
    if (refused := _too_often(request)) is not None:
        return refused
    export = _export(request, token)
    if export is None:
        return _gone(request)
    return TemplateResponse(request, PAGE, {"account": request.account, "export": export, "token": token})


@never_cache
@require_safe
def handed_out_archive(request: Any, token: str) -> HttpResponseBase:
    """The archive. Counted, unless it was asked for with HEAD."""
    if (refused := _too_often(request)) is not None:
        return refused
    export = _export(request, token)
    if export is None:
        return _gone(request)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    file = _counted(request, export)
    return _gone(request) if file is None else archive_response(request.account.slug, export, file)


def _counted(request: Any, export: Export) -> File | None:
    try:
        with account_scope(request.account.id):
            return note_download(export, actor=Actor(ActorKind.CONTACT, export.contact_id))
    except NotThere:
        return None


def _export(request: Any, token: str) -> Export | None:
    """None for a link that ended, was taken back, or never was: nobody learns which."""
    try:
        with account_scope(request.account.id):
            return export_behind(token)
    except Export.DoesNotExist:
        return None


def _too_often(request: Any) -> HttpResponse | None:
    if request.account is None:
        raise Http404("exports are at the address of their account")
    try:
        count_try(EXPORT_CLIENT, client_of(request))
    except TooManyTries as refusal:
        context = {"account": request.account, "error": refusal.words}
        return TemplateResponse(request, PAGE, context, status=429)
    return None


def _gone(request: Any) -> HttpResponse:
    return TemplateResponse(request, PAGE, {"account": request.account, "is_gone": True}, status=404)
