"""Making and changing rules of retention."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.console.settings.privacy.retention_words import KINDS, SINCE
from steward.people.access import open_departments
from steward.people.models import Department
from steward.privacy.retention.actions.ruling import LONGEST
from steward.privacy.retention.models import COUNTS_FROM, IN_TICKETS, Kind
from steward.tickets.statuses import Status


class KeepingForm(forms.Form):
    """How long, and from when."""

    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        help_text=gettext_lazy("Empty: for ever. A rule that keeps for ever takes a part out of a rule for all."),
        required=False,
        min_value=1,
        max_value=LONGEST,
    )
    since = forms.ChoiceField(
        label=pgettext_lazy("days of retention", "Counted from"), choices=lambda: list(SINCE.items())
    )

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_kind = kind
        if kind:
            self.fields["since"].choices = [(each, SINCE[each]) for each in COUNTS_FROM[Kind(kind)]]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is asked, when the kind can be counted from there."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        kind, since = asked.get("kind") or self.of_kind, asked.get("since")
        if kind and since and since not in COUNTS_FROM[Kind(kind)]:
            self.add_error("since", _("This kind cannot be counted from there. Choose another beginning."))
        return asked


class RuleForm(KeepingForm):
    """What, where, how long."""

    kind = forms.ChoiceField(label=pgettext_lazy("rule of retention", "What goes"), choices=lambda: list(KINDS.items()))
    department = forms.ChoiceField(
        label=gettext_lazy("Department"),
        choices=lambda: [
            ("", pgettext_lazy("departments", "All")), *((str(each.pk), each.name) for each in open_departments())
        ],
        required=False,
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=lambda: [("", pgettext_lazy("channels", "All")), ("email", gettext_lazy("e-mail"))],
        required=False,
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=lambda: [("", pgettext_lazy("statuses", "All")), *((each.value, each.label) for each in Status)],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """What is asked, when what goes can be where it says."""
        asked = super().clean()
        if asked.get("kind") and asked["kind"] not in IN_TICKETS:
            for name in filter(asked.get, ("department", "channel", "status")):
                self.add_error(name, _("This kind is in no ticket, so a rule for it holds everywhere. Choose “All”."))
        return asked

    field_order = ("kind", "department", "channel", "status", "days", "since")

    def clean_department(self) -> Department | None:
        """The department, or None for all."""
        chosen = self.cleaned_data["department"]
        return next((each for each in open_departments() if str(each.pk) == chosen), None)
