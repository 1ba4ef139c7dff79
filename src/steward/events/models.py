"""The events table and its clock."""

from typing import ClassVar

from django.db import models

from steward.events.changes import CHANGES
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned


class Event(AccountOwned):
    """One thing that happened. Fixed columns are kept for ever; `changes` and `salt` can be erased.

    Names, addresses and free text never enter, but for what a person had corrected (`contact.rectified`); ids of
    contacts may. `position` is gapless and in commit order per account, `chain` covers everything up to this event; a
    deferred trigger gives both at COMMIT, so both are unknown inside the transaction that records the event.
    """

    kind = impersonal(models.TextField())  # noun.past_participle
    object_type = impersonal(models.TextField())
    object_id = impersonal(models.UUIDField())
    actor_kind = impersonal(models.TextField())
    actor_id = impersonal(models.UUIDField(null=True))  # the bare id: it stays when the membership goes
    at = impersonal(models.DateTimeField())
    changes = personal(
        models.JSONField(null=True), Whose.ANYBODY, "user.behavior", purpose="audit", erase=Erase.NULL, keys=CHANGES
    )
    salt = impersonal(models.BinaryField(null=True))
    digest = impersonal(models.BinaryField())  # SHA-256(salt || canonical changes)
    position = impersonal(models.BigIntegerField(null=True))
    chain = impersonal(models.BinaryField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "position"], name="events_event_position"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "object_id", "at"], name="events_event_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_type} {self.object_id}"


class EventClock(AccountOwned):
    """The last position and chain value of an account; locked last, at COMMIT, by the trigger."""

    position = impersonal(models.BigIntegerField())
    chain = impersonal(models.BinaryField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="events_eventclock_account")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.position}"
