"""How long it is kept who owned an account that is deleted: until the certificate that no backup is left."""

from django.utils.translation import pgettext_lazy

from steward.backups.manifests import KEPT
from steward.privacy.inventory.places import Kept, Place, Until, held

held(
    Place(
        "lifecycle_departure",
        pgettext_lazy("what is held", "Addresses of owners of a deleted account, for its last certificate"),
        Kept(Until.ACCOUNT, KEPT),
        is_encrypted=True,
    ),
)
