"""What pages of the hosting company get to show of an account: values, for the rows are gone with the scope."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from steward.privacy.support_access.models import SupportGrant
from steward.tickets.queries import Cursor


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list. `assignee` is empty where nobody has it, `customer` where they have no name."""

    id: UUID
    code: str
    subject: str
    status: str
    changed_at: datetime
    message_count: int
    customer: str
    assignee: str
    department: str


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some tickets, the one changed last first, and where the next ones begin; `grant` is what shows them."""

    grant: SupportGrant
    tickets: list[TicketLine]
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of a message: that it is there, not what is in it. `size` is bytes."""

    name: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message or note. `text` is plain, with what it quotes; `kind` is `Message.Kind`."""

    id: UUID
    kind: str
    at: datetime
    who: str
    text: str
    is_automatic: bool
    files: Sequence[SeenFile]


@dataclass(frozen=True, slots=True)
class SeenTicket:
    """A ticket with its messages, the oldest first; `is_cut` when the oldest are left out."""

    grant: SupportGrant
    line: TicketLine
    created_at: datetime
    channel: str
    tags: Sequence[str]
    messages: Sequence[SeenMessage]
    is_cut: bool
    next_statuses: Sequence[str] = field(default=())  # that support may set; none without the right to write


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in a list, with the first of their addresses."""

    id: UUID
    name: str
    address: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some customers, the newest first; `next` is the last one's id when there are more."""

    grant: SupportGrant
    customers: list[CustomerLine]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class SeenCustomer:
    """A customer. Their tickets are shown only where the grant opens tickets, too."""

    grant: SupportGrant
    id: UUID
    name: str
    language: str
    addresses: Sequence[str]
    created_at: datetime
    is_restricted: bool
    tickets: Sequence[TicketLine]


@dataclass(frozen=True, slots=True)
class SeenDepartment:
    name: str
    is_default: bool
    is_archived: bool


@dataclass(frozen=True, slots=True)
class SeenMember:
    """Somebody who works in the account; `departments` are names, with the role there."""

    name: str
    role: str
    departments: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SeenMailAccount:
    """An address of the account, without what signs in anywhere."""

    address: str
    name: str
    department: str
    is_default: bool
    fetches: bool  # from a mailbox elsewhere
    forwarded_to: str
    has_own_relay: bool
    answers_automatically: bool


@dataclass(frozen=True, slots=True)
class SeenSettings:
    """How the account is set up. `rules` are those of tickets, by name."""

    grant: SupportGrant
    departments: Sequence[SeenDepartment]
    members: Sequence[SeenMember]
    members_cut: bool
    mail_accounts: Sequence[SeenMailAccount]
    rules: dict[str, object]
