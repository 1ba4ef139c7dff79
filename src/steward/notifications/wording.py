"""What a notice says, put together when it is read."""

from django.utils.translation import gettext as _

from steward.notifications.models import Notice
from steward.notifications.wishes import Kind


def sentence(notice: Notice) -> str:
    """Why somebody is told, in the language that is active. Needs `by` and `ticket.department`."""
    who = notice.by.name if notice.by else ""
    if notice.kind == Kind.MENTIONED:
        return _("%(who)s mentioned you in a note") % {"who": who} if who else _("You were mentioned in a note")
    if notice.kind == Kind.ASSIGNED:
        return _("%(who)s assigned this ticket to you") % {"who": who} if who else _("This ticket was assigned to you")
    if notice.kind == Kind.ANSWERED:
        return _("The customer answered")
    if notice.kind == Kind.FAILED:
        return _("Your answer could not be delivered")
    return _("New ticket in %(department)s") % {"department": notice.ticket.department.name}


def path_of(notice: Notice) -> str:
    """The address of the ticket below the account's host, at the message where there is one."""
    return f"/console/tickets/{notice.ticket.code}" + (f"#m-{notice.message_id}" if notice.message_id else "")
