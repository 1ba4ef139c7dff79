"""Invitations into an account: made, sent again, taken back, accepted.

A row is an invitation that waits; whatever ends it deletes it, and its token is worth nothing from then on. The mail
is made by a channel, which hears of `invitation.sent` and asks for the token then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor, ActorKind
from steward.lib.clock import now
from steward.people.actions.departments import join_department
from steward.people.actions.members import add_member
from steward.people.models import Department, Invitation, Membership, User
from steward.people.permissions import may_give
from steward.people.tokens import hashed_token, new_token
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

LASTS = timedelta(days=7)
MOST_WAITING = 100  # in one account: who opens one to send mail to strangers gets no further


class InvitationRefused(ValueError):
    """The person is a member already; nobody needs to be invited twice."""


class InvitedAbove(ValueError):
    """Somebody has invited the person as more than who invites them now may give."""


class TooManyInvitations(ValueError):
    """So many invitations wait that some should be accepted or taken back first."""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Whom to invite, and as what. `departments` maps ids of departments onto the role there."""

    email: str
    role: str
    name: str = ""
    language: str = ""
    departments: Mapping[UUID, str] = field(default_factory=dict)


def invite(new: NewInvitation, *, invited_by: Membership, actor: Actor) -> Invitation:
    """Invite one person by mail; an invitation that waits for the same address is replaced by this one.

    Raises `InvitationRefused` for a member of this account; whether other accounts know the address is told nobody.
    Raises `InvitedAbove` instead of taking back what the inviter may not give, `TooManyInvitations` when too many wait.
    """
    email = User.objects.normalise(new.email)
    with transaction.atomic():
        # One after the other: a double click invites once, and nobody gets past the limit.
        Account.objects.select_for_update(no_key=True).get(pk=current_account_id())
        if Membership.objects.filter(user__email=email).exists():
            raise InvitationRefused(email)
        for waiting in Invitation.objects.filter(email=email):
            if not may_give(invited_by.role, waiting.role):
                raise InvitedAbove(email)
            withdraw_invitation(waiting, actor=actor)
        if Invitation.objects.count() >= MOST_WAITING:
            raise TooManyInvitations(email)
        invitation = Invitation.objects.create(
            email=email,
            name=new.name,
            role=new.role,
            departments={str(key): role for key, role in new.departments.items()},
            language=new.language,
            invited_by=invited_by,
            created_at=now(),
            sent_at=now(),
            expires_at=now() + LASTS,
        )
        record("invitation.sent", invitation, actor=actor, changes={"role": new.role})
    return invitation


def resend_invitation(invitation: Invitation, *, actor: Actor) -> None:
    """Send it once more, with a new token and all its time again; the old link is worth nothing from now on."""
    with transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(
            token_hash=None, mail=None, sent_at=now(), expires_at=now() + LASTS
        )
        record("invitation.sent_again", invitation, actor=actor)
    invitation.refresh_from_db()


def issue_token(invitation: Invitation) -> str:
    """The token for the one mail that carries the invitation: a new one each time, kept only as a hash."""
    token = new_token()
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=hashed_token(token))
    return token


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> None:
    """Take an invitation back; its link is worth nothing from now on."""
    with transaction.atomic():
        if Invitation.objects.filter(pk=invitation.pk).delete()[0]:
            record("invitation.withdrawn", invitation, actor=actor)


def accept_invitation(invitation: Invitation, *, name: str, password: str | None, language: str = "") -> Membership:
    """Make the invited person a member. `password` is for an identity that the cell does not know yet.

    `language` is what they chose themselves on the way in, if they did: it goes before what the invitation says.
    Raises `Invitation.DoesNotExist` when it was accepted or taken back meanwhile. Departments that were archived since
    it was sent are left out.
    """
    with transaction.atomic():
        current = Invitation.objects.select_for_update(no_key=True).get(
            pk=invitation.pk, token_hash=invitation.token_hash
        )
        membership = add_member(
            current.email,
            name=name,
            role=current.role,
            password=password,
            actor=_inviter(current),
            language=language or current.language,
        )
        actor = Actor(ActorKind.AGENT, membership.id)
        for department in Department.objects.filter(pk__in=current.departments, archived_at=None):
            join_department(membership, department, role=current.departments[str(department.pk)], actor=actor)
        record("invitation.accepted", current, actor=actor, changes={"membership": membership.id})
        Invitation.objects.filter(pk=current.pk).delete()
    return membership


def _inviter(invitation: Invitation) -> Actor:
    return Actor(ActorKind.AGENT, invitation.invited_by_id)
