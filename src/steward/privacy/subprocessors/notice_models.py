"""What accounts were told of the registry, by which ways, and what of it waits for an operator."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from steward.lib.ids import new_id
from steward.outbox.models import OutgoingMail
from steward.people.models import Membership
from steward.privacy.inventory import impersonal
from steward.tenancy.models import Account, AccountOwned, Ref


class ChangeNotice(AccountOwned):
    """One account was told of one version. Whether what it says stands already follows from the list itself.

    It holds no words: what it says is put together from the two versions, which never change.
    """

    version = impersonal(models.IntegerField())  # of the registry
    engagements = impersonal(ArrayField(models.TextField()))  # keys of what changes for this account
    announced_at = impersonal(models.DateTimeField())
    objection_until = impersonal(models.DateTimeField(null=True))  # for this account; None: nothing needs notice
    opened_at = impersonal(models.DateTimeField(null=True))  # an owner or admin has said so first
    reminded_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "version"], name="subprocessors_notice_once")
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class NoticeDelivery(AccountOwned):
    """One person was told of one notice in one way."""

    class Channel(models.TextChoices):
        PRODUCT = "product", pgettext_lazy("how somebody was told", "here")
        MAIL = "mail", pgettext_lazy("how somebody was told", "e-mail")

    class About(models.TextChoices):
        ANNOUNCED = "announced"
        REMINDED = "reminded"

    class Result(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("whether a notice arrived", "on its way")
        DELIVERED = "delivered", pgettext_lazy("whether a notice arrived", "delivered")
        BOUNCED = "bounced", pgettext_lazy("whether a notice arrived", "came back")
        FAILED = "failed", pgettext_lazy("whether a notice arrived", "could not be sent")

    notice = impersonal(Ref(ChangeNotice, on_delete=models.CASCADE, related_name="deliveries"))
    membership = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    channel = impersonal(models.TextField(choices=Channel))
    about = impersonal(models.TextField(choices=About))
    mail = impersonal(Ref(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    result = impersonal(models.TextField(choices=Result, default=Result.WAITING))
    sent_at = impersonal(models.DateTimeField())
    settled_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "notice", "membership", "channel", "about"], name="subprocessors_delivery_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["account", "mail"], name="subprocessors_delivery_mail")]

    def __str__(self) -> str:
        return f"{self.channel} {self.result}"


class Matter(models.Model):
    """Something of an account that waits for an operator. It says that there is something, and never what."""

    class Kind(models.TextChoices):
        OBJECTION = "objection"
        UNDELIVERED = "undelivered"  # a notice that came back

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField(choices=Kind)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    about_id = models.UUIDField(unique=True)  # an authorisation, or a delivery: rows behind the account's wall
    since = models.DateTimeField()
    due_at = models.DateTimeField()  # an operator has answered by then

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="subprocessors_matter_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"
