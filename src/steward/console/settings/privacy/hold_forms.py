"""Placing and lifting legal holds."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.access import open_departments
from steward.people.queries import approvers
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import Period, midnight, period_of_days
from steward.privacy.holds.words import BASES, ON, REASONS
from steward.privacy.requests.persons import person_by_address
from steward.tickets.access import get_ticket
from steward.tickets.models import Ticket

On = LegalHold.On


class HoldForm(forms.Form):
    """What is held, why, until when, and who answers for it.

    `objects` are the ids behind what was typed, `period` is that of a hold on one.
    """

    on = forms.ChoiceField(label=pgettext_lazy("legal hold", "On"), choices=lambda: list(reversed(ON.items())))
    ticket = forms.CharField(
        label=gettext_lazy("Code of the ticket"), max_length=40, required=False, widget=forms.TextInput({"dir": "ltr"})
    )
    email = forms.CharField(
        label=gettext_lazy("Address of the customer"),
        help_text=gettext_lazy(
            "Any address of theirs. Their tickets are kept, and those of others in which they wrote."
        ),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "off"}),
    )
    department = forms.ChoiceField(
        label=gettext_lazy("Department"),
        help_text=gettext_lazy("All tickets are kept that are in it."),
        choices=lambda: [("", "—"), *((str(each.pk), each.name) for each in open_departments())],
        required=False,
    )
    first = forms.DateField(
        label=pgettext_lazy("period of a legal hold", "First day of the period"),
        help_text=gettext_lazy("Empty: from the beginning."),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    last = forms.DateField(
        label=pgettext_lazy("period of a legal hold", "Last day of the period"),
        help_text=gettext_lazy(
            "Empty: to this day and on. All tickets are kept that were open or changed in the period."
        ),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    basis = forms.ChoiceField(label=pgettext_lazy("legal hold", "Ground"), choices=lambda: list(BASES.items()))
    until = forms.DateField(
        label=pgettext_lazy("legal hold", "Until the end of"),
        help_text=gettext_lazy("Empty: until it is lifted."),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    approved_by = forms.ChoiceField(
        label=gettext_lazy("Approved by"),
        choices=lambda: [(str(each.pk), each.name) for each in approvers()],
    )

    def __init__(self, *args: Any, actor: Actor, zone: str, account_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.zone, self.account_id = actor, zone, account_id
        self.objects: list[UUID] = []
        self.period: Period | None = None

    def clean_until(self) -> datetime | None:
        """The end of the day where the account is."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        with suppress(OverflowError):
            until = midnight(day, self.zone, days_later=1)
            if until > now():
                return until
        raise forms.ValidationError(_("Choose a day to come, or leave it empty."))

    def clean(self) -> dict[str, Any]:
        """Finds what is held."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        match asked.get("on"):
            case On.TICKET:
                self._find_ticket(asked.get("ticket", "").strip())
            case On.CONTACT:
                self._find_person(asked.get("email", "").strip())
            case On.ACCOUNT:
                self.objects = [self.account_id]
            case On.DEPARTMENT:
                self._find_department(asked.get("department", ""))
            case On.PERIOD:
                self._find_period(asked.get("first"), asked.get("last"))
        return asked

    def _find_department(self, chosen: str) -> None:
        self.objects = [each.pk for each in open_departments() if str(each.pk) == chosen]
        if not self.objects and "department" not in self.errors:
            self.add_error("department", _("Choose a department."))

    def _find_period(self, first: date | None, last: date | None) -> None:
        if {"first", "last"} & set(self.errors):
            return
        if not first and not last:
            self.add_error("first", _("Write the first day of the period, or the last, or both."))
            return
        try:
            period = period_of_days(first, last, self.zone)
        except OverflowError:
            self.add_error("first", _("Write years from 1900 on."))
            return
        if period.is_some_time:
            self.objects, self.period = [new_id()], period
        else:
            self.add_error("last", _("The last day is before the first."))

    def _find_ticket(self, code: str) -> None:
        try:
            self.objects = [get_ticket(self.actor, code.upper()).pk]
        except Ticket.DoesNotExist:
            self.add_error("ticket", _("There is no such ticket. Write its code, such as KXQ-40321."))

    def _find_person(self, address: str) -> None:
        person = person_by_address(address) if address else None
        if person is None:
            self.add_error("email", _("Nobody here has this address."))
        else:
            self.objects = list(person.contacts)


class LiftingForm(forms.Form):
    """Why a hold ends."""

    because = forms.ChoiceField(label=gettext_lazy("Why it is lifted"), choices=lambda: list(REASONS.items()))
