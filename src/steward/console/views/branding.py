"""The logo and the colours of an account, for pages that anybody sees. Their addresses change with what they hold."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from steward.brand.colours import read_colour
from steward.brand.looks import logo_named, style_sheet
from steward.brand.models import ACCENT
from steward.files.actions import read_file
from steward.tenancy.scope import account_scope

_FOREVER = "public, max-age=31536000, immutable"
_FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
def brand_logo(request: Any, digest: str) -> HttpResponse:
    """The logo whose SHA-256 is in the address."""
    if request.account is None:
        raise Http404("the base domain has no logo")
    with account_scope(request.account.id):
        file = logo_named(digest)
    if file is None:
        raise Http404("no such logo")
    return _kept(HttpResponse(b"".join(read_file(file)), content_type=file.content_type))


@require_safe
def brand_style(request: Any) -> HttpResponse:
    """The style sheet of an accent (`?accent=005975`)."""
    try:
        accent = read_colour(request.GET.get("accent", ACCENT))
    except ValueError as error:
        raise Http404("no colour") from error
    return _kept(HttpResponse(style_sheet(accent), content_type="text/css; charset=utf-8"))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _FOREVER
    response["Content-Security-Policy"] = _FILE_POLICY
    return response
