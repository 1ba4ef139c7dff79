"""Tables of notifications."""

from typing import ClassVar

from django.db import models

from steward.notifications.account_models import AccountNotice as AccountNotice
from steward.notifications.wishes import Kind, Mail, Rhythm
from steward.outbox.models import OutgoingMail
from steward.people.models import Membership
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountManager, AccountOwned, AccountQuerySet, Ref
from steward.tickets.models import Message, Ticket

OF_A_WISH = ("*.is_listed", "*.mail", "*.on_desktop")


class NoticeQuerySet(AccountQuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class NoticeManager(AccountManager["Notice"]):
    """Notices of the account in scope."""

    queryset_class = NoticeQuerySet


class Notice(AccountOwned):
    """One person is told of one event, once. What it says is put together when it is read: it holds no words."""

    membership = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="+"))
    event_id = impersonal(models.UUIDField())  # the bare id: it goes long before the event
    kind = impersonal(models.TextField(choices=Kind.choices))
    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="+"))
    message = impersonal(Ref(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    by = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    at = impersonal(models.DateTimeField())
    is_listed = impersonal(models.BooleanField(default=True))
    on_desktop = impersonal(models.BooleanField(default=False))
    read_at = impersonal(models.DateTimeField(null=True, blank=True))
    mail = impersonal(models.TextField(choices=Mail.choices, default=Mail.NEVER))
    mail_due_at = impersonal(models.DateTimeField(null=True, blank=True))  # None: none was asked for, or it is done
    mailed_at = impersonal(models.DateTimeField(null=True, blank=True))
    mailed_in = impersonal(Ref(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))

    objects: ClassVar[NoticeManager] = NoticeManager()

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "event_id", "membership"], name="notifications_notice_once"),
        ]
        indexes: ClassVar = [
            models.Index("account", "membership", models.F("id").desc(), name="notifications_notice_whose"),
            # What the bell counts, and what is read when its ticket is opened.
            models.Index(
                fields=["account", "membership", "ticket"], condition=models.Q(read_at__isnull=True),
                name="notifications_notice_unread",
            ),
            models.Index(
                fields=["account", "membership", "mail_due_at"], condition=models.Q(mail_due_at__isnull=False),
                name="notifications_notice_due",
            ),
            models.Index(
                fields=["account", "membership", "mailed_at"], condition=models.Q(mailed_at__isnull=False),
                name="notifications_notice_mailed",
            ),
            models.Index(fields=["account", "ticket"], name="notifications_notice_ticket"),
            models.Index(fields=["account", "at"], name="notifications_notice_age"),
            # What may be deleted is found here from its own key.
            models.Index(
                fields=["account", "message"], condition=models.Q(message__isnull=False),
                name="notifications_notice_message",
            ),
            models.Index(
                fields=["account", "by"], condition=models.Q(by__isnull=False), name="notifications_notice_by"
            ),
            models.Index(
                fields=["account", "mailed_in"], condition=models.Q(mailed_in__isnull=False),
                name="notifications_notice_mail",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Recipient(AccountOwned):
    """How somebody wants to be told, and when the next mail to them is due. Its lock is held by who changes that."""

    membership = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="+"))
    # By kind; empty: the account's.
    wishes = impersonal(models.JSONField(default=dict), keys=OF_A_WISH)
    rhythm = impersonal(models.TextField(choices=Rhythm.choices, default=Rhythm.DAILY))
    hour = impersonal(models.PositiveSmallIntegerField(default=8))  # of the daily summary
    time_zone = impersonal(models.TextField(blank=True, default=""))  # IANA; empty: the account's
    next_mail_at = impersonal(models.DateTimeField(null=True, blank=True))  # the job that is queued for it

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "membership"], name="notifications_recipient_member"),
        ]

    def __str__(self) -> str:
        return f"to {self.membership_id}"


class NoticeDefaults(AccountOwned):
    """What people who chose nothing are told, and what mails may say. An account without a row has the usual."""

    wishes = impersonal(models.JSONField(default=dict), keys=OF_A_WISH)
    shows_text = impersonal(models.BooleanField(default=False))  # subject and words of customers, in mails

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="notifications_defaults_account")]

    def __str__(self) -> str:
        return f"notices of {self.account_id}"


class NoticeClock(AccountOwned):
    """The last event of the account that was gone through; locked by whoever goes on."""

    position = impersonal(models.BigIntegerField(default=0))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="notifications_clock_account")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.position}"
