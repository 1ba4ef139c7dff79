"""The palette: going anywhere and doing anything by name."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest, member_required
from steward.console.palette import found

LONGEST = 200  # characters that are looked for


@require_safe
@member_required
def palette(request: ConsoleRequest) -> HttpResponse:
    """What `q` names, as options to be shown. What can be done to the open ticket is on its own page."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    kinds = found(request, query) if query else []
    return TemplateResponse(request, "console/_found.html", {"kinds": kinds})
