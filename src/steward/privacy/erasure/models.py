"""What was asked to be erased, how far it is, and what is proven."""

from typing import ClassVar

from django.db import models

from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned


class Erasure(AccountOwned):
    """One erasure. Whom it is about is known only until it is done; what stays are counts and times."""

    class State(models.TextChoices):
        COUNTING = "counting"  # what would go, before anybody orders it
        PLANNED = "planned"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"  # something is left, or nothing was there where something was expected

    class Of(models.TextChoices):
        PERSON = "person"
        NAMELESS = "person_without_tickets"  # their tickets stay
        TICKETS = "tickets"
        AGENT = "agent"
        ALONE = "customers"  # by a rule of retention: nothing else of them was here

    UNORDERED: ClassVar = (State.COUNTING, State.PLANNED)

    of = impersonal(models.TextField(choices=Of.choices, default=Of.TICKETS))
    # Ids of tickets, contacts and members, and the folded addresses of the contacts.
    extent = personal(
        models.JSONField(null=True), Whose.CONTACT, "user.contact.email", purpose="privacy", erase=Erase.NULL,
        export=False,
        keys=["tickets", "contacts", "keeps_tickets", "members", "in_mailboxes", "taken",
              Key("addresses", Whose.CONTACT, "user.contact.email")],
    )  # fmt: skip
    state = impersonal(models.TextField(choices=State.choices, default=State.PLANNED))
    counted_percent = impersonal(models.PositiveSmallIntegerField(default=0))
    planned = impersonal(models.JSONField(default=dict), keys=("*",))  # {store: how many}
    erased = impersonal(models.JSONField(default=dict), keys=("*",))
    left = impersonal(models.JSONField(default=dict), keys=("*",))
    # {store: keys} of the last step, until they are settled and proven to be gone. Random paths and ids.
    unproven = impersonal(models.JSONField(default=dict), keys=("*",))
    asked_by_kind = impersonal(models.TextField())
    asked_by_id = impersonal(models.UUIDField(null=True))
    planned_at = impersonal(models.DateTimeField())
    started_at = impersonal(models.DateTimeField(null=True))
    alarmed_at = impersonal(models.DateTimeField(null=True))  # it took longer than was promised
    finished_at = impersonal(models.DateTimeField(null=True))
    backups_end_at = impersonal(models.DateTimeField(null=True))  # when the last backup from before it is gone
    certificate = impersonal(models.TextField(blank=True, default=""))  # canonical JSON: counts and times
    certificate_sha256 = impersonal(models.CharField(max_length=64, blank=True, default=""))  # of its UTF-8 form

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "-planned_at"], name="erasure_erasure_newest"),
            models.Index(
                fields=["account", "started_at"], condition=models.Q(state__in=["running", "failed"]),
                name="erasure_erasure_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"erasure {self.id} {self.state}"
