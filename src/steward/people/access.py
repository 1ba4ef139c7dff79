"""Who a request acts for."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from steward.lib.actor import Actor, ActorKind
from steward.lib.alphabet import alphabetical
from steward.lib.clock import now
from steward.people.entering import may_enter as may_enter
from steward.people.entering import member_of as member_of
from steward.people.models import Department, DepartmentMembership, DepartmentRole, Invitation, Membership, Role, SignUp
from steward.people.permissions import BELOW_MANAGER, IN_DEPARTMENT, department_role_may, may_give, role_may
from steward.people.tokens import hashed_token
from steward.tenancy.reading import Reading


def actor_of(membership: Membership) -> Actor:
    """The actor a member is: what they see and the role they hold in each department."""
    return Actor(
        ActorKind.AGENT,
        membership.id,
        sees_all=membership.sees_all,
        departments={belonging.department_id: belonging.role for belonging in membership.departments.all()},
    )


def anyone(_me: Membership) -> bool:
    """Every member of the account."""
    return True


def may(me: Membership, permission: str) -> bool:
    """Whether a member has a permission in the account as a whole (`permissions.IN_ACCOUNT`)."""
    return role_may(me.role, permission)


def may_in(actor: Actor, permission: str, department_id: UUID) -> bool:
    """Whether the actor has a permission in a department (`permissions.IN_DEPARTMENT`); owners and admins have all."""
    return actor.sees_all or department_role_may(actor.departments.get(department_id), permission)


def can_administer(me: Membership) -> bool:
    """Change how the account works: people, departments, mail, tags, brand."""
    return may(me, "settings:edit")


def can_purge(me: Membership) -> bool:
    """Erase for good what lies in the bin or is spam."""
    return may(me, "ticket:purge")


def can_hold(me: Membership) -> bool:
    """Say what the law keeps from being erased."""
    return may(me, "hold:place")


def can_list_agents(me: Membership) -> bool:
    """See everybody who works in the account, and who is invited."""
    return may(me, "agent:list")


def can_run_departments(me: Membership) -> bool:
    """Change some department: all of them, or one that the member manages."""
    return may(me, "department:create") or bool(managed_departments(me))


def managed_departments(me: Membership) -> list[UUID]:
    """The departments a member may change by the role held there."""
    return [each.department_id for each in me.departments.all() if department_role_may(each.role, "department:edit")]


def can_give(me: Membership, role: str) -> bool:
    """Make somebody a `role`, by an invitation too."""
    return may(me, "agent:invite") and may_give(me.role, role)


def can_change(me: Membership, other: Membership) -> bool:
    """Change somebody's name, role and departments: oneself, too, but nobody above oneself."""
    return may(me, "agent:edit") and may_give(me.role, other.role)


def can_remove(me: Membership, other: Membership) -> bool:
    """End somebody's membership."""
    return may(me, "agent:remove") and may_give(me.role, other.role)


def can_erase(me: Membership) -> bool:
    """Erase people for good, and see what was erased."""
    return may(me, "person:erase")


def get_member(me: Membership, member_id: UUID) -> Membership:
    """Somebody who works in the account; raises `Membership.DoesNotExist`, also for those who may not know who does."""
    if not may(me, "agent:list"):
        raise Membership.DoesNotExist
    return Membership.objects.select_related("user").prefetch_related("departments__department").get(pk=member_id)


def get_invitation(me: Membership, invitation_id: UUID) -> Invitation:
    """An invitation that waits; raises `Invitation.DoesNotExist`, also for those who may not know of it."""
    if not may(me, "agent:list"):
        raise Invitation.DoesNotExist
    return Invitation.objects.get(pk=invitation_id)


def invitation_with(token: str) -> Invitation:
    """The invitation a link carries, also one that has expired; raises `Invitation.DoesNotExist`."""
    return Invitation.objects.get(token_hash=hashed_token(token))  # never NULL: that would be every unsent one


def sign_up_with(token: str) -> SignUp:
    """The sign-up a link carries; raises `SignUp.DoesNotExist` for one that has expired, too."""
    return SignUp.objects.get(token_hash=hashed_token(token), expires_at__gt=now())


def get_department(me: Membership, department_id: UUID) -> Department:
    """A department the member may change or, when not, one they may see; raises `Department.DoesNotExist`."""
    departments = Department.objects.all()
    if not may(me, "department:create"):
        departments = departments.filter(pk__in=[each.department_id for each in me.departments.all()])
    return departments.get(pk=department_id)


def can_edit_department(me: Membership, department: Department) -> bool:
    """Change its name, its signature, and who belongs to it."""
    return may(me, "department:create") or department.pk in managed_departments(me)


def roles_to_give_in(me: Membership, department: Department) -> list[DepartmentRole]:
    """The roles a member may give others in a department, and of which they may take others out."""
    if may(me, "agent:edit"):
        return list(DepartmentRole)
    return list(BELOW_MANAGER) if department.pk in managed_departments(me) else []


def can_own(me: Membership) -> bool:
    """Decide what only an owner may: who owns the account, and its end."""
    return may(me, "owner:make")


def visible_departments(actor: Actor, among: Sequence[Department] | None = None) -> list[Department]:
    """The departments whose tickets the actor may see, by name; `among` all open ones when they are read already."""
    departments = open_departments() if among is None else among
    return [department for department in departments if actor.sees_all or department.id in actor.departments]


OPEN_DEPARTMENTS = Reading(lambda: Department.objects.filter(archived_at__isnull=True))


def open_departments() -> list[Department]:
    """Where a ticket can be moved to: every department that is not archived, by name."""
    return sorted(OPEN_DEPARTMENTS(), key=lambda each: alphabetical(each.name))


def departments_seen_by(actor: Actor) -> dict[str, list[UUID]]:
    """The departments whose tickets the actor may see, as the value `departments` of a reading; none for all."""
    return {} if actor.sees_all else {"departments": list(actor.departments)}


def get_open_department(department_id: UUID | None) -> Department:
    """Where tickets can be moved to, also by who does not see it; raises `Department.DoesNotExist`, also for no id."""
    if department_id is None:
        raise Department.DoesNotExist
    return Department.objects.get(pk=department_id, archived_at__isnull=True)


def members_who_can_solve(department_id: UUID) -> QuerySet[Membership]:
    """Whom a ticket of the department can be given to, in no order: its solvers and above, and whoever sees all."""
    return _of_department(department_id, IN_DEPARTMENT["ticket:take"])


def get_solver(department_id: UUID, member_id: UUID | None) -> Membership:
    """Somebody who can solve in the department; raises `Membership.DoesNotExist`, also for no id."""
    if member_id is None:
        raise Membership.DoesNotExist
    return members_who_can_solve(department_id).get(pk=member_id)


def members_who_see(department_id: UUID) -> QuerySet[Membership]:
    """Who sees the tickets of a department, in no order: who belongs to it, and whoever sees all."""
    return _of_department(department_id, IN_DEPARTMENT["ticket:read"])


def _of_department(department_id: UUID, roles: Collection[str]) -> QuerySet[Membership]:
    there = DepartmentMembership.objects.filter(department=department_id, role__in=roles).values("membership")
    return Membership.objects.filter(Q(pk__in=there) | Q(role__in=[Role.OWNER, Role.ADMIN]))


def restores_in(actor: Actor) -> bool:
    """Whether there is a department in which the actor may bring deleted tickets back."""
    return actor.sees_all or any(may_in(actor, "ticket:delete", department) for department in actor.departments)


def solvable_departments(actor: Actor) -> list[Department]:
    """The departments in whose name the actor may write, by name."""
    return [department for department in visible_departments(actor) if may_in(actor, "ticket:compose", department.id)]
