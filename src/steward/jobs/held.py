"""How long jobs are kept."""

from django.utils.translation import pgettext_lazy

from steward.jobs.maintenance import KEPT
from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Kept, Place, Until, Where, held

held(
    Place(
        "jobs.arguments",
        pgettext_lazy("what is held", "Jobs that wait or are done: ids, never words or addresses"),
        Kept(Until.ENDED, KEPT),
        where=Where.QUEUE,
        whose=(Whose.ANYBODY,),
        categories=("user.unique_id",),
        purpose="support",
    )
)
