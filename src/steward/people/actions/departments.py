"""Departments: making, changing and archiving them, and who belongs to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.lib.html import sanitise_outgoing
from steward.people.models import Department, DepartmentMembership, Membership


class NameTaken(ValueError):
    """Another department of the account, perhaps an archived one, has this name."""


class NotToBeArchived(ValueError):
    """The default department takes what has no other place, and tickets need a department that is not archived."""


def create_department(name: str, *, actor: Actor, signature: str = "") -> Department:
    """Make a department; the first one of an account is its default. Raises `NameTaken`."""
    with _unique_name(), transaction.atomic():
        is_first = not Department.objects.filter(is_default=True).exists()
        department = Department.objects.create(
            name=name, signature=sanitise_outgoing(signature) if signature else "", is_default=is_first
        )
        record("department.created", department, actor=actor)
    return department


def edit_department(
    department: Department,
    *,
    name: str,
    signature: str,
    actor: Actor,
    signatures: Mapping[str, str] | None = None,
) -> None:
    """Give a department another name or signature (HTML, sanitised here). Raises `NameTaken`.

    `signatures` are those for customers of a language, by its code; unless given they stay.
    """
    columns: dict[str, Any] = {"name": name, "signature": sanitise_outgoing(signature) if signature else ""}
    if signatures is not None:
        columns["signatures"] = {code: sanitise_outgoing(html) for code, html in signatures.items() if html}
    changed = [column for column, value in columns.items() if getattr(department, column) != value]
    if changed:
        with _unique_name(), transaction.atomic():
            Department.objects.filter(pk=department.pk).update(**columns)
            record("department.changed", department, actor=actor, changes={"fields": changed})
        department.refresh_from_db()


def make_default(department: Department, *, actor: Actor) -> None:
    """Let what has no other place come to this department. Raises `NotToBeArchived` for an archived one."""
    with transaction.atomic():
        # All of them in one order, so that two who do this at once wait for each other.
        rows = {each.pk: each for each in Department.objects.select_for_update(no_key=True).order_by("pk")}
        if rows[department.pk].archived_at is not None:
            raise NotToBeArchived("an archived department takes nothing")
        if not rows[department.pk].is_default:
            Department.objects.filter(is_default=True).update(is_default=False)
            Department.objects.filter(pk=department.pk).update(is_default=True)
            record("department.made_default", department, actor=actor)
    department.refresh_from_db()


def archive_department(department: Department, *, to: Department, actor: Actor) -> None:
    """Close a department for good: what can still live in it moves to another one, by those who hear of the event.

    Its closed tickets stay in it. Archiving twice does nothing. Raises `NotToBeArchived`.
    """
    with transaction.atomic():
        rows = {each.pk: each for each in Department.objects.select_for_update(no_key=True).order_by("pk")}
        here, there = rows[department.pk], rows[to.pk]
        if here.is_default or here == there or there.archived_at is not None:
            raise NotToBeArchived("the default department stays, and another open one takes the tickets")
        if here.archived_at is None:
            Department.objects.filter(pk=here.pk).update(archived_at=now())
            record("department.archived", here, actor=actor, changes={"to": there.id})
    department.refresh_from_db()


def join_department(membership: Membership, department: Department, *, role: str, actor: Actor) -> None:
    """Put a member into a department, or change the role held there. The role held already changes nothing."""
    held = DepartmentMembership.objects.filter(membership=membership, department=department)
    if held.filter(role=role).exists():
        return
    with transaction.atomic():
        DepartmentMembership.objects.update_or_create(
            membership=membership, department=department, defaults={"role": role}
        )
        record("department.joined", department, actor=actor, changes={"membership": membership.id, "role": role})


def leave_department(membership: Membership, department_id: UUID, *, actor: Actor) -> None:
    """Take a member out of a department. Who is not in it changes nothing."""
    with transaction.atomic():
        if DepartmentMembership.objects.filter(membership=membership, department=department_id).delete()[0]:
            department = Department.objects.get(pk=department_id)
            record("department.left", department, actor=actor, changes={"membership": membership.id})


@contextmanager
def _unique_name() -> Iterator[None]:
    """Say which of the account's rules the database has refused."""
    try:
        yield
    except IntegrityError as error:
        if "people_department_name" in str(error):
            raise NameTaken("another department has this name") from error
        raise
