"""Who may hear that there is something new for somebody: that person. Owners hear it too, as they hear everything."""

from steward.live.places import register

ADDED = "notice.added"

register(
    "people.membership",
    "SELECT NULL::text, NULL::uuid, event.object_id WHERE event.kind = 'notice.added'",
)
