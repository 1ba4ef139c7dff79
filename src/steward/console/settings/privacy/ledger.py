"""What left, row by row: narrowed, a page at a time, and as a file."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.left import in_words, names_of_receivers
from steward.console.settings.privacy.row_files import MOST_IN_A_FILE, Days, csv_rows, row_file
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.purposes import TrafficClass
from steward.privacy.egress.reading import PAGE, BadPlace, Place, Wanted, portions, rows_of
from steward.privacy.subprocessors.words import PURPOSE_WORDS

_OUTCOMES = {"left": True, "refused": False}
_COLUMNS = (
    "at", "is_allowed", "reason_code", "traffic", "engagement", "purpose", "categories", "host", "port", "from_region",
    "to_country", "bytes", "registry_version", "vendor_agreement", "agreement_id", "connector_id",
)  # fmt: skip


class Narrowing(Days):
    """Which rows. Days are those of the account."""

    field_order = ("outcome", "purpose", "host", "since", "until")
    outcome = forms.ChoiceField(
        label=pgettext_lazy("of the egress gate", "Outcome"),
        choices=[
            ("", pgettext_lazy("what left and what was refused", "All")),
            ("left", pgettext_lazy("data", "Left")),
            ("refused", pgettext_lazy("data", "Refused")),
        ],
        required=False,
    )
    purpose = forms.ChoiceField(
        label=pgettext_lazy("of data that leave", "Purpose"),
        choices=lambda: [
            ("", pgettext_lazy("purposes", "All")),
            *sorted(PURPOSE_WORDS.items(), key=lambda one: one[1]),
        ],
        required=False,
    )
    host = forms.CharField(label=pgettext_lazy("a server", "Host"), max_length=253, required=False)

    def wanted(self, zone: str) -> Wanted:
        """What of the ledger is asked for."""
        asked = self.cleaned_data
        return Wanted(
            is_allowed=_OUTCOMES.get(asked["outcome"]),
            host=asked["host"].strip().lower(),
            purpose=asked["purpose"],
            **self.moments(zone),
        )


@require_safe
@settings_page("what-left")
def what_left(request: ConsoleRequest) -> HttpResponse:
    """A page of the ledger, the newest first."""
    form = Narrowing(request.GET)
    is_valid = form.is_valid()
    rows = rows_of(form.wanted(request.account.time_zone), _place(request), most=PAGE + 1) if is_valid else []
    names = names_of_receivers()
    context = {
        "form": form,
        "passages": [in_words(row, names) for row in rows[:PAGE]],
        "next_url": _address(request, after=Place(rows[PAGE - 1].at, rows[PAGE - 1].id)) if len(rows) > PAGE else "",
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "files": [(kind.upper(), _file_address(request, kind)) for kind in ("csv", "json")],
        "most": MOST_IN_A_FILE,
    }
    return settings_response(request, "console/settings/what_left.html", context, status=200 if is_valid else 422)


@require_safe
@settings_page("what-left")
def what_left_file(request: ConsoleRequest, kind: str) -> HttpResponseBase:
    """The same rows as a file; read in portions while it is sent, each in a scope of its own."""
    form = Narrowing(request.GET)
    if not form.is_valid():
        raise Http404("nothing can be chosen like that")
    written, content_type = _WRITERS[kind]
    rows = portions(request.account.id, form.wanted(request.account.time_zone), most=MOST_IN_A_FILE)
    slug = request.account.slug
    return row_file(written(rows), slug=slug, name="what-left", kind=kind, content_type=content_type)


def told(row: EgressEvent) -> dict[str, Any]:
    """A row of the ledger as values of JSON, as it is stored; the class of traffic by its name."""
    found: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS}
    at: datetime = found["at"]
    traffic = TrafficClass(row.traffic).name.lower() if row.traffic else ""
    ids = {name: str(found[name] or "") or None for name in ("agreement_id", "connector_id")}
    stored = {"at": at.astimezone(UTC).isoformat()} | ids
    return found | stored | {"traffic": traffic}


def _csv(read: Iterator[list[EgressEvent]]) -> Iterator[str]:
    rows = ([told(row) | {"categories": " ".join(row.categories)} for row in portion] for portion in read)
    return csv_rows(_COLUMNS, rows)


def _json(read: Iterator[list[EgressEvent]]) -> Iterator[str]:
    """One array, a row on each line."""
    begun = "[\n"
    for rows in read:
        yield begun + ",\n".join(json.dumps(told(row)) for row in rows)
        begun = ",\n"
    yield "[]\n" if begun == "[\n" else "\n]\n"


_WRITERS = {"csv": (_csv, "text/csv; charset=utf-8"), "json": (_json, "application/json")}


def _place(request: ConsoleRequest) -> Place | None:
    try:
        return Place.read(request.GET["after"]) if request.GET.get("after") else None
    except BadPlace as error:
        raise Http404("no such place in the ledger") from error


def _asked(request: ConsoleRequest) -> dict[str, str]:
    return {name: value for name in Narrowing.base_fields if (value := request.GET.get(name, ""))}


def _address(request: ConsoleRequest, *, after: Place) -> str:
    return f"?{urlencode(_asked(request) | {'after': after.told})}"


def _file_address(request: ConsoleRequest, kind: str) -> str:
    asked = urlencode(_asked(request))
    address = reverse(f"console:settings-what-left-{kind}")
    return f"{address}?{asked}" if asked else address
