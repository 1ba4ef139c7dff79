"""Members of an account, and how they go: with everything that is theirs alone. What they wrote for customers stays."""

from collections.abc import Sequence
from uuid import UUID

from steward.people.identities import forget_identity_without_account, is_needed_elsewhere
from steward.people.models import DepartmentMembership, Membership, User
from steward.privacy.inventory.stores import Extent, Key, Rank, Rows, register

SESSIONS = "people.sessions"  # no store: they end, and that is told, before the membership goes


class Profiles:
    """Memberships. What refers to them and stays says "former agent" from now on."""

    name, rank = "people.memberships", Rank.PEOPLE
    models = frozenset({Membership._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        return list(Membership.objects.filter(pk__in=extent.members).order_by("pk").values_list("pk", flat=True))

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        """By Django: it takes the member off the tickets, messages and invitations that stay."""
        members = Membership.objects.filter(pk__in=list(keys))
        number = members.count()
        members.delete()
        return number

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the rows are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return Membership.objects.filter(pk__in=list(keys)).count()


class Identities:
    """Addresses and passwords of members who work in no other account, with all that signs them in."""

    name, rank = "people.identities", Rank.RECORDS
    models = frozenset({User._meta.label})

    def find(self, extent: Extent) -> list[Key]:
        users = Membership.objects.filter(pk__in=extent.members).order_by("user").values_list("user", flat=True)
        return [user for user in users if not is_needed_elsewhere(user)]

    def erase(self, keys: Sequence[Key], extent: Extent) -> int:
        return sum(forget_identity_without_account(UUID(str(key))) for key in keys)

    def settle(self, keys: Sequence[Key]) -> None:
        """Nothing: the rows are gone with the commit."""

    def left(self, keys: Sequence[Key], extent: Extent) -> int:
        return User.objects.filter(pk__in=list(keys)).count()


register(
    Rows(
        "people.departments", DepartmentMembership, Rank.PARTS,
        lambda e: DepartmentMembership.objects.filter(membership__in=e.members) if e.members else None,
    ),
    Profiles(),
    Identities(),
)  # fmt: skip
