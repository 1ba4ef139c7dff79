"""The page: where the account's data are, who can touch them, and what has left. Owners and admins read it."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.left import DAYS, periods
from steward.console.where_data_are import gathered
from steward.lifecycle.moving import open_order, regions_to_move_to
from steward.people.access import can_own


@require_safe
@settings_page("places")
def places(request: ConsoleRequest) -> HttpResponse:
    """All of it on one page, which prints well."""
    today, lately = periods(request.account)
    context: dict[str, Any] = {"told": gathered(request.account.id), "today": today, "lately": lately, "days": DAYS}
    context["is_movable"] = can_own(request.me) and bool(open_order() or regions_to_move_to())
    return settings_response(request, "console/settings/privacy.html", context)
