"""How long agreements are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Place, held

held(
    Place(
        "agreements.Agreement",
        pgettext_lazy("what is held", "Data processing agreements and who signed them"),
        ACCOUNT,
    )
)
