"""The first page of a host: what this is, on the base domain; the way to the console, at an account's address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from steward.demo.places import outbox_url, places


@require_safe
def front(request: HttpRequest) -> HttpResponseBase:
    """In the demo the front page leads everywhere; elsewhere it names no account: who has one knows its address."""
    if request.account is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect("/console/")
    if settings.STEWARD_DEMO:
        smtp = f"127.0.0.1:{settings.STEWARD_SMTP_PORT}"
        context = {"accounts": places(), "outbox_url": outbox_url(), "smtp": smtp}
        return TemplateResponse(request, "demo/front.html", context)
    return TemplateResponse(request, "project/front.html", {"domain": settings.STEWARD_DOMAIN})
