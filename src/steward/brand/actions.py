"""Choosing the brand."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from steward.brand.models import Brand
from steward.brand.pictures import Picture
from steward.events.actions import record
from steward.files.actions import NewFile, store_files
from steward.lib.actor import Actor
from steward.lib.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen, without the logo. `accent` is #rrggbb and readable (`colours.is_readable`)."""

    name: str
    accent: str
    corners: str
    font: str
    in_mails: str


def choose_brand(choices: Choices, *, actor: Actor) -> Brand:
    """Make it the brand of the account in scope."""
    columns: dict[str, Any] = {name: getattr(choices, name) for name in Choices.__slots__}
    return _changed(columns, actor=actor)


def choose_logo(picture: Picture, *, actor: Actor) -> Brand:
    """Keep the picture, encrypted as every file, in the place of the logo there was."""
    with transaction.atomic():
        [file] = store_files([NewFile(picture.content, picture.content_type)])
        columns: dict[str, Any] = {"logo": file, "logo_width": picture.width, "logo_height": picture.height}
        return _changed(columns, actor=actor)


def remove_logo(*, actor: Actor) -> Brand:
    """Go without a logo."""
    return _changed({"logo": None, "logo_width": 0, "logo_height": 0}, actor=actor)


def forget_brand(*, actor: Actor) -> bool:
    """Go back to how every account looks at first, without name, colours and logo. False where nothing was chosen."""
    with transaction.atomic():
        brand = Brand.objects.select_for_update(no_key=True, of=("self",)).select_related("logo").first()
        if brand is None:
            return False
        bare, logo = Brand(), brand.logo
        chosen = sorted(name for name in (*Choices.__slots__, "logo") if getattr(brand, name) != getattr(bare, name))
        record("brand.changed", brand, actor=actor, changes={"fields": chosen})
        brand.delete()
        if logo:
            logo.delete()  # the bytes follow once no row names them
    return True


def _changed(columns: dict[str, Any], *, actor: Actor) -> Brand:
    with transaction.atomic():
        Brand.objects.bulk_create([Brand(changed_at=now())], ignore_conflicts=True)
        brand = Brand.objects.select_for_update(no_key=True, of=("self",)).select_related("logo").get()
        changed = sorted(name for name, value in columns.items() if getattr(brand, name) != value)
        if changed:
            before = brand.logo
            Brand.objects.filter(pk=brand.pk).update(**columns, changed_at=now())
            if before and "logo" in changed:
                before.delete()  # the bytes follow once no row names them
            record("brand.changed", brand, actor=actor, changes={"fields": changed})
    return Brand.objects.select_related("logo").get()
