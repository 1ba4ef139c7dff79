"""Who is looking at what just now."""

from typing import ClassVar

from django.db import models

from steward.people.models import Membership
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountOwned, Ref


class Presence(AccountOwned):
    """One tab of a member that shows an object. Void half a minute after its last beat; never part of the record.

    The table is unlogged: a crash empties it, and half a minute later it is as it was.
    """

    membership = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="+"))
    tab = impersonal(models.UUIDField())  # made up by the page
    object_type = impersonal(models.TextField())
    object_id = impersonal(models.UUIDField())
    is_writing = impersonal(models.BooleanField(default=False))
    seen_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "membership", "tab"], name="live_presence_tab"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "object_id"], name="live_presence_object")]

    def __str__(self) -> str:
        return f"{self.membership_id} at {self.object_id}"
