"""What went by rules of retention and by purges: a page at a time, and as a file. Numbers only."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.retention_words import KINDS, where_words
from steward.lib.clock import now
from steward.lib.ids import read_id
from steward.people.queries import members_with
from steward.privacy.retention.access import newest_runs
from steward.privacy.retention.models import RetentionRun
from steward.privacy.retention.progress import states_of
from steward.tenancy.scope import account_scope

PAGE = 50
PORTION = 500  # of a file, in one scope
MOST_IN_A_FILE = 100_000
_COLUMNS = ("at", "kind", "number", "bytes", "days", "rule", "status", "by", "state", "erasures")


@require_safe
@settings_page("retention")
def retention_log(request: ConsoleRequest) -> HttpResponse:
    """A page of the log, the newest first."""
    runs = newest_runs(most=PAGE + 1, after=read_id(request.GET.get("after", "")))
    names = {each.pk: each.name for each in members_with(run.by_id for run in runs[:PAGE] if run.by_id)}
    states = states_of(runs[:PAGE])
    context = {
        "runs": [_line(run, names, states[run.pk]) for run in runs[:PAGE]],
        "next_url": f"?{urlencode({'after': str(runs[PAGE - 1].pk)})}" if len(runs) > PAGE else "",
        "files": [(kind.upper(), reverse(f"console:settings-retention-log-{kind}")) for kind in ("csv", "json")],
    }
    return settings_response(request, "console/settings/retention_log.html", context)


@require_safe
@settings_page("retention")
def log_file(request: ConsoleRequest, kind: str) -> HttpResponseBase:
    """The whole log as a file, read in portions while it is sent."""
    written, content_type = _WRITERS[kind]
    response = StreamingHttpResponse(written(_told_in_portions(request.account.id)), content_type=content_type)
    name = f"{request.account.slug}-retention-{now():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _told_in_portions(account_id: UUID) -> Iterator[list[dict[str, Any]]]:
    """Each portion in a scope of its own: the request's is over by then."""
    after, told = None, 0
    while told < MOST_IN_A_FILE:
        with account_scope(account_id):
            runs = newest_runs(most=min(PORTION, MOST_IN_A_FILE - told), after=after)
            states = states_of(runs)
            rows = [_told(run, states[run.pk]) for run in runs]
        if not rows:
            return
        yield rows
        after, told = runs[-1].pk, told + len(runs)


def _line(run: RetentionRun, names: dict[UUID, str], state: str) -> dict[str, Any]:
    return {
        "run": run,
        "kind": KINDS[run.kind],
        "where": where_words(run.rule) if run.rule else "",
        "by": names.get(run.by_id, "") if run.by_id else "",
        "state": state,
        "url": reverse("console:purge-progress", args=[run.pk]) if run.by_id else "",
    }


def _told(run: RetentionRun, state: str) -> dict[str, Any]:
    values = (
        run.at.astimezone(UTC).isoformat(), run.kind, run.number, run.size, run.days, _id(run.rule_id), run.status,
        _id(run.by_id), state, list(map(str, run.erasures)),
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _id(key: UUID | None) -> str | None:
    return str(key) if key else None


def _csv(portions: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    yield ",".join(_COLUMNS) + "\r\n"
    for rows in portions:
        text = io.StringIO()
        csv.DictWriter(text, _COLUMNS).writerows(row | {"erasures": " ".join(row["erasures"])} for row in rows)
        yield text.getvalue()


def _json(portions: Iterator[list[dict[str, Any]]]) -> Iterator[str]:
    """One array, a run on each line."""
    begun = "[\n"
    for rows in portions:
        yield begun + ",\n".join(json.dumps(row) for row in rows)
        begun = ",\n"
    yield "[]\n" if begun == "[\n" else "\n]\n"


_WRITERS = {"csv": (_csv, "text/csv; charset=utf-8"), "json": (_json, "application/json")}
