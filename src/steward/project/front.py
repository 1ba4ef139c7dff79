"""The first page of a host: what this is, on the base domain; the way to the console, at an account's address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from steward.demo.places import operator_place, outbox_url, places
from steward.front.entrance import is_open
from steward.front.views import front_page


@require_safe
def front(request: HttpRequest) -> HttpResponseBase:
    """In the demo the first page leads everywhere; elsewhere it is the front page."""
    if request.account is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect("/console/")
    if settings.STEWARD_DEMO:
        smtp = f"127.0.0.1:{settings.STEWARD_SMTP_PORT}"
        ways = {"outbox_url": outbox_url(), "smtp": smtp, "sign_up_is_open": is_open()}
        context = {"accounts": places(), "operator": operator_place(), **ways}
        return TemplateResponse(request, "demo/front.html", context)
    return front_page(request)
