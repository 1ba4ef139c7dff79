"""How long it is kept who wants mail about the list of subprocessors."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import Kept, Place, Until, held

held(
    Place(
        "subprocessors_subscription",
        pgettext_lazy("what is held", "Who asked for mail about the list of subprocessors"),
        Kept(Until.ENDED),
        is_encrypted=True,
    ),
    Place(
        "subprocessors_keptpaper",
        pgettext_lazy("what is held", "Files that show how subprocessors were chosen, and agreements with them"),
        Kept(Until.HOST),
        is_encrypted=True,
    ),
    Place(
        "subprocessors_registrydraft",
        pgettext_lazy("what is held", "The next list of subprocessors while it is written"),
        Kept(Until.ENDED),
    ),
)
