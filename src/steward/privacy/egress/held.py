"""How long answers about subprocessors and the list of them are kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Kept, Place, Until, held

held(
    Place(
        "egress.Authorisation",
        pgettext_lazy("what is held", "Objections to subprocessors, with their reasons"),
        ACCOUNT,
    ),
    Place(
        "egress_registryversion",
        pgettext_lazy("what is held", "The public list of subprocessors, with whom to ask there"),
        Kept(Until.HOST),
    ),
)
