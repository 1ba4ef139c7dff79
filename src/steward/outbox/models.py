"""Mail on its way out."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from steward.lib.ids import new_id
from steward.privacy.egress.models import Connector
from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref


class State(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    DEFERRED = "deferred", pgettext_lazy("delivery", "Deferred")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")
    HELD = "held", pgettext_lazy("delivery", "Held")  # nowhere to send it: no relay and no server of the account


class OutgoingMail(AccountOwned):
    """One mail as it leaves: the finished bytes, so that a retry sends the same Message-ID and the same words."""

    purpose = impersonal(models.TextField())  # "answer", "automatic answer", ...
    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    internet_id = personal(
        models.TextField(), Whose.ANYBODY, "user.unique_id", purpose="support", erase=Erase.DELETE_ROW
    )
    about = impersonal(models.UUIDField(null=True))  # the ticket, when it is to a customer and no message became it
    connector = impersonal(  # the account's own server; without one the installation's relay
        Ref(Connector, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    )
    envelope_from = impersonal(models.TextField())
    envelope_to = personal(
        models.JSONField(), Whose.CONTACT, "user.contact.email", purpose="support", erase=Erase.DELETE_ROW,
        keys=[Key("", Whose.CONTACT, "user.contact.email")],
    )  # fmt: skip
    content = personal(  # RFC 5322 bytes, encrypted with the account's key
        models.BinaryField(), Whose.ANYBODY, "user.content", purpose="support", erase=Erase.DELETE_ROW, export=False
    )
    size = impersonal(models.IntegerField())
    attempts = impersonal(models.IntegerField(default=0))
    reason = impersonal(models.TextField(blank=True, default=""))  # a code of ours: why it waits or failed
    server_words = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="support",
        erase=Erase.NULL,
    )  # fmt: skip
    created_at = impersonal(models.DateTimeField())
    next_attempt_at = impersonal(models.DateTimeField(null=True))
    finished_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "internet_id"], name="outbox_outgoingmail_internet"),
            models.Index(
                fields=["account", "next_attempt_at"],
                condition=models.Q(state__in=["waiting", "deferred", "held"]),
                name="outbox_outgoingmail_due",
            ),
            models.Index(
                fields=["account", "about"], condition=models.Q(about__isnull=False), name="outbox_outgoingmail_about"
            ),
            models.Index(
                fields=["account", "connector"], condition=models.Q(connector__isnull=False),
                name="outbox_outgoingmail_connector",
            ),
            models.Index(  # counted by state and reason for who runs the installation
                fields=["account", "state", "reason"],
                include=["created_at", "connector"],
                condition=~models.Q(state="sent"),
                name="outbox_outgoingmail_unsent",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    @property
    def content_context(self) -> str:
        """What binds the encrypted bytes to this row."""
        return f"outbox.outgoingmail:{self.id}"


class InstallationMail(models.Model):
    """One mail about an identity (sign-up, reset, change of address): it belongs to no account.

    To whom and what is under the installation's key, and goes when the mail has left; the row goes days later.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.TextField()  # "password reset", "security notice", ...
    state = models.TextField(choices=State.choices, default=State.WAITING)
    recipient = models.BinaryField(default=b"")  # the address, encrypted; empty once the mail has left
    content = models.BinaryField(default=b"")  # RFC 5322 bytes, encrypted; empty once the mail has left
    attempts = models.IntegerField(default=0)
    reason = models.TextField(blank=True, default="")  # a code of ours: why it waits or failed
    is_watched = models.BooleanField(default=False)  # it leaves under an address of its own, see `returning`
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "created_at"], name="outbox_installation_state")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    def context_of(self, column: str) -> str:
        """What binds an encrypted column to this row."""
        return f"outbox.installationmail.{column}:{self.id}"
