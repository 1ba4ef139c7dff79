"""What left, row by row: narrowed, a page at a time, and as a file."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from steward.console.entrance import ConsoleRequest
from steward.console.settings.entrance import settings_page, settings_response
from steward.console.settings.privacy.left import in_words, names_of_receivers
from steward.lib.clock import now
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.purposes import TrafficClass
from steward.privacy.egress.reading import PAGE, BadPlace, Place, Wanted, portions, rows_of
from steward.privacy.subprocessors.words import PURPOSE_WORDS

MOST_IN_A_FILE = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_IN_REACH = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(9998, 12, 31))]  # of what a zone can shift
_OUTCOMES = {"left": True, "refused": False}
_COLUMNS = (
    "at", "is_allowed", "reason_code", "traffic", "engagement", "purpose", "categories", "host", "port", "from_region",
    "to_country", "bytes", "registry_version", "vendor_agreement", "agreement_id", "connector_id",
)  # fmt: skip


class Narrowing(forms.Form):
    """Which rows. Days are those of the account."""

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
    since = forms.DateField(
        label=pgettext_lazy("first day", "From"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        validators=_IN_REACH,
    )
    until = forms.DateField(
        label=pgettext_lazy("last day", "To"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        validators=_IN_REACH,
    )

    def wanted(self, zone: str) -> Wanted:
        """What of the ledger is asked for."""
        asked, local = self.cleaned_data, ZoneInfo(zone)
        until = asked["until"] + timedelta(days=1) if asked["until"] else None
        return Wanted(
            is_allowed=_OUTCOMES.get(asked["outcome"]),
            host=asked["host"].strip().lower(),
            purpose=asked["purpose"],
            since=datetime.combine(asked["since"], time(), local) if asked["since"] else None,
            until=datetime.combine(until, time(), local) if until else None,
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
    response = StreamingHttpResponse(written(rows), content_type=content_type)
    name = f"{request.account.slug}-what-left-{now():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def told(row: EgressEvent) -> dict[str, Any]:
    """A row of the ledger as values of JSON, as it is stored; the class of traffic by its name."""
    found: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS}
    at: datetime = found["at"]
    traffic = TrafficClass(row.traffic).name.lower() if row.traffic else ""
    ids = {name: str(found[name] or "") or None for name in ("agreement_id", "connector_id")}
    stored = {"at": at.astimezone(UTC).isoformat()} | ids
    return found | stored | {"traffic": traffic}


def _csv(read: Iterator[list[EgressEvent]]) -> Iterator[str]:
    yield ",".join(_COLUMNS) + "\r\n"
    for rows in read:
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS)
        writer.writerows(_cells(told(row) | {"categories": " ".join(row.categories)}) for row in rows)
        yield text.getvalue()


def _cells(values: dict[str, Any]) -> dict[str, Any]:
    """As a spreadsheet shows them: what begins like a formula would be run there, and the operator typed some."""
    return {
        name: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for name, value in values.items()
    }


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
