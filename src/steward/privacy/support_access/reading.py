"""What support is shown of an account: each call opens it by a grant, and leaves one entry that says so.

All raise `NoGrant` where no grant opens it to this operator now, and `SealedAccount` for a terminated account.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from steward.channels.email.models import MailAccount
from steward.contacts.actions import fold_email
from steward.contacts.models import Contact, ContactAddress
from steward.people.models import Department, DepartmentMembership, Membership
from steward.privacy.support_access import seen
from steward.privacy.support_access.models import Area
from steward.privacy.support_access.scope import Looking, staff_scope
from steward.tickets.models import Attachment, Message, Tag, Ticket, TicketRules
from steward.tickets.queries import Cursor
from steward.tickets.statuses import HIDDEN, Status, next_statuses

PAGE = 30
SEARCHED = 5_000  # newest tickets, or customers, in whose subjects and names is looked
MOST_MESSAGES = 100
MOST_MEMBERS = 500
# What support may give a ticket. It puts none away, and throws none.
SETTABLE = frozenset({Status.OPEN, Status.ANSWERED, Status.RESOLVED, Status.CLOSED})
_LINE = (
    "id", "code", "subject", "status", "changed_at", "message_count",
    "requester__name", "assignee__name", "department__name",
)  # fmt: skip
_RULES = ("reopens_for_days", "closes_after_days", "code_letters", "code_digits", "looks_for_sensitive")


class NotThere(LookupError):
    """No such ticket or customer in the account."""


def list_tickets(
    account_id: UUID, operator_id: UUID, *, query: str = "", after: Cursor | None = None
) -> seen.TicketPage:
    """Tickets, the one changed last first, but spam and deleted ones; or the one with this code, or those among the
    newest whose subject holds the words.
    """
    with staff_scope(account_id, operator_id=operator_id, area=Area.TICKETS) as looking:
        looking.note("support.tickets_listed", looking.grant)
        rows = list(_found(query.replace("\0", "").strip(), after).values_list(*_LINE)[: PAGE + 1])
    lines = [_line(row) for row in rows[:PAGE]]
    more = len(rows) > PAGE
    return seen.TicketPage(looking.grant, lines, Cursor(lines[-1].changed_at, lines[-1].id) if more else None)


def read_ticket(account_id: UUID, operator_id: UUID, code: str) -> seen.SeenTicket:
    """One ticket with its messages and notes. Raises `NotThere`."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.TICKETS) as looking:
        ticket = Ticket.objects.filter(code=code).first() if "\0" not in code else None
        if ticket is None:
            raise NotThere(code)
        looking.note("ticket.read", ticket)
        line = _line(Ticket.objects.values_list(*_LINE).get(pk=ticket.pk))
        messages = _messages(ticket)
        tags = list(Tag.objects.filter(tagged__ticket=ticket).order_by("folded").values_list("name", flat=True))
        return seen.SeenTicket(
            grant=looking.grant,
            line=line,
            created_at=ticket.created_at,
            channel=ticket.channel,
            tags=tags,
            messages=messages[-MOST_MESSAGES:],
            is_cut=len(messages) > MOST_MESSAGES,
            next_statuses=_settable(looking, ticket.status),
        )


def list_customers(
    account_id: UUID, operator_id: UUID, *, query: str = "", after: UUID | None = None
) -> seen.CustomerPage:
    """Customers, the newest first; or whoever has this address, or those of the newest whose name holds the words."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.CUSTOMERS) as looking:
        looking.note("support.customers_listed", looking.grant)
        found = _customers(query.replace("\0", "").strip()).order_by("-id")
        first = ContactAddress.objects.filter(contact=OuterRef("pk")).order_by("id").values("value")[:1]
        found = found.filter(id__lt=after) if after else found
        rows = list(
            found.annotate(address=Subquery(first)).values_list("id", "name", "address", "created_at")[: PAGE + 1]
        )
    lines = [seen.CustomerLine(key, name, address or "", at) for key, name, address, at in rows[:PAGE]]
    return seen.CustomerPage(looking.grant, lines, lines[-1].id if len(rows) > PAGE else None)


def read_customer(account_id: UUID, operator_id: UUID, customer_id: UUID) -> seen.SeenCustomer:
    """One customer. Raises `NotThere`."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.CUSTOMERS) as looking:
        contact = Contact.objects.filter(pk=customer_id).first()
        if contact is None:
            raise NotThere(customer_id)
        looking.note("support.customer_read", contact)
        addresses = ContactAddress.objects.filter(contact=contact).order_by("id").values_list("value", flat=True)
        return seen.SeenCustomer(
            grant=looking.grant,
            id=contact.pk,
            name=contact.name,
            language=contact.language,
            addresses=list(addresses),
            created_at=contact.created_at,
            is_restricted=contact.is_restricted,
            tickets=_tickets_of(looking, contact),
        )


def read_settings(account_id: UUID, operator_id: UUID) -> seen.SeenSettings:
    """How the account is set up: departments, members, mail accounts, rules of tickets. No secrets."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.SETTINGS) as looking:
        looking.note("support.settings_read", looking.grant)
        names = dict(Department.objects.values_list("pk", "name"))
        members = list(Membership.objects.order_by("id").values_list("id", "name", "role")[: MOST_MEMBERS + 1])
        rules = TicketRules.objects.values(*_RULES).first()
        return seen.SeenSettings(
            grant=looking.grant,
            departments=_departments(),
            members=_members(members[:MOST_MEMBERS], names),
            members_cut=len(members) > MOST_MEMBERS,
            mail_accounts=[_mail_account(one, names) for one in MailAccount.objects.order_by("address")],
            rules=dict(rules or {name: getattr(TicketRules(), name) for name in _RULES}),
        )


def _found(query: str, after: Cursor | None) -> QuerySet[Ticket]:
    tickets: QuerySet[Ticket] = Ticket.objects.exclude(status__in=HIDDEN).order_by("-changed_at", "-id")
    if query:
        exact = Ticket.objects.filter(code=query.upper())
        if exact.exists():
            return exact
        tickets = tickets.filter(pk__in=tickets.values("pk")[:SEARCHED], subject__icontains=query)
    if after is None:
        return tickets
    behind = tickets.filter(changed_at__lte=after.changed_at)
    return behind.exclude(changed_at=after.changed_at, id__gte=after.id)


def _line(row: tuple) -> seen.TicketLine:  # type: ignore[type-arg]
    key, code, subject, status, changed_at, count, customer, assignee, department = row
    return seen.TicketLine(key, code, subject, status, changed_at, count, customer or "", assignee or "", department)


def _messages(ticket: Ticket) -> list[seen.SeenMessage]:
    """The newest, one more than are shown, in their order."""
    columns = ("id", "kind", "at", "author__name", "contact__name", "sender_name", "body_text", "is_automatic")
    newest = Message.objects.filter(ticket=ticket).order_by("-at", "-id").values_list(*columns)[: MOST_MESSAGES + 1]
    rows = list(newest)[::-1]
    files = _files(row[0] for row in rows)
    return [
        seen.SeenMessage(key, kind, at, author or name or contact or "", text, automatic, files.get(key, ()))
        for key, kind, at, author, contact, name, text, automatic in rows
    ]


def _files(messages: Iterable[UUID]) -> dict[UUID, list[seen.SeenFile]]:
    found: dict[UUID, list[seen.SeenFile]] = {}
    columns = ("message_id", "name", "file__size", "file__content_type")
    for message, *told in Attachment.objects.filter(message__in=list(messages)).order_by("id").values_list(*columns):
        found.setdefault(message, []).append(seen.SeenFile(*told))
    return found


def _settable(looking: Looking, status: str) -> list[str]:
    if not looking.grant.may_write or status in HIDDEN:
        return []
    return [one.value for one in next_statuses(status) if one in SETTABLE]


def _customers(query: str) -> QuerySet[Contact]:
    if not query:
        return Contact.objects.all()
    if "@" in query:
        return Contact.objects.filter(addresses__folded=fold_email(query))
    newest = Contact.objects.order_by("-id").values("pk")[:SEARCHED]
    return Contact.objects.filter(pk__in=newest, name__icontains=query)


def _tickets_of(looking: Looking, contact: Contact) -> list[seen.TicketLine]:
    """The database would show none without the area; nothing is asked for that would be refused."""
    if Area.TICKETS not in looking.grant.areas:
        return []
    mine = Ticket.objects.filter(requester=contact).exclude(status__in=HIDDEN).order_by("-changed_at")
    return [_line(row) for row in mine.values_list(*_LINE)[:PAGE]]


def _departments() -> list[seen.SeenDepartment]:
    rows = Department.objects.order_by("name").values_list("name", "is_default", "archived_at")
    return [seen.SeenDepartment(name, default, archived is not None) for name, default, archived in rows]


def _members(members: Collection[tuple[UUID, str, str]], names: dict[UUID, str]) -> list[seen.SeenMember]:
    places: dict[UUID, list[tuple[str, str]]] = {}
    keys = [key for key, _name, _role in members]
    rows = DepartmentMembership.objects.filter(membership__in=keys).order_by("id")
    for member, department, role in rows.values_list("membership_id", "department_id", "role"):
        places.setdefault(member, []).append((names.get(department, ""), role))
    return [seen.SeenMember(name, role, places.get(key, [])) for key, name, role in members]


def _mail_account(one: MailAccount, names: dict[UUID, str]) -> seen.SeenMailAccount:
    return seen.SeenMailAccount(
        address=one.address,
        name=one.name,
        department=names.get(one.department_id, ""),
        is_default=one.is_default,
        fetches=one.imap_id is not None,
        forwarded_to=one.forwarded_to,
        has_own_relay=one.smtp_id is not None,
        answers_automatically=one.answers_automatically,
    )
