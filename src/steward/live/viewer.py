"""Who listens on a stream, as they were when it opened."""

from dataclasses import dataclass
from uuid import UUID

VIEWER = "steward.live"
"""The key of a WSGI environ under which the view behind the stream's address leaves the `Viewer` it let in."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member with a session, and what they may see. Nobody's rights change while a stream is open: it ends."""

    account_id: UUID
    membership_id: UUID
    user_id: UUID
    session: str  # the hash under which it is stored
    sees_all: bool
    departments: frozenset[UUID]

    @property
    def endings(self) -> frozenset[str]:
        """What ends the stream when it is told on the channel of endings."""
        return frozenset(
            {
                f"account:{self.account_id}",
                f"member:{self.membership_id}",
                f"user:{self.user_id}",
                f"session:{self.session}",
            }
        )

    def may_hear(self, departments: frozenset[UUID], members: frozenset[UUID]) -> bool:
        """Whether what is in these departments, or for these members, is for this one."""
        return self.sees_all or not self.departments.isdisjoint(departments) or self.membership_id in members
