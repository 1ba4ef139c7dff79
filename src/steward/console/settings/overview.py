"""The first page of the settings: all pages with what each is for, and finding one by any word."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest, member_required
from steward.console.settings.entrance import settings_response
from steward.console.settings.pages import find_pages


@require_safe
@member_required
def overview(request: ConsoleRequest) -> HttpResponse:
    """Every page the person may open; with `q` those that fit."""
    query = request.GET.get("q", "").strip()
    context = {"settings_query": query, "found_pages": find_pages(request.me, query) if query else None}
    return settings_response(request, "console/settings/overview.html", context)
