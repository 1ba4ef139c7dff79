"""What support does in an account that lets it write: a note on a ticket, another status. Each is an event."""

from uuid import UUID

from django.utils.translation import override

from steward.lib.html import text_to_html
from steward.privacy.support_access.models import Area
from steward.privacy.support_access.queries import support_named
from steward.privacy.support_access.reading import SETTABLE, NotThere
from steward.privacy.support_access.scope import staff_scope
from steward.tenancy.models import Account
from steward.tickets.actions import add_note, change_status
from steward.tickets.actions.replying import Writing
from steward.tickets.actions.statuses import StatusRefused
from steward.tickets.models import Ticket
from steward.tickets.statuses import HIDDEN, Status


def write_note(account_id: UUID, operator_id: UUID, code: str, text: str) -> None:
    """Leave a note among the account's agents, who see that it is by support.

    Raises `NoGrant`, `NotThere`, and `NothingWritten` for an empty one.
    """
    with staff_scope(account_id, operator_id=operator_id, area=Area.TICKETS, write=True) as looking:
        ticket = _ticket(code)
        with override(Account.objects.values_list("language", flat=True).get(pk=account_id)):
            name = support_named([operator_id])[operator_id]
        add_note(ticket, Writing(text_to_html(text)), author=None, actor=looking.actor, support=name)


def set_status(account_id: UUID, operator_id: UUID, code: str, status: str) -> None:
    """Give a ticket another status, one of `SETTABLE`. Raises `NoGrant`, `NotThere` and `StatusRefused`."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.TICKETS, write=True) as looking:
        ticket = _ticket(code)
        if status not in SETTABLE or ticket.status in HIDDEN:
            raise StatusRefused("support neither puts tickets away nor brings them back")
        change_status(ticket, Status(status), actor=looking.actor)


def _ticket(code: str) -> Ticket:
    ticket = Ticket.objects.filter(code=code).first() if "\0" not in code else None
    if ticket is None:
        raise NotThere(code)
    return ticket
