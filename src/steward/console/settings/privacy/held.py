"""What is held and the records of processing: pages to read and to print, and files for machines."""

import json
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.processing import Records, records_of
from steward.console.processing import as_json as record_as_json
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.what_is_held import as_json, rows_of_account
from steward.console.where_data_are import gathered
from steward.lib.clock import now
from steward.privacy.agreements.access import account_with_region, region_name
from steward.privacy.agreements.annexes import own_recipients


@require_safe
@settings_page("what-is-held")
def what_is_held(request: ConsoleRequest) -> HttpResponse:
    """Place by place: what is in it, whose, what for, how long, where, and how it goes."""
    account = account_with_region(request.account.id)
    context = {"rows": rows_of_account(), "region": region_name(account.data_centre.region)}
    return settings_response(request, "console/settings/what_is_held.html", context)


@require_safe
@settings_page("what-is-held")
def what_is_held_file(request: ConsoleRequest) -> HttpResponse:
    """The same for machines, with every field."""
    account = account_with_region(request.account.id)
    told = {
        "account": account.slug,
        "at": now().isoformat(),
        "region": account.data_centre.region_id,
        "data_centre": account.data_centre_id,
        "places": [as_json(row) for row in rows_of_account()],
    }
    return _file(request, "what-is-held", told)


@require_safe
@settings_page("records")
def records(request: ConsoleRequest) -> HttpResponse:
    """The records of processing of the account, and those of who hosts it."""
    return settings_response(request, "console/settings/records.html", {"told": _records(request)})


@require_safe
@settings_page("records")
def records_file(request: ConsoleRequest) -> HttpResponse:
    """The same for machines."""
    return _file(request, "records-of-processing", record_as_json(_records(request)))


def _records(request: ConsoleRequest) -> Records:
    chosen = gathered(request.account.id).instructed
    servers = [f"{one.address}: {one.purposes}" for one in chosen if not one.is_service]
    return records_of(request.account.id, [*servers, *own_recipients(account_with_region(request.account.id))])


def _file(request: ConsoleRequest, name: str, told: dict[str, Any]) -> HttpResponse:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    file = f"{request.account.slug}-{name}-{now():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    response["Cache-Control"] = "no-store"
    return response
