"""The first page: whether everything runs."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from steward.operator.entrance import OperatorRequest, operator_required, page_response
from steward.operator.health import findings
from steward.operator.processes import living
from steward.operator.versions import versions


@require_safe
@operator_required
def overview(request: OperatorRequest) -> HttpResponse:
    """What was found, what runs, in which version."""
    found = findings()
    is_bad, is_warned = (any(each.tone == tone for each in found) for tone in ("bad", "warn"))
    context = {
        "findings": found,
        "tone": "bad" if is_bad else "warn" if is_warned else "ok",
        "processes": living(),
        "versions": versions(),
    }
    return page_response(request, "overview", "operator/overview.html", context)
