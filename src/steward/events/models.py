"""The events table and its clock."""

from typing import ClassVar

from django.db import models

from steward.events.changes import CHANGES
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned


class Event(AccountOwned):
    """One thing that happened. Fixed columns never change; `changes` and `salt` can be erased, and the oldest rows go.

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
            models.Index(
                fields=["account", "actor_id", "position"],
                condition=models.Q(actor_id__isnull=False),
                name="events_event_actor",
            ),
            models.Index(fields=["account", "kind", "position"], name="events_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_type} {self.object_id}"


class EventClock(AccountOwned):
    """The last position and chain value of an account; locked last, at COMMIT, by the trigger.

    And behind which event the chain begins: older ones went.
    """

    position = impersonal(models.BigIntegerField())
    chain = impersonal(models.BinaryField())
    first = impersonal(models.BigIntegerField(default=0, db_default=0))
    first_chain = impersonal(models.BinaryField(default=bytes(32), db_default=bytes(32)))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="events_eventclock_account")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.position}"


class Read(AccountOwned):
    """Somebody was shown something: who, what, when. Chained like events, told to nobody, and kept for its own time.

    The kind says what of the object was shown: the ticket itself, a file of it, a mail of it as it came.
    """

    kind = impersonal(models.TextField())  # noun.past_participle
    object_type = impersonal(models.TextField())
    object_id = impersonal(models.UUIDField())
    actor_kind = impersonal(models.TextField())
    actor_id = impersonal(models.UUIDField(null=True))
    at = impersonal(models.DateTimeField())
    position = impersonal(models.BigIntegerField(null=True))
    chain = impersonal(models.BinaryField(null=True))

    changes = None  # where it is shown beside events

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "position"], name="events_read_position"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "object_id", "position"], name="events_read_object"),
            models.Index(fields=["account", "actor_id", "position"], name="events_read_actor"),
            models.Index(fields=["account", "kind", "position"], name="events_read_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_type} {self.object_id}"


class ReadClock(AccountOwned):
    """The last position and chain value of an account's reads, and behind which they begin: older ones went."""

    position = impersonal(models.BigIntegerField())
    chain = impersonal(models.BinaryField())
    first = impersonal(models.BigIntegerField(default=0))
    first_chain = impersonal(models.BinaryField(default=bytes(32)))
    sealed = impersonal(models.BigIntegerField(default=0))  # the position that the account's events know of

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="events_readclock_account")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.position}"
