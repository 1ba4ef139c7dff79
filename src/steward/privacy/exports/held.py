"""How long exports are kept."""

from datetime import timedelta

from django.utils.translation import pgettext_lazy

from steward.privacy.exports.models import MOST_DAYS
from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import Place, Where, at_most, held

held(
    Place(
        "exports.archives",
        pgettext_lazy("what is held", "Archives with what is held about a person"),
        at_most(timedelta(days=MOST_DAYS)),
        where=Where.FILES,
        whose=(Whose.CONTACT, Whose.ANYBODY),
        categories=("user.name", "user.contact.email", "user.content"),
        purpose="privacy",
        with_rows="exports.Export",
        is_encrypted=True,
    ),
)
