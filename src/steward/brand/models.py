"""One row per account that has chosen anything."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from steward.files.models import File
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountOwned, Ref

ACCENT = "#005975"  # ours, for accounts that have chosen none


class Corners(models.TextChoices):
    """How buttons and boxes end."""

    SQUARE = "square", pgettext_lazy("corners", "Square")
    SOFT = "soft", pgettext_lazy("corners", "Soft")
    ROUND = "round", pgettext_lazy("corners", "Round")


class Font(models.TextChoices):
    """Fonts that readers have already: none is fetched from anywhere."""

    SYSTEM = "system", pgettext_lazy("font", "Plain, as the system's")
    SERIF = "serif", pgettext_lazy("font", "With serifs")
    ROUNDED = "rounded", pgettext_lazy("font", "Rounded")


class InMails(models.TextChoices):
    """What of the brand stands at the head of a mail."""

    NOTHING = "nothing", pgettext_lazy("head of a mail", "Nothing: mails look as if written by hand")
    NAME = "name", pgettext_lazy("head of a mail", "The name, with a line in the accent colour")
    LOGO = "logo", pgettext_lazy("head of a mail", "The logo, with a line in the accent colour")


class Brand(AccountOwned):
    """The choices of an account."""

    name = impersonal(models.TextField(blank=True, default=""))  # empty: the account's
    accent = impersonal(models.TextField(default=ACCENT))  # #rrggbb, readable under white text
    corners = impersonal(models.TextField(choices=Corners.choices, default=Corners.SOFT))
    font = impersonal(models.TextField(choices=Font.choices, default=Font.SYSTEM))
    in_mails = impersonal(models.TextField(choices=InMails.choices, default=InMails.NOTHING))
    logo = impersonal(Ref(File, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    logo_width = impersonal(models.IntegerField(default=0))  # pixels
    logo_height = impersonal(models.IntegerField(default=0))
    changed_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="brand_brand_once")]

    def __str__(self) -> str:
        return self.name or "brand"
