"""Granting and offering access to support."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.lib.clock import now
from steward.privacy.support_access.actions import FARTHEST, LONGEST_HOURS
from steward.privacy.support_access.models import USUAL_HOURS, SupportGrant
from steward.privacy.support_access.words import AREAS, ERASES, WRITES

_TEAM, _ASKER = "team", "asker"


class AccessForm(forms.Form):
    """What support may see, and how long."""

    areas = forms.MultipleChoiceField(
        label=pgettext_lazy("support access", "What they can see"),
        help_text=gettext_lazy("Untick what they do not need."),
        # Each box is what is wrong when none is ticked, and says so.
        widget=forms.CheckboxSelectMultiple({"aria-describedby": "id_areas-about"}),
        error_messages={"required": gettext_lazy("Tick one at least, or refuse.")},
    )
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"),
        help_text=gettext_lazy("At most 168, which is seven days. You can end it at any moment before."),
        min_value=1,
        max_value=LONGEST_HOURS,
        initial=USUAL_HOURS,
    )
    starts_at = forms.DateTimeField(
        label=pgettext_lazy("support access", "From"),
        help_text=gettext_lazy("Empty: from now on."),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    may_write = forms.BooleanField(
        label=WRITES,
        help_text=gettext_lazy("Without this they only read."),
        required=False,
    )
    may_erase = forms.BooleanField(
        label=ERASES,
        help_text=gettext_lazy("By commands on the server; nothing brings it back. Leave it out unless you want it."),
        required=False,
    )

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["areas"]
        chosen.choices = [(code, words) for code, words in AREAS.items() if code in areas]
        chosen.initial = areas

    def clean_starts_at(self) -> datetime | None:
        """A moment to come; None for now."""
        typed: datetime | None = self.cleaned_data["starts_at"]
        if typed is None or typed <= now():
            return None
        if typed > now() + FARTHEST:
            raise forms.ValidationError(_("Choose a moment within the next 30 days, or leave it empty."))
        return typed


class GrantForm(AccessForm):
    """What is granted of what was asked for: never more."""

    staff = forms.ChoiceField(
        label=pgettext_lazy("support access", "Who may look"),
        choices=[
            (_ASKER, gettext_lazy("Only who asks")),
            (_TEAM, gettext_lazy("Everybody of the support team")),
        ],
        initial=_ASKER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, grant: SupportGrant, **kwargs: Any) -> None:
        begun = {"hours": grant.hours, "may_write": grant.may_write}
        super().__init__(*args, areas=grant.areas, initial=begun, **kwargs)
        self._grant = grant
        if not grant.may_write:
            del self.fields["may_write"]
        if not grant.may_erase:  # where it was asked for, it stands there unticked: nobody grants it by the way
            del self.fields["may_erase"]
        if grant.staff:  # that is all who asked to look
            del self.fields["staff"]

    @property
    def chosen(self) -> dict[str, Any]:
        """What `grant_access` is told; the form is valid."""
        typed = self.cleaned_data
        team: list[UUID] = list(self._grant.staff)
        if typed.get("staff") == _ASKER and self._grant.asked_by:
            team = [self._grant.asked_by]
        return {
            "areas": typed["areas"],
            "hours": typed["hours"],
            "starts_at": typed["starts_at"],
            "may_write": typed.get("may_write", False),
            "may_erase": typed.get("may_erase", False),
            "staff": team,
        }


class OfferForm(AccessForm):
    """What an owner or admin offers without being asked."""

    field_order = ("reason", "areas", "may_write", "may_erase", "hours", "starts_at")
    reason = forms.CharField(
        label=pgettext_lazy("support access", "What they shall look at"),
        help_text=gettext_lazy("Support reads this. Name tickets by their codes, and nobody by name."),
        max_length=1_000,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, areas=list(AREAS), **kwargs)
        self.fields["areas"].initial = ["tickets"]


class RefusalForm(forms.Form):
    """A word to who asked, if one likes."""

    words = forms.CharField(
        label=gettext_lazy("A word to them"),
        help_text=gettext_lazy("May stay empty."),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
