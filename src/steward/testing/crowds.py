"""Many people in a department, made at once."""

from collections.abc import Sequence

from steward.lib.clock import now
from steward.people.models import Department, DepartmentMembership, DepartmentRole, Membership, User
from steward.tenancy.scope import account_scope


def crowd_in(
    department: Department, names: Sequence[str], *, role: DepartmentRole = DepartmentRole.SOLVER
) -> list[Membership]:
    """One more agent of each name who has this role in the department; none of them can sign in.

    The address of the first is `crowd-0@northwind.example`, where the account is Northwind.
    """
    domain = f"{department.account.slug}.example"
    with account_scope(department.account_id):
        begun = User.objects.filter(email__startswith="crowd-").count()
        users = [User(email=f"crowd-{begun + place}@{domain}") for place in range(len(names))]
        User.objects.bulk_create(users)
        members = [Membership(user=u, name=name, created_at=now()) for u, name in zip(users, names, strict=True)]
        Membership.objects.bulk_create(members)
        DepartmentMembership.objects.bulk_create(
            DepartmentMembership(department=department, membership=member, role=role) for member in members
        )
    return members
