"""Members who ask faster than anybody works are told to wait: a script would take out, store or search too much."""

import math
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from steward.people.pace import PACES

_COSTS = {
    "search": 10, "palette": 3, "assignees": 3, "mentionable": 3, "settings-agent-removal": 3, "raw": 5, "upload": 10,
    "new-upload": 10,
}  # fmt: skip
_WRITES = 5  # what changes something; but not what pages send by themselves
_BEATS = frozenset({"presence", "draft", "new-draft"})


def slowed_down(request: Any) -> HttpResponse | None:
    """429 for who asks too fast, with the seconds to wait (RFC 6585 section 4); None for everybody else."""
    wait = PACES.seconds_to_wait(request.me.id, cost=_cost(request))
    if not wait:
        return None
    response = TemplateResponse(request, "429.html", status=429)
    response["Retry-After"] = str(math.ceil(wait))
    return response.render()


def _cost(request: Any) -> int:
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name in _COSTS:
        return _COSTS[name]
    return _WRITES if request.method == "POST" and name not in _BEATS else 1
