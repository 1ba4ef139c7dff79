"""How long consents are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import CONTACT, Place, held

held(Place("consent.ConsentRecord", pgettext_lazy("what is held", "Consents, and their withdrawal"), CONTACT))
