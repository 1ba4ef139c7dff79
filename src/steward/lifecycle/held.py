"""How long it is kept who ordered that an account is opened again, and who owned one that is deleted: until the
certificate that no backup is left.
"""

from django.utils.translation import pgettext_lazy

from steward.backups.manifests import KEPT
from steward.privacy.inventory.places import ACCOUNT, Kept, Place, Until, held

held(
    Place(
        "lifecycle.ReopeningOrder",
        pgettext_lazy("what is held", "Who ordered that the terminated account is opened again, until that is done"),
        ACCOUNT,
    ),
    Place(
        "lifecycle_departure",
        pgettext_lazy("what is held", "Addresses of owners of a deleted account, for its last certificate"),
        Kept(Until.ACCOUNT, KEPT),
        is_encrypted=True,
    ),
)
