"""How long browsers of agents keep what was typed there."""

from datetime import timedelta

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Place, Where, at_most, held

COPIES_KEPT = timedelta(days=30)  # as `copies.js` has it

held(
    Place(
        "console.copies",
        pgettext_lazy("what is held", "Sealed copies of drafts that are not saved yet"),
        at_most(COPIES_KEPT),
        where=Where.BROWSER,
        whose=(Whose.ANYBODY,),
        categories=("user.content",),
        purpose="support",
        is_encrypted=True,
    )
)
