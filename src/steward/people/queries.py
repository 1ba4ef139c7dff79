"""What pages about people show."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Count, Max, QuerySet
from django.utils.translation import pgettext

from steward.lib.alphabet import alphabetical
from steward.lib.clock import now
from steward.lib.fold import fold
from steward.people.models import Department, DepartmentMembership, Invitation, Membership, Role, Session, User
from steward.people.permissions import IN_ACCOUNT
from steward.tenancy.scope import current_account_id
from steward.ui.enumerating import isolated

PAGE = 50  # members
_ORDER = {role: position for position, role in enumerate(Role)}


def member_names() -> dict[UUID, str]:
    """What everybody of the account is called, by their id."""
    return dict(Membership.objects.values_list("id", "name"))


class Name(NamedTuple):
    """What members are sorted and found by."""

    id: UUID
    role: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member as the list of agents shows them."""

    member: Membership
    email: str
    departments: list[str]  # names, with the role there
    has_second_factor: bool
    seen_at: datetime | None  # in this account, as long as the session lives


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some of those who work in the account; `next` is the last of them when there are more."""

    members: list[ListedMember]
    next: UUID | None


def page_of_member_ids(
    order: Callable[[Name], Any], *, query: str = "", after: UUID | None = None
) -> tuple[list[UUID], UUID | None]:
    """The ids of one page of members in this order, and the last of them when there are more. One query.

    `query`: each word of it stands in the name or the address. Sorted here, for the alphabets of our languages are not
    the database's: of everybody these few columns are read, of thousands in some milliseconds.
    """
    names = (Name(*row) for row in Membership.objects.values_list("id", "role", "name", "user__email"))
    words = fold(query).split()
    found = (each for each in names if not words or all(word in fold(f"{each.name} {each.email}") for word in words))
    ids = [each.id for each in sorted(found, key=order)]
    start = ids.index(after) + 1 if after in ids else 0
    page = ids[start : start + PAGE]
    return page, page[-1] if len(ids) > start + PAGE else None


def listed_members(*, query: str = "", after: UUID | None = None) -> MemberPage:
    """One page of who works in the account: owners, admins, agents, each by name. Six queries for any number."""
    ids, following = page_of_member_ids(
        lambda each: (_ORDER[Role(each.role)], alphabetical(each.name)), query=query, after=after
    )
    return MemberPage(_listed(ids), following)


def _listed(ids: list[UUID]) -> list[ListedMember]:
    found = Membership.objects.select_related("user").prefetch_related("departments__department").in_bulk(ids)
    members = [found[key] for key in ids]
    users = [member.user_id for member in members]
    strong, seen = _with_second_factor(users), _last_seen(users)
    return [
        ListedMember(
            member=member,
            email=member.user.email,
            departments=_departments(member),
            has_second_factor=member.user_id in strong,
            seen_at=seen.get(member.user_id),
        )
        for member in members
    ]


def members_with(ids: Iterable[UUID]) -> list[Membership]:
    """The members with these ids, in their order; ids of nobody are left out. One query."""
    wanted = list(ids)
    found = Membership.objects.in_bulk(wanted)
    return [found[key] for key in wanted if key in found]


def others_than(member: Membership) -> QuerySet[Membership]:
    """Everybody else who works in the account, by name: a form chooses from them."""
    return Membership.objects.exclude(pk=member.pk).order_by("name")


def approvers() -> list[Membership]:
    """Who may answer for a legal hold: owners and admins, by name."""
    return sorted(
        Membership.objects.filter(role__in=IN_ACCOUNT["hold:place"]), key=lambda each: alphabetical(each.name)
    )


def colleagues_of(member: Membership) -> list[UUID]:
    """Who belongs to departments of a member, a hundred at most."""
    departments = [each.department_id for each in member.departments.all()]
    found = DepartmentMembership.objects.filter(department__in=departments).exclude(membership=member).order_by("pk")
    return list(found.values_list("membership", flat=True)[:100])


def membership_of(user: User) -> Membership | None:
    """Who somebody is in the account in scope."""
    return Membership.objects.filter(user=user).first()


def user_with(email: str) -> User | None:
    """Whose address this is, as `User.objects.normalise` writes it."""
    return User.objects.filter(email=email).first()


def waiting_invitations() -> list[Invitation]:
    """The invitations that nobody has accepted yet, the newest first."""
    return list(Invitation.objects.select_related("invited_by", "mail").order_by("-sent_at", "id"))


def departments_with_sizes() -> list[tuple[Department, int]]:
    """Every department with how many people belong to it: the default one first, archived ones last."""
    sizes = dict(DepartmentMembership.objects.values_list("department").annotate(Count("pk")))
    departments = sorted(
        Department.objects.all(), key=lambda d: (d.archived_at is not None, not d.is_default, alphabetical(d.name))
    )
    return [(department, sizes.get(department.pk, 0)) for department in departments]


def departments_open(*, but: Department | None = None) -> QuerySet[Department]:
    """The departments that are not archived, by name, one of them perhaps left out: a form chooses from them."""
    found = Department.objects.filter(archived_at__isnull=True).order_by("name")
    return found.exclude(pk=but.pk) if but else found


def names_of_departments(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of departments, archived or not."""
    return dict(Department.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def first_department() -> Department | None:
    """The default one; without one the first by name."""
    return Department.objects.order_by("-is_default", "name").first()


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
