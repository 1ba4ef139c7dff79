"""How long tickets and what is in them are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import TICKET, Kept, Place, Until, held

_ON_SENDING = Kept(Until.ENDED)

held(
    Place("tickets.Ticket", pgettext_lazy("what is held", "Tickets"), TICKET),
    Place("tickets.Message", pgettext_lazy("what is held", "Messages and notes"), TICKET),
    Place("tickets.Attachment", pgettext_lazy("what is held", "Names of attached files"), TICKET),
    Place("tickets.Draft", pgettext_lazy("what is held", "Drafts"), _ON_SENDING),
    Place("tickets.DraftAttachment", pgettext_lazy("what is held", "Names of files in drafts"), _ON_SENDING),
    Place("tickets.SearchEntry", pgettext_lazy("what is held", "The index for searching"), TICKET),
)
