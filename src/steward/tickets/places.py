"""Who may hear of what happens to tickets: those who may see them."""

from steward.live.places import register

register(
    "tickets.ticket",
    "SELECT code, department_id, NULL::uuid FROM tickets_ticket"
    " WHERE account_id = event.account_id AND id = event.object_id",
)
# Those it was taken from hear that it is gone.
register(
    "tickets.ticket",
    "SELECT NULL::text, (event.changes ->> 'from')::uuid, NULL::uuid WHERE event.kind = 'ticket.transferred'",
)
register(
    "outbox.outgoingmail",
    "SELECT ticket.code, ticket.department_id, NULL::uuid FROM tickets_message message"
    " JOIN tickets_ticket ticket ON ticket.account_id = message.account_id AND ticket.id = message.ticket_id"
    " WHERE message.account_id = event.account_id AND message.outgoing_id = event.object_id",
)
