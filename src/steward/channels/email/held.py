"""How long mail is kept as it came in, and whom we answered automatically."""

from django.utils.translation import pgettext_lazy

from steward.channels.email.upkeep import ANSWERED_REMEMBERED
from steward.privacy.inventory.places import TICKET, Kept, Place, Until, at_most, held

held(
    Place(
        "email.MailboxCopies",
        pgettext_lazy("what is held", "What an erasure still has to delete in mailboxes, until it is done"),
        Kept(Until.ENDED),
    ),
    Place("email.RawMail", pgettext_lazy("what is held", "Mail as it came in"), TICKET, is_encrypted=True),
    Place(
        "email.AutomaticAnswer",
        pgettext_lazy("what is held", "Whom an automatic answer went to, under a hash"),
        at_most(ANSWERED_REMEMBERED),
    ),
)
