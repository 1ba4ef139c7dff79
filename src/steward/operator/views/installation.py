"""How the installation is set: every setting by name, secrets only as “set” or “not set”."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from steward.operator.entrance import OperatorRequest, operator_required, page_response
from steward.operator.settings_shown import shown_settings
from steward.operator.versions import versions


@require_safe
@operator_required
def installation(request: OperatorRequest) -> HttpResponse:
    """Settings and versions."""
    context = {"settings": shown_settings(), "versions": versions()}
    return page_response(request, "installation", "operator/installation.html", context)
