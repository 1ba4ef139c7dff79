"""How long requests are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Place, held

held(
    Place(
        "requests.PrivacyRequest",
        pgettext_lazy("what is held", "Requests of persons about their data, and who asked"),
        ACCOUNT,
    )
)
