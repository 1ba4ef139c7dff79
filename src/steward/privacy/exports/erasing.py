"""Exports of somebody who is erased: the archive goes, and that there was one."""

from django.db.models import QuerySet

from steward.files.erasing import Files
from steward.files.models import File
from steward.privacy.exports.models import Export
from steward.privacy.inventory.stores import Extent, Rank, Rows, register


def _exports(extent: Extent) -> "QuerySet[Export]":
    return Export.objects.filter(contact__in=extent.contacts)


def _archives(extent: Extent) -> "QuerySet[File]":
    return File.objects.filter(pk__in=list(_exports(extent).exclude(file=None).values_list("file", flat=True)))


register(
    Rows("exports.exports", Export, Rank.COPIES, lambda e: _exports(e) if e.contacts else None),
    Files("exports.archives", _archives),
)
