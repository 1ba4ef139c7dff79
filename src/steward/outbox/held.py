"""How long mail on its way out is kept."""

from django.utils.translation import pgettext_lazy

from steward.outbox.installation import KEPT
from steward.privacy.inventory.places import TICKET, Kept, Place, Until, held

held(
    Place("outbox.OutgoingMail", pgettext_lazy("what is held", "Mail that goes out"), TICKET, is_encrypted=True),
    Place(
        "outbox_installationmail",
        pgettext_lazy("what is held", "Mail about signing in"),
        Kept(Until.LEFT, KEPT),
        is_encrypted=True,
    ),
)
