"""How long the operator keeps who said yes to advertising."""

from datetime import timedelta

from django.utils.translation import pgettext_lazy

from steward.marketing.consents import YEARS
from steward.privacy.inventory.places import Kept, Place, Until, held

held(
    Place(
        "marketing_marketingconsent",
        pgettext_lazy("what is held", "People whom whoever runs the installation may write to"),
        Kept(Until.ACCOUNT, timedelta(days=YEARS * 365)),
        is_encrypted=True,
    ),
)
