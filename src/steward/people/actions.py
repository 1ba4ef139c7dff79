"""Making people and departments."""

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.models import Department, DepartmentMembership, Membership, User


def add_member(email: str, *, name: str, role: str, password: str | None, actor: Actor) -> Membership:
    """Give a person a membership in the account in scope; their identity is made when the cell has none.

    An identity that exists keeps its password: one account must not change how a person enters another.
    """
    with transaction.atomic():
        user = User.objects.filter(email=User.objects.normalise(email)).first()
        if user is None:
            user = User.objects.create_user(email, password)
        membership, is_new = Membership.objects.get_or_create(
            user=user, defaults={"name": name, "role": role, "created_at": now()}
        )
        if is_new:
            record("member.added", membership, actor=actor, changes={"role": role})
    return membership


def create_department(name: str, *, actor: Actor, signature: str = "") -> Department:
    """Make a department; the first one of an account is its default."""
    with transaction.atomic():
        is_first = not Department.objects.filter(is_default=True).exists()
        department = Department.objects.create(name=name, signature=signature, is_default=is_first)
        record("department.created", department, actor=actor)
    return department


def join_department(membership: Membership, department: Department, *, role: str, actor: Actor) -> None:
    """Put a member into a department, or change the role held there."""
    with transaction.atomic():
        DepartmentMembership.objects.update_or_create(
            membership=membership, department=department, defaults={"role": role}
        )
        record("department.joined", department, actor=actor, changes={"membership": membership.id, "role": role})
