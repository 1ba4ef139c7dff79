"""Who may do what. Every permission of the product is one line here; `access` asks, pages follow.

`docs/subsystems/permissions.md` shows these two tables, and a test tries each cell of them at the real address.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from steward.people.models import DepartmentRole, Role

_READER, _SOLVER, _SUPERVISOR, _MANAGER = DepartmentRole
_ABOVE = {role: frozenset(list(DepartmentRole)[position:]) for position, role in enumerate(DepartmentRole)}

_OWNER = frozenset({Role.OWNER})
_ADMINS = _OWNER | {Role.ADMIN}
_EVERYBODY = _ADMINS | {Role.AGENT}

# In a department: the roles there that may. Owners and admins may all of it, in every department.
IN_DEPARTMENT: Mapping[str, frozenset[DepartmentRole]] = {
    "ticket:read": _ABOVE[_READER],
    "ticket:reply": _ABOVE[_SOLVER],
    "ticket:note": _ABOVE[_SOLVER],
    "ticket:compose": _ABOVE[_SOLVER],
    "ticket:change_status": _ABOVE[_SOLVER],
    "ticket:delete": _ABOVE[_SOLVER],
    "ticket:take": _ABOVE[_SOLVER],
    "ticket:tag": _ABOVE[_SOLVER],
    "message:resend": _ABOVE[_SOLVER],
    "request:note": _ABOVE[_SOLVER],
    "consent:note": _ABOVE[_SOLVER],
    "ticket:assign": _ABOVE[_SUPERVISOR],
    "ticket:transfer": _ABOVE[_SUPERVISOR],
    "message:redact": _ABOVE[_SUPERVISOR],
    "department:edit": _ABOVE[_MANAGER],
    "department:place_agents": _ABOVE[_MANAGER],
}

# In the account as a whole: the roles that may.
IN_ACCOUNT: Mapping[str, frozenset[Role]] = {
    "profile:edit": _EVERYBODY,
    "availability:change": _EVERYBODY,
    "agent:list": _ADMINS,
    "agent:invite": _ADMINS,
    "agent:edit": _ADMINS,
    "agent:remove": _ADMINS,
    "owner:make": _OWNER,
    "owner:unmake": _OWNER,
    "account:export": _OWNER,
    "department:create": _ADMINS,
    "department:archive": _ADMINS,
    "department:make_default": _ADMINS,
    "settings:edit": _ADMINS,
    "subprocessor:object": _ADMINS,
    "ticket:purge": _ADMINS,
    "hold:place": _ADMINS,
    "person:erase": _ADMINS,
    "person:export": _ADMINS,
    "request:answer": _ADMINS,
}

MEANINGS: Mapping[str, str | Promise] = {
    "ticket:read": _("Read tickets, notes and files, and search them"),
    "ticket:reply": _("Answer the customer"),
    "ticket:note": _("Leave notes"),
    "ticket:compose": _("Write to a customer first"),
    "ticket:change_status": _("Resolve, postpone, close and open again"),
    "ticket:delete": _("Delete, mark as spam, and restore"),
    "ticket:take": _("Take a ticket, and let go of one's own"),
    "ticket:tag": _("Put on and take off tags"),
    "message:resend": _("Send an answer again that did not arrive"),
    "request:note": _("Note that a customer asks for a right over their data, or that they do not"),
    "consent:note": _("Note that a customer consents to something, or takes it back"),
    "ticket:assign": _("Assign a ticket to somebody else, or take it from them"),
    "ticket:transfer": _("Move a ticket to another department"),
    "message:redact": _("Redact words of a message for good"),
    "department:edit": _("Change the department's name and signature"),
    "department:place_agents": _("Put agents into the department and out of it, below the manager's own role"),
    "profile:edit": _("Change one's own name, language, signature and appearance"),
    "availability:change": _("Say that one is online, away or off"),
    "agent:list": _("See everybody who works in the account"),
    "agent:invite": _("Invite agents and admins, send invitations again, take them back"),
    "agent:edit": _("Change the name, role and departments of agents and admins"),
    "agent:remove": _("Remove agents and admins"),
    "owner:make": _("Make somebody an owner, by invitation too"),
    "owner:unmake": _("Change or remove an owner; the last one never"),
    "account:export": _("Order a copy of everything the account holds, and download it"),
    "department:create": _("Make departments"),
    "department:archive": _("Archive departments"),
    "department:make_default": _("Choose the default department"),
    "settings:edit": _("Change the settings of the account"),
    "subprocessor:object": _("Object to subprocessors, and agree to them"),
    "ticket:purge": _("Purge deleted tickets and spam: erase them for good"),
    "hold:place": _("Place legal holds, and lift them"),
    "person:erase": _("Erase people for good, and see what was erased"),
    "person:export": _("Export what is held about people, and download it"),
    "request:answer": _("Answer what persons ask for about their data, and restrict their data"),
}

# What one may be given: by an owner any role, by an admin any but owner.
_GIVES = {Role.OWNER: frozenset(Role), Role.ADMIN: frozenset({Role.ADMIN, Role.AGENT})}
# What a manager of a department gives there: the roles below their own.
BELOW_MANAGER = (_READER, _SOLVER, _SUPERVISOR)


def role_may(role: str, permission: str) -> bool:
    """Whether the role in the account has the permission. `KeyError` for one that does not exist."""
    return role in IN_ACCOUNT[permission]


def department_role_may(role: str | None, permission: str) -> bool:
    """Whether the role in a department (None: not in it) has the permission there. `KeyError` as above."""
    return role in IN_DEPARTMENT[permission]


def may_give(giver: str, role: str) -> bool:
    """Whether a member with the role `giver` may make somebody a `role`, or change somebody who is one."""
    return role in _GIVES.get(Role(giver), frozenset()) if giver else False


def roles_to_give(giver: str) -> list[Role]:
    """What a member with this role may make others, the least first."""
    return [role for role in reversed(Role) if may_give(giver, role)]
