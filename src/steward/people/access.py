"""Who a request acts for."""

from uuid import UUID

from django.http import HttpRequest

from steward.lib.actor import Actor, ActorKind
from steward.people.models import Department, DepartmentRole, Membership


def member_of(request: HttpRequest) -> Membership | None:
    """The signed-in person's membership in the account in scope; None when nobody is signed in here."""
    user = request.user
    account = request.account  # type: ignore[attr-defined]
    if not user.is_authenticated or request.session.get("account") != str(account.id):
        return None
    return Membership.objects.filter(user_id=user.pk).prefetch_related("departments").first()


def actor_of(membership: Membership) -> Actor:
    """The actor a member is: what they see and the role they hold in each department."""
    return Actor(
        ActorKind.AGENT,
        membership.id,
        sees_all=membership.sees_all,
        departments={belonging.department_id: belonging.role for belonging in membership.departments.all()},
    )


def visible_departments(actor: Actor) -> list[Department]:
    """The departments whose tickets the actor may see, by name."""
    departments = Department.objects.filter(archived_at__isnull=True).order_by("name")
    return list(departments if actor.sees_all else departments.filter(pk__in=actor.departments))


def open_departments() -> list[Department]:
    """Where a ticket can be moved to: every department that is not archived, by name."""
    return list(Department.objects.filter(archived_at__isnull=True).order_by("name"))


def members_who_can_solve(department_id: UUID) -> list[Membership]:
    """Whom a ticket of the department can be given to: its solvers and above, and whoever sees all."""
    solving = Membership.objects.filter(
        departments__department_id=department_id, departments__role__in=["solver", "supervisor", "manager"]
    )
    return list((solving | Membership.objects.filter(role__in=["owner", "admin"])).distinct().order_by("name"))


def solvable_departments(actor: Actor) -> list[Department]:
    """The departments in whose name the actor may write, by name."""
    return [
        department
        for department in visible_departments(actor)
        if actor.sees_all or actor.departments.get(department.id) != DepartmentRole.READER
    ]
