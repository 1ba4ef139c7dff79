"""Jobs: what waits, runs and failed; trying what failed again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from steward.jobs.failed import retry_job, retry_jobs
from steward.jobs.queries import STATES, Job, counted_jobs, page_of_jobs
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response, typed
from steward.operator.errors import meaning_of
from steward.people.operators import note
from steward.tenancy.directory import slugs_of


@require_safe
@operator_required
def jobs(request: OperatorRequest) -> HttpResponse:
    """Jobs of one state, failed ones unless another is asked for, newest first."""
    state, task, before = (
        typed(request.GET, "state") or "failed",
        typed(request.GET, "task"),
        typed(request.GET, "before"),
    )
    if state not in STATES:
        raise Http404("no such state")
    rows, following = page_of_jobs(state, task=task, before=int(before) if before.isdecimal() else None)
    noted(request, "jobs.read", about=state)
    query = {"state": state, "before": str(following)} | ({"task": task} if task else {})
    context = {
        "state": state,
        "task": task,
        "jobs": _told(rows),
        "next_url": f"{reverse('operator:jobs')}?{urlencode(query)}" if following else "",
        **_numbers(),
    }
    return page_response(request, "jobs", "operator/jobs.html", context)


@require_safe
@operator_required
def numbers(request: OperatorRequest) -> HttpResponse:
    """Only the numbers, for the page that asks every few seconds."""
    return TemplateResponse(request, "operator/_job_numbers.html", _numbers())


@require_POST
@operator_required
def retry(request: OperatorRequest, job_id: int) -> HttpResponse:
    """Run one failed job again."""
    if not retry_job(job_id):
        raise Http404("no such failed job")
    note(request.person.pk, "job.retried", about=str(job_id))
    return _back(request, _("The job runs again."))


@require_POST
@operator_required
def retry_kind(request: OperatorRequest) -> HttpResponse:
    """Run all failed jobs of a task again, or all there are."""
    task = typed(request.POST, "task")
    number = retry_jobs(task)
    note(request.person.pk, "jobs.retried", about=f"{task or '*'} {number}")
    words = ngettext("%(count)d job runs again.", "%(count)d jobs run again.", number)
    return _back(request, words % {"count": number})


def _numbers() -> dict[str, Any]:
    kinds = counted_jobs()
    totals = {state: sum(each[state] for each in kinds.values()) for state in STATES}
    return {"kinds": [{"task": task, **states} for task, states in kinds.items()], "totals": totals}


def _told(rows: list[Job]) -> list[dict[str, Any]]:
    slugs = slugs_of(row.account for row in rows)
    return [{"job": row, "slug": slugs.get(row.account, ""), "meaning": meaning_of(row.error)} for row in rows]


def _back(request: OperatorRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("operator:jobs"))
