"""Rows that are narrowed to days, and given as a file: what several logs of an account share."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import StreamingHttpResponse
from django.utils.translation import pgettext_lazy

from steward.lib.clock import now
from steward.lib.csv_rows import csv_rows as csv_rows  # logs of an account have it from here

MOST_IN_A_FILE = 100_000
_IN_REACH = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(9998, 12, 31))]  # of what a zone can shift


class Days(forms.Form):
    """From the first day to the last. Days are those of the account."""

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

    def moments(self, zone: str) -> dict[str, datetime | None]:
        """`since` is the first moment, `until` the first that is too late; None where no day was chosen."""
        asked, local = self.cleaned_data, ZoneInfo(zone)
        until = asked["until"] + timedelta(days=1) if asked["until"] else None
        return {
            "since": datetime.combine(asked["since"], time(), local) if asked["since"] else None,
            "until": datetime.combine(until, time(), local) if until else None,
        }


def row_file(written: Iterator[str], *, slug: str, name: str, kind: str, content_type: str) -> StreamingHttpResponse:
    """A file to be saved, sent while it is written: `northwind-audit-2026-03-01.csv`."""
    response = StreamingHttpResponse(written, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{name}-{now():%Y-%m-%d}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
