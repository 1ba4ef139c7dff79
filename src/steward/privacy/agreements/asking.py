"""The field that asks for the last day of an agreement, for either side."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.lib.clock import now


class LastDay(forms.DateField):
    """A day that is not over; cleaned to the moment at which it ends (UTC), None when nothing is typed."""

    def __init__(self) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        label = gettext_lazy("Last day")
        words = gettext_lazy("It is in force to the end of this day (UTC). Empty: it ends at once.")
        super().__init__(required=False, widget=widget, label=label, help_text=words)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None:
            return None
        if day < now().astimezone(UTC).date():
            raise forms.ValidationError(_("This day is over. Choose a later one, or leave it empty to end it at once."))
        try:
            return _end_of(day)
        except OverflowError as error:  # the last day there is
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
