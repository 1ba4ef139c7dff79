"""How long mentions are listed."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import Kept, Place, Until, held

held(
    Place(
        "mentions.Mention",
        pgettext_lazy("what is held", "Mentions of a person who is to be erased, until an erasure is done"),
        Kept(Until.ENDED),
    )
)
