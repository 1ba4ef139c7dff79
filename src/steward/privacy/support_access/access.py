"""Who in an account decides what support may see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from steward.people.access import can_administer
from steward.people.models import Membership
from steward.people.second_factors import has_second_factor
from steward.people.signed_in import holds_second_factor, is_fresh
from steward.privacy.support_access.models import SupportGrant


class FactorNeeded(PermissionError):
    """Consent takes a second factor shown lately in the session. `has_one` is false of who has yet to add one."""

    def __init__(self, *, has_one: bool) -> None:
        super().__init__("a second factor has to be shown")
        self.has_one = has_one


@dataclass(frozen=True, slots=True)
class Granter:
    """A member who may consent, and has just shown who they are. Made by `granter_of` alone, but for tests."""

    member: Membership


def can_see_grants(me: Membership) -> bool:
    """See what support was let see and what it read; refuse, revoke: owners and admins."""
    return can_administer(me)


def granter_of(me: Membership, session: Any, *, is_sent: bool = False) -> Granter:
    """Who lets support in, in the session of theirs; `is_sent` is true of a form that comes back.

    Raises `PermissionDenied` for all but owners and admins, and `FactorNeeded` until a second factor was shown lately.
    """
    if not can_see_grants(me):
        raise PermissionDenied("owners and admins let support in")
    if not (holds_second_factor(session) and is_fresh(session, is_sent=is_sent)):
        raise FactorNeeded(has_one=has_second_factor(me.user))
    return Granter(me)


def get_grant(me: Membership, grant_id: UUID) -> SupportGrant:
    """A grant of the account in scope; raises `SupportGrant.DoesNotExist`, also for those who may not see it."""
    if not can_see_grants(me):
        raise SupportGrant.DoesNotExist
    return SupportGrant.objects.select_related("granted_by").get(pk=grant_id)


def is_for(grant: SupportGrant, operator_id: UUID) -> bool:
    """Whether the grant lets this operator look, when it does at all."""
    return not grant.staff or operator_id in grant.staff
