"""How long copies are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Place, Where, at_most, held
from steward.privacy.takeout.models import KEPT

held(
    Place(
        "takeout.archives",
        pgettext_lazy("what is held", "Copies of everything the account holds, until they expire"),
        at_most(KEPT),
        where=Where.FILES,
        whose=(Whose.CONTACT, Whose.AGENT, Whose.ANYBODY),
        categories=("user.name", "user.contact.email", "user.content"),
        purpose="privacy",
        is_encrypted=True,
    ),
)
