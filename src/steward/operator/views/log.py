"""The operators' log: who read or did what across accounts, and when."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from steward.lib.ids import read_id
from steward.operator.acts import words_of
from steward.operator.entrance import OperatorRequest, operator_required, page_response
from steward.operator.queries import acts, addresses_of
from steward.tenancy.directory import slugs_of

PAGE = 100


@require_safe
@operator_required
def log(request: OperatorRequest) -> HttpResponse:
    """Newest first; ids grow with time."""
    rows = acts(before=read_id(request.GET.get("before", "")), most=PAGE + 1)
    emails = addresses_of(row.operator_id for row in rows)
    slugs = slugs_of(row.account_id for row in rows)
    entries = [
        {
            "act": row,
            "words": words_of(row.act),
            "email": emails.get(row.operator_id),
            "slug": slugs.get(row.account_id),
        }
        for row in rows[:PAGE]
    ]
    next_url = f"{reverse('operator:log')}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    return page_response(request, "log", "operator/log.html", {"entries": entries, "next_url": next_url})
