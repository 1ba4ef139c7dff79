"""What pages about people show."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Max
from django.utils.translation import pgettext

from steward.lib.alphabet import alphabetical
from steward.lib.clock import now
from steward.people.models import Department, DepartmentMembership, Invitation, Membership, Role, Session
from steward.tenancy.scope import current_account_id
from steward.ui.enumerating import isolated

_ORDER = {role: position for position, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member as the list of agents shows them."""

    member: Membership
    email: str
    departments: list[str]  # names, with the role there
    has_second_factor: bool
    seen_at: datetime | None  # in this account, as long as the session lives


def listed_members() -> list[ListedMember]:
    """Everybody who works in the account: owners, admins, agents, each by name. Four queries for any number."""
    members = list(Membership.objects.select_related("user").prefetch_related("departments__department"))
    users = [member.user_id for member in members]
    strong, seen = _with_second_factor(users), _last_seen(users)
    listed = [
        ListedMember(
            member=member,
            email=member.user.email,
            departments=_departments(member),
            has_second_factor=member.user_id in strong,
            seen_at=seen.get(member.user_id),
        )
        for member in members
    ]
    return sorted(listed, key=lambda each: (_ORDER[Role(each.member.role)], alphabetical(each.member.name)))


def waiting_invitations() -> list[Invitation]:
    """The invitations that nobody has accepted yet, the newest first."""
    return list(Invitation.objects.select_related("invited_by", "mail").order_by("-sent_at", "id"))


def departments_with_sizes() -> list[tuple[Department, int]]:
    """Every department with how many people belong to it: the default one first, archived ones last."""
    sizes = Counter(DepartmentMembership.objects.values_list("department", flat=True))
    departments = sorted(
        Department.objects.all(), key=lambda d: (d.archived_at is not None, not d.is_default, alphabetical(d.name))
    )
    return [(department, sizes[department.pk]) for department in departments]


def _departments(member: Membership) -> list[str]:
    belongings = [each for each in member.departments.all() if each.department.archived_at is None]
    return [
        pgettext("a department and one's role there", "%(department)s (%(role)s)")
        % {"department": isolated(each.department.name), "role": each.get_role_display()}
        for each in sorted(belongings, key=lambda each: alphabetical(each.department.name))
    ]


def _with_second_factor(users: list[UUID]) -> set[UUID]:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return set(Authenticator.objects.filter(user__in=users, type__in=kinds).values_list("user", flat=True))


def _last_seen(users: list[UUID]) -> dict[UUID, datetime]:
    sessions = Session.objects.filter(account=current_account_id(), user__in=users, expire_date__gt=now())
    return dict(sessions.values_list("user").annotate(Max("seen_at")))
