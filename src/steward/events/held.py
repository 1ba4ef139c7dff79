"""How long it is kept what happened."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Place, held

held(
    Place(
        "events.Event",
        pgettext_lazy(
            "what is held",
            "The record of what happened: codes, counts and ids. What is older than the settings of the audit say goes",
        ),
        ACCOUNT,
    )
)
