"""Who does something: a small value that every action is given."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    AGENT = "agent"
    CONTACT = "contact"
    RULE = "rule"
    API = "api"
    STAFF = "staff"  # of the hosting company, by the account's consent; the id is that of their identity
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, and what the account allows them.

    `departments` maps the ids of the departments the actor belongs to onto the role held there; `sees_all` is true of
    owners, admins and the system itself. `depth` counts how many automatic steps led here: it stops rules that trigger
    each other for ever.
    """

    kind: ActorKind
    id: UUID | None = None
    sees_all: bool = False
    departments: dict[UUID, str] = field(default_factory=dict, hash=False)
    depth: int = 0


SYSTEM = Actor(ActorKind.SYSTEM, sees_all=True)
