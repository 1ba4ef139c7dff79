"""`/healthz`, `/readyz` and `/metrics`: is the process there, can it serve, and how much is waiting.

The last two tell strangers nothing: they answer to loopback, or to `Authorization: Bearer $STEWARD_METRICS_TOKEN`.
No figure is kept per account or per person.
"""

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe

from steward.lib import tally
from steward.operator.gauges import measure, queue_age
from steward.operator.health import LATE, missing_migrations
from steward.privacy.egress.residency import findings
from steward.project.serving import counters

_COUNTED = {"mails_in": "Mails received and stored.", "mails_out": "Mails handed over to a server."}
View = Callable[[HttpRequest], HttpResponse]


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, all migrations are applied and data lie where they should, else 503 with the
    reason.

    A late queue is told and keeps 200: taking the web processes away would not make the workers faster.
    """
    if not _may_look(request):
        return _refused()
    try:
        missing = missing_migrations()
        age = queue_age() if not missing else None
        misplaced = sorted({one.fault.value for one in findings() if one.is_error}) if not missing else []
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unreachable"}, status=503)
    late = age is not None and age > LATE
    is_ready = not missing and not misplaced
    state = {"ready": is_ready, "database": "ok", "migrations_missing": missing, "residency": misplaced}
    return JsonResponse(
        {**state, "queue_age_seconds": age, "queue": "late" if late else "ok"}, status=200 if is_ready else 503
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text exposition format 0.0.4."""
    if not _may_look(request):
        return _refused()
    lines = ["# HELP steward_requests_total Answers by class of status.", "# TYPE steward_requests_total counter"]
    for status, count in counters.totals(settings.STEWARD_DATA / "metrics").items():
        lines.append(f'steward_requests_total{{status="{status}"}} {count}')
    folder = settings.STEWARD_DATA / "metrics"
    for name, number in tally.totals(folder).items():
        lines += [f"# HELP steward_{name}_total {_COUNTED[name]}", f"# TYPE steward_{name}_total counter"]
        lines.append(f"steward_{name}_total {number}")
    lines += ["# HELP steward_streams_open Streams open to browsers.", "# TYPE steward_streams_open gauge"]
    lines.append(f"steward_streams_open {tally.open_streams(folder)}")
    for gauge in measure():
        lines += [f"# HELP {gauge.name} {gauge.meaning}", f"# TYPE {gauge.name} gauge"]
        lines += [f"{gauge.name}{labels} {value:.15g}" for labels, value in gauge.values]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_look(request: HttpRequest) -> bool:
    token = settings.STEWARD_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # A proxy on this machine makes every visitor look like loopback; one that is not named in the settings betrays
    # itself by the headers it adds.
    return not request.META.get("steward.unnamed_proxy") and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _refused() -> HttpResponse:
    return HttpResponseForbidden(
        "Only from this machine, or with STEWARD_METRICS_TOKEN as bearer token.\n",
        content_type="text/plain; charset=utf-8",
    )
