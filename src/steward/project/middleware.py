"""Headers that every response carries."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.browser_policy import hosts_for_browsers, policy_with

Handler = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_FORMS = "form-action 'self'"
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_PRIVATE = ("/console", "/operator")
_OF_THE_DEMO = "/outbox"


class SecurityHeaders:
    """Sets what a view did not set itself; the outermost middleware, so that errors and redirects have them too."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if leads_to := getattr(response, "leads_to", ""):
            # A form whose answer redirects to another host of ours: browsers hold it to the policy there, too.
            response.headers["Content-Security-Policy"] = POLICY.replace(_FORMS, f"{_FORMS} {leads_to}")
        elif loads_from := getattr(response, "loads_from", None):
            # A page that shows what lies with a subprocessor: the hosts are those of the registry and no others.
            response.headers["Content-Security-Policy"] = policy_with(POLICY, loads_from & _listed())
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith(_PRIVATE):
            # What customers wrote stays in no cache, and nobody finds it by "Back" once its reader has signed out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        elif request.path.startswith(_OF_THE_DEMO):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _listed() -> frozenset[Destination]:
    # Servers read the policy above before there are models.
    from steward.privacy.egress.registry.versions import published  # noqa: PLC0415

    versions = published().versions
    return hosts_for_browsers(versions[-1] if versions else None)
