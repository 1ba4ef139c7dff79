"""How long it is kept what was said of incidents."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import ACCOUNT, Kept, Place, Until, held

held(
    Place("incidents.Notice", pgettext_lazy("what is held", "What the account was told of incidents"), ACCOUNT),
    Place("incidents.OwnIncident", pgettext_lazy("what is held", "The account’s own register of incidents"), ACCOUNT),
    Place(
        "incidents.DpoContact",
        pgettext_lazy("what is held", "Whom to reach about data protection"),
        Kept(Until.ENDED),
    ),
    Place(
        "incidents_incident",
        pgettext_lazy("what is held", "The register of incidents of whoever runs the installation"),
        Kept(Until.HOST),
    ),
    Place(
        "incidents_step",
        pgettext_lazy("what is held", "What was done about incidents, and by which operator"),
        Kept(Until.HOST),
    ),
)
