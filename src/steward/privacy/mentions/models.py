"""Where somebody is mentioned, until it is decided and done."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref
from steward.tickets.models import Message, Ticket


class Mention(AccountOwned):
    """One message of somebody else in which a person is named, or a subject. It goes when the erasure is done."""

    class State(models.TextChoices):
        FOUND = "found"
        CONFIRMED = "confirmed"  # it means the person: to be redacted
        REDACTED = "redacted"
        HELD = "held"  # a legal hold keeps the ticket as it is

    erasure_id = impersonal(models.UUIDField())  # bare ids: what they name goes before this row does
    contact_id = impersonal(models.UUIDField())  # one of those the erasure is about
    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="+"))
    message = impersonal(Ref(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="+"))
    words = personal(  # as they stand there; of a subject, when there is no message
        ArrayField(models.TextField()), Whose.CONTACT, "user.name", purpose="privacy", erase=Erase.DELETE_ROW,
        export=False,
    )  # fmt: skip
    state = impersonal(models.TextField(choices=State.choices, default=State.FOUND))
    decided_by_id = impersonal(models.UUIDField(null=True, blank=True))
    found_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            # Also in this order they are listed, a page at a time.
            models.UniqueConstraint(
                fields=["account", "erasure_id", "ticket", "message"],
                nulls_distinct=False,
                name="mentions_mention_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "contact_id"], name="mentions_mention_contact"),
            # What may be deleted is found here from its own key.
            models.Index(fields=["account", "ticket"], name="mentions_mention_ticket"),
            models.Index(fields=["account", "message"], name="mentions_mention_message"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
