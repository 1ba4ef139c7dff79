"""One line per request, without personal data: method, route, status, milliseconds.

The route is the pattern (`console/tickets/<code>`), not the path: paths carry ticket codes and one-time tokens. No
query, no address, no browser, no name.
"""

import logging

from steward.project.serving.protocol import Scope

logger = logging.getLogger("steward.access")
ROUTE = "steward.route"
NONE = "-"  # nothing of ours answered: a wrong path, or a client that hung up


def write(scope: Scope, status: int, seconds: float) -> None:
    """Log a finished request. Status 0 means that nobody was there any more to answer."""
    route = scope.get(ROUTE) or scope.get("steward.environ", {}).get(ROUTE) or NONE
    logger.info("%s %s %d %.0f ms", _method(scope["method"]), route, status, seconds * 1000)


def _method(method: str) -> str:
    """A method is whatever the client typed; only the known ones are worth a line."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "OTHER"
