"""How long it is kept who was erased."""

from django.utils.translation import pgettext_lazy

from steward.privacy.erasure.ledger import KEPT
from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Kept, Place, Until, Where, at_most, held

held(
    Place(
        "erasure.Erasure",
        pgettext_lazy("what is held", "Erasures: whom they are about until they are done, then counts"),
        Kept(Until.ENDED),
    ),
    Place(
        "erasure.ledger",
        pgettext_lazy("what is held", "The ledger of erasures: ids, and addresses under a keyed hash"),
        at_most(KEPT),
        where=Where.LEDGER,
        whose=(Whose.CONTACT,),
        categories=("user.unique_id",),
        purpose="privacy",
    ),
)
