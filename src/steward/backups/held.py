"""How long backups and copies of keys are kept."""

from django.utils.translation import pgettext_lazy

from steward.backups.key_copies import KEPT as KEYS_KEPT
from steward.backups.manifests import KEPT
from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Place, Where, at_most, held

held(
    Place(
        "backups.backup",
        pgettext_lazy("what is held", "Backups of the database and the files, each under a key of its own"),
        at_most(KEPT),
        where=Where.BACKUP,
        whose=(Whose.CONTACT, Whose.AGENT, Whose.ANYBODY),
        categories=("user.name", "user.contact.email", "user.content"),
        purpose="security",
        is_encrypted=True,
    ),
    Place(
        "backups.key_copy",
        pgettext_lazy("what is held", "Copies of the keys, wrapped by the master key"),
        at_most(KEYS_KEPT),
        where=Where.BACKUP,
    ),
)
