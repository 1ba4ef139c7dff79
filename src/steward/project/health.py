"""`/healthz`, `/readyz` and `/metrics`: is the process there, can it serve, and how much is waiting.

The last two tell strangers nothing: they answer to loopback, or to `Authorization: Bearer $STEWARD_METRICS_TOKEN`.
No figure is kept per account or per person.
"""

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe

from steward.project.gauges import measure, queue_age
from steward.project.serving import counters

LATE = 300.0  # seconds the oldest due job may wait before the queue is called late
View = Callable[[HttpRequest], HttpResponse]
_up_to_date: set[str] = set()  # databases that had all migrations; they do not lose them again


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and all migrations are applied, else 503 with the reason.

    A late queue is told and keeps 200: taking the web processes away would not make the workers faster.
    """
    if not _may_look(request):
        return _refused()
    try:
        missing = _missing_migrations()
        age = queue_age() if not missing else None
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "unreachable"}, status=503)
    late = age is not None and age > LATE
    state = {"ready": not missing, "database": "ok", "migrations_missing": missing}
    return JsonResponse(
        {**state, "queue_age_seconds": age, "queue": "late" if late else "ok"}, status=503 if missing else 200
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text exposition format 0.0.4."""
    if not _may_look(request):
        return _refused()
    lines = ["# HELP steward_requests_total Answers by class of status.", "# TYPE steward_requests_total counter"]
    for status, count in counters.totals(settings.STEWARD_DATA / "metrics").items():
        lines.append(f'steward_requests_total{{status="{status}"}} {count}')
    for gauge in measure():
        lines += [f"# HELP {gauge.name} {gauge.meaning}", f"# TYPE {gauge.name} gauge"]
        lines += [f"{gauge.name}{labels} {value:.15g}" for labels, value in gauge.values]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _missing_migrations() -> int:
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if name in _up_to_date:
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not missing:
        _up_to_date.add(name)
    return missing


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
        "Only from this machine, or with STEWARD_METRICS_TOKEN as bearer token.\n", content_type="text/plain"
    )
