"""The fields by which people are put into departments, as forms of agents and invitations share them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from steward.people.models import Department, DepartmentRole

_PREFIX = "department-"


def add_department_fields(form: forms.Form, departments: Sequence[Department], held: Mapping[UUID, str]) -> None:
    """One choice for each department: not there, or the role. `held` is what it shows at first."""
    choices = [("", _("Not in it")), *DepartmentRole.choices]
    for department in departments:
        form.fields[f"{_PREFIX}{department.pk}"] = forms.ChoiceField(
            label=department.name, choices=choices, required=False, initial=held.get(department.pk, "")
        )


def department_fields(form: forms.Form) -> list[forms.BoundField]:
    """These fields, for the page."""
    return [form[name] for name in form.fields if name.startswith(_PREFIX)]


def chosen_departments(cleaned: Mapping[str, Any]) -> dict[UUID, str]:
    """The departments that were chosen, with the role there."""
    return {
        UUID(name.removeprefix(_PREFIX)): role for name, role in cleaned.items() if name.startswith(_PREFIX) and role
    }
