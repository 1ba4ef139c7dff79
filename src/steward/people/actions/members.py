"""Members of an account: making, changing and removing them.

An account always has an owner: whoever would take the last one away is refused, two at once included.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.actions.departments import join_department, leave_department
from steward.people.erasing import SESSIONS
from steward.people.models import Department, Invitation, Membership, Role, User
from steward.people.permissions import may_give
from steward.people.signed_in import end_sessions
from steward.privacy.erasure.actions.at_once import erase_at_once
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent

PROFILE = frozenset({"name", "language", "signature", "signatures", "appearance", "density", "afterwards"})


class LastOwner(ValueError):
    """The account would have no owner any more."""


def add_member(email: str, *, name: str, role: str, password: str | None, actor: Actor, **profile: Any) -> Membership:
    """Give a person a membership in the account in scope; their identity is made when the cell has none.

    An identity that exists keeps its password: one account must not change how a person enters another.
    """
    with transaction.atomic():
        user = User.objects.filter(email=User.objects.normalise(email)).first()
        if user is None:
            user = User.objects.create_user(email, password)
        defaults = {"name": name, "role": role, "created_at": now()} | profile
        membership, is_new = Membership.objects.get_or_create(user=user, defaults=defaults)
        if is_new:
            record("member.added", membership, actor=actor, changes={"role": role})
    return membership


def change_role(membership: Membership, role: str, *, actor: Actor, keep_session: str | None = None) -> None:
    """Give a member another role in the account. Their sessions end. Raises `LastOwner`.

    `keep_session` is the key of the session that does it, when people change themselves.
    """
    with transaction.atomic():
        owners = _locked_owners()
        current = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
        if current.role == role:
            return
        if owners == {current.pk}:
            raise LastOwner("the account needs an owner")
        Membership.objects.filter(pk=current.pk).update(role=role)
        record("member.role_changed", current, actor=actor, changes={"from": current.role, "to": role})
        _withdraw_invitations(current, role, actor)
        end_sessions(current, but=keep_session, actor=actor)
    membership.refresh_from_db()


def change_department_roles(
    membership: Membership, wanted: Mapping[UUID, str], *, actor: Actor, keep_session: str | None = None
) -> None:
    """Let a member belong to exactly these of the open departments, with these roles; what is archived stays theirs.

    Their sessions end when that changes something.
    """
    open_ones = Department.objects.filter(archived_at=None).values_list("pk", flat=True)
    _place(membership, {**dict.fromkeys(open_ones), **wanted}, actor=actor, keep_session=keep_session)


def place_in_department(
    membership: Membership,
    department: Department,
    role: str | None,
    *,
    actor: Actor,
    keep_session: str | None = None,
) -> None:
    """Let a member have this role in one department, or none. Their sessions end when that changes something."""
    _place(membership, {department.pk: role}, actor=actor, keep_session=keep_session)


def _place(membership: Membership, roles: Mapping[UUID, str | None], *, actor: Actor, keep_session: str | None) -> None:
    """Give the role in each of these departments, None for out of it; in all others the member stays as they are."""
    with transaction.atomic():
        # Compared under the lock: two departments may take somebody in at once.
        Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
        held = dict(membership.departments.values_list("department_id", "role"))
        changed = {key: role for key, role in roles.items() if held.get(key) != role}
        for department in Department.objects.filter(pk__in=changed):
            if role := changed[department.pk]:
                join_department(membership, department, role=role, actor=actor)
            else:
                leave_department(membership, department.pk, actor=actor)
        if changed:
            end_sessions(membership, but=keep_session, actor=actor)


def edit_profile(membership: Membership, *, actor: Actor, **profile: Any) -> None:
    """Change what a member tells of themselves: any of `PROFILE`. The event names the fields, never what is in them."""
    if unknown := profile.keys() - PROFILE:
        raise ValueError(f"no part of a profile: {sorted(unknown)}")
    changed = {column: value for column, value in profile.items() if getattr(membership, column) != value}
    if changed:
        with transaction.atomic():
            Membership.objects.filter(pk=membership.pk).update(**changed)
            record("member.changed", membership, actor=actor, changes={"fields": sorted(changed)})
        membership.refresh_from_db()


def set_availability(membership: Membership, availability: str, *, actor: Actor) -> None:
    """Say whether a member is online, away or off. What they are already changes nothing."""
    with transaction.atomic():
        before = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk).availability
        if before == availability:
            return
        Membership.objects.filter(pk=membership.pk).update(availability=availability, availability_since=now())
        told = {"from": before, "to": availability}
        record("member.availability_changed", membership, actor=actor, changes=told)
    membership.refresh_from_db()


def skip_guide(membership: Membership) -> None:
    """Show this person the guide to a new account no more. No event: it changes nothing for anybody else."""
    Membership.objects.filter(pk=membership.pk, guide_skipped_at=None).update(guide_skipped_at=now())


def remove_member(membership: Membership, *, tickets_to: Membership | None, actor: Actor) -> Erasure | None:
    """End a person's membership and erase their profile: what they wrote stays under "former agent".

    Raises `LastOwner`, and `Held` when a legal hold keeps everything of the account.

    Their open tickets go to `tickets_to`, or to nobody, by those who hear of the event. The identity goes too when
    this was its last account. What went is proven and certified by a job; the answer is that erasure, or None when they
    are gone already.
    """
    with transaction.atomic():
        owners = _locked_owners()
        current = Membership.objects.select_for_update().filter(pk=membership.pk).first()
        if current is None:
            return None
        if owners == {current.pk}:
            raise LastOwner("the account needs an owner")
        told = {"role": current.role, "tickets_to": tickets_to.id if tickets_to else None}
        record("member.removed", current, actor=actor, changes=told)
        _withdraw_invitations(current, "", actor)
        ended = end_sessions(current, actor=actor)
        gone = {SESSIONS: ended} if ended else {}
        return erase_at_once(Extent(members=(current.pk,)), actor=actor, gone=gone)


def _locked_owners() -> set[UUID]:
    """The owners, locked: of two who would take the last ones away at once, the second sees what the first did."""
    owners = Membership.objects.select_for_update(no_key=True).filter(role=Role.OWNER).order_by("pk")
    return {owner.pk for owner in owners}


def _withdraw_invitations(inviter: Membership, role: str, actor: Actor) -> None:
    """An invitation is worth no more than what its sender may still give."""
    for invitation in Invitation.objects.filter(invited_by=inviter):
        if not may_give(role, invitation.role):
            record("invitation.withdrawn", invitation, actor=actor)
            invitation.delete()
