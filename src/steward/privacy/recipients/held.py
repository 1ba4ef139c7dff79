"""How long it is known who is to be told, and of whom."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Place, held

held(
    Place(
        "recipients.Recipient",
        pgettext_lazy(
            "what is held",
            "Recipients of data, how they were told of an erasure, and for 37 days at most whom their letters name",
        ),
        ACCOUNT,
    )
)
