"""Addresses, the spool, and what is remembered of mailboxes."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from steward.lib.ids import new_id
from steward.outbox.models import OutgoingMail
from steward.people.models import Department
from steward.privacy.egress.models import Connector
from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref
from steward.tickets.models import Message


class MailAccount(AccountOwned):
    """An address of the account: where its mail comes in and under which it answers."""

    address = impersonal(models.TextField())  # a role address such as support@; lower case
    name = impersonal(models.TextField(blank=True, default=""))  # shown in From beside the agent's name
    department = impersonal(Ref(Department, on_delete=models.PROTECT, related_name="mail_accounts"))
    smtp = impersonal(Ref(Connector, on_delete=models.PROTECT, null=True, blank=True, related_name="+"))
    imap = impersonal(Ref(Connector, on_delete=models.PROTECT, null=True, blank=True, related_name="+"))
    trusted_authserv = impersonal(models.TextField(blank=True, default=""))  # RFC 8601 section 2.5
    folder = impersonal(models.TextField(default="INBOX"))  # of the mailbox
    # An address of ours that another mailbox forwards its mail to; empty where mail comes in another way.
    forwarded_to = impersonal(models.TextField(blank=True, default=""))
    answers_automatically = impersonal(models.BooleanField(default=False))
    automatic_subject = impersonal(models.TextField(blank=True, default=""))
    automatic_text = impersonal(models.TextField(blank=True, default=""))
    is_privacy_address = impersonal(models.BooleanField(default=False))  # what is written to it asks for a right
    is_default = impersonal(models.BooleanField(default=False))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "address"], name="email_mailaccount_address"),
            models.UniqueConstraint(
                fields=["account", "forwarded_to"],
                condition=~models.Q(forwarded_to=""),
                name="email_mailaccount_forwarded",
            ),
        ]

    def __str__(self) -> str:
        return self.address


class RawMail(AccountOwned):
    """A mail as it came in, committed before it is acknowledged; it stays where it was first stored.

    `source_key` names the SMTP transaction, the IMAP UID or the pipe call, so that a repetition is one row.
    """

    class Source(models.TextChoices):
        SMTP = "smtp"
        IMAP = "imap"
        PIPE = "pipe"
        DEMO = "demo"

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"  # became a message
        KNOWN = "known"  # the same mail had come before
        BOUNCE = "bounce"  # a report about a mail of ours
        REFUSED = "refused"  # our own mail come back: a loop

    source = impersonal(models.TextField(choices=Source.choices))
    source_key = impersonal(models.TextField())
    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    envelope_from = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    envelope_to = impersonal(models.JSONField(default=list), keys=("",))  # our own addresses
    client = personal(  # {"ip", "helo"} for SPF (RFC 7208 section 2.3), what checks found, the size if too large
        models.JSONField(default=dict), Whose.CONTACT, "user.device.ip_address", purpose="security",
        erase=Erase.DELETE_ROW,
        keys=[
            Key("ip", Whose.CONTACT, "user.device.ip_address"), Key("helo", Whose.CONTACT, "user.device.ip_address"),
            "spf", "dkim", "dmarc", "too_large",
        ],
    )  # fmt: skip
    content = personal(  # encrypted with the account's key
        models.BinaryField(), Whose.ANYBODY, "user.content", purpose="support", erase=Erase.DELETE_ROW, export=False
    )
    size = impersonal(models.IntegerField())
    body_digest = impersonal(models.BinaryField())  # SHA-256 of the bytes: a Message-ID alone never deduplicates
    message = impersonal(Ref(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    # A report that became no message: the mail of ours that it is about, with which it goes.
    returned = impersonal(Ref(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    received_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "source", "source_key"], name="email_rawmail_once"),
            models.UniqueConstraint(fields=["account", "message"], name="email_rawmail_message"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "body_digest"], name="email_rawmail_digest"),
            models.Index(
                fields=["account", "returned"],
                condition=models.Q(returned__isnull=False),
                name="email_rawmail_returned",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Arrival(models.Model):
    """The queue beside the spool: ids only, one small row per mail that waits to become a ticket message.

    It has no account wall, so that one worker can find all work; the mail itself is behind the wall.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account_id = models.UUIDField()
    raw_id = models.UUIDField()
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField()

    class Meta:
        db_table = "email_arrival"
        indexes: ClassVar = [models.Index(fields=["account_id", "id"], name="email_arrival_account")]

    def __str__(self) -> str:
        return str(self.raw_id)


class MailboxPosition(AccountOwned):
    """How far an IMAP folder has been read (RFC 3501 section 2.3.1.1: UIDs hold within one UIDVALIDITY)."""

    mail_account = impersonal(Ref(MailAccount, on_delete=models.CASCADE, related_name="positions"))
    folder = impersonal(models.TextField(default="INBOX"))
    uid_validity = impersonal(models.BigIntegerField())
    last_uid = impersonal(models.BigIntegerField(default=0))
    # The newest UID when the mailbox was first opened: of older mail only what nobody had read becomes tickets.
    old_until = impersonal(models.BigIntegerField(default=0))
    looked_at = impersonal(models.DateTimeField(null=True))  # when the folder was last seen to hold nothing new
    failing_since = impersonal(models.DateTimeField(null=True))
    failure = impersonal(models.TextField(blank=True, default=""))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "mail_account", "folder"], name="email_mailboxposition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.folder} at {self.last_uid}"


class AutomaticAnswer(AccountOwned):
    """That somebody was answered automatically on a day: never twice (RFC 3834 section 2)."""

    correspondent = personal(  # SHA-256 of the folded address
        models.BinaryField(), Whose.CONTACT, "user.contact.email", purpose="support", erase=Erase.DELETE_ROW,
        export=False,
    )  # fmt: skip
    on = impersonal(models.DateField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "correspondent", "on"], name="email_automaticanswer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class MailTemplate(AccountOwned):
    """The account's own words for one kind of mail in one language, in the place of ours."""

    class Kind(models.TextChoices):
        AUTOMATIC = "automatic", _("Automatic answer")
        PRIVACY = "privacy", _("Receipt of a privacy request")
        ANSWER = "answer", _("Frame of an answer")
        FIRST = "first", _("Frame of a mail you begin")

    kind = impersonal(models.TextField(choices=Kind.choices))
    language = impersonal(models.TextField())  # a code of LANGUAGES
    subject = impersonal(models.TextField(blank=True, default=""))  # only where the mail has one of its own
    body = impersonal(models.TextField())  # text with placeholders, as `wording` lists them
    changed_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "kind", "language"], name="email_mailtemplate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.language}"


class MailboxCopies(AccountOwned):
    """What an erasure still has to delete in one mailbox of the account; it goes when the erasure is done."""

    class State(models.TextChoices):
        WAITING = "waiting"
        GONE = "gone"
        LEFT = "left"  # the server keeps some of them all the same

    erasure_id = impersonal(models.UUIDField())  # the bare id
    mail_account = impersonal(Ref(MailAccount, on_delete=models.CASCADE, related_name="+"))
    message_ids = personal(  # RFC 5322 section 3.6.4, without the angle brackets
        ArrayField(models.TextField(), default=list), Whose.CONTACT, "user.unique_id", purpose="privacy",
        erase=Erase.DELETE_ROW, export=False,
    )  # fmt: skip
    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    erased = impersonal(models.IntegerField(default=0))
    left = impersonal(models.IntegerField(default=0))
    cleared_at = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "erasure_id", "mail_account"], name="email_mailboxcopies_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "mail_account"], name="email_mailboxcopies_box")]

    def __str__(self) -> str:
        return f"{self.state} {self.mail_account_id}"
