"""What the processes themselves leave: log lines, and a cache that counts."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Kept, Place, Until, Where, held

held(
    Place(
        "project.log",
        pgettext_lazy("what is held", "The log of the servers: ids and errors"),
        Kept(Until.HOST),
        where=Where.LOG,
        whose=(Whose.ANYBODY,),
        categories=("user.unique_id",),
        purpose="security",
    ),
    Place(
        "steward_cache",
        pgettext_lazy("what is held", "A cache of counts, with nothing about anybody"),
        Kept(Until.ENDED),
        where=Where.CACHE,
    ),
)
