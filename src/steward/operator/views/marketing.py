"""Who of the customers and former customers may be written to: the list, a file of it, an end by hand."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steward.lib.clock import now
from steward.lib.csv_rows import csv_rows
from steward.marketing.consents import TEXTS, Consenting, consenting, count_consenting, unsubscribe_headers, withdraw
from steward.operator.downloads import as_download
from steward.operator.entrance import OperatorRequest, noted, operator_required, page_response
from steward.people.operators import note
from steward.tenancy.directory import slugs_of

SHOWN = 200
COLUMNS = (
    "name", "company", "email", "language", "given_at", "channel", "text_version", "account", "ends_at",
    "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip


@require_safe
@operator_required
def marketing(request: OperatorRequest) -> HttpResponse:
    """The newest of them, how many there are, and the words they said yes to."""
    noted(request, "marketing.read")
    rows = list(consenting(most=SHOWN))
    slugs = slugs_of(row.account_id for row in rows)
    context = {
        "rows": [{"one": row, "slug": slugs.get(row.account_id, "")} for row in rows],
        "number": count_consenting(),
        "shown": SHOWN,
        "texts": [{"version": version, "words": words} for version, words in TEXTS.items()],
    }
    return page_response(request, "marketing", "operator/marketing.html", context)


@require_safe
@operator_required
def marketing_file(request: OperatorRequest) -> HttpResponseBase:
    """All of them as CSV, with the two header lines that each mail to them has to carry."""
    number = count_consenting()
    note(request.person.pk, "marketing.downloaded", about=str(number))
    lines = (line.encode() for line in csv_rows(COLUMNS, _portions()))
    return as_download(lines, content_type="text/csv; charset=utf-8", name=f"marketing-{now():%Y-%m-%d}.csv")


@require_POST
@operator_required
def withdrawal(request: OperatorRequest, consent_id: UUID) -> HttpResponse:
    """They said so by another way: the row goes."""
    if withdraw(consent_id):
        note(request.person.pk, "marketing.withdrawn")
    messages.success(request, _("They are off the list, and nothing of them is kept in it."))
    return HttpResponseRedirect(reverse("operator:marketing"), status=303)


def _portions() -> Iterator[list[dict[str, Any]]]:
    yield [_row(one) for one in consenting()]


def _row(one: Consenting) -> dict[str, Any]:
    return {
        "name": one.name,
        "company": one.company,
        "email": one.email,
        "language": one.language,
        "given_at": one.given_at.isoformat(),
        "channel": one.channel,
        "text_version": one.text_version,
        "account": str(one.account_id),
        "ends_at": one.ends_at.isoformat() if one.ends_at else "",
        **unsubscribe_headers(one),
    }
