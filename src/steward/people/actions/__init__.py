"""The verbs of people: making, changing and removing members, departments, invitations and sign-ups."""

from steward.people.actions.departments import (
    NameTaken,
    NotToBeArchived,
    archive_department,
    create_department,
    edit_department,
    join_department,
    leave_department,
    make_default,
)
from steward.people.actions.invitations import (
    InvitationRefused,
    NewInvitation,
    TooManyInvitations,
    accept_invitation,
    invite,
    issue_token,
    resend_invitation,
    withdraw_invitation,
)
from steward.people.actions.members import (
    LastOwner,
    add_member,
    change_department_roles,
    change_role,
    edit_profile,
    place_in_department,
    remove_member,
    set_availability,
    skip_guide,
)
from steward.people.actions.passages import open_passage, take_passage
from steward.people.actions.sign_ups import NewSignUp, SlugTaken, begin_sign_up, end_sign_up

__all__ = [
    "InvitationRefused",
    "LastOwner",
    "NameTaken",
    "NewInvitation",
    "NewSignUp",
    "NotToBeArchived",
    "SlugTaken",
    "TooManyInvitations",
    "accept_invitation",
    "add_member",
    "archive_department",
    "begin_sign_up",
    "change_department_roles",
    "change_role",
    "create_department",
    "edit_department",
    "edit_profile",
    "end_sign_up",
    "invite",
    "issue_token",
    "join_department",
    "leave_department",
    "make_default",
    "open_passage",
    "place_in_department",
    "remove_member",
    "resend_invitation",
    "set_availability",
    "skip_guide",
    "take_passage",
    "withdraw_invitation",
]
