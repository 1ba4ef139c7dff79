"""Tables of tickets and conversations."""

from datetime import datetime, timedelta
from typing import ClassVar, cast

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from steward.contacts.models import Contact
from steward.files.models import File
from steward.outbox.models import OutgoingMail
from steward.people.models import Department, Membership
from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import AccountManager, AccountOwned, AccountQuerySet, Ref
from steward.tickets.statuses import HIDDEN, WAITING, Status

_CONTENT = "user.content"


class Channel(models.TextChoices):
    EMAIL = "email"


class TicketQuerySet(AccountQuerySet["Ticket"]):
    def in_sight(self) -> "TicketQuerySet":
        """Neither spam nor deleted."""
        return self.exclude(status__in=HIDDEN)

    def unassigned(self) -> "TicketQuerySet":
        """Waiting for somebody, taken by nobody."""
        return self.filter(assignee__isnull=True, status__in=WAITING)


class TicketManager(AccountManager["Ticket"]):
    """Tickets of the account in scope."""

    queryset_class = TicketQuerySet

    def in_sight(self) -> TicketQuerySet:
        return self.get_queryset().in_sight()

    def get_queryset(self) -> TicketQuerySet:
        return cast(TicketQuerySet, super().get_queryset())


class Ticket(AccountOwned):
    """One matter of one customer, in one department, with at most one agent."""

    code = impersonal(models.TextField())
    subject = personal(models.TextField(blank=True), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW)
    status = impersonal(models.TextField(choices=Status.choices, default=Status.NEW))
    status_before = impersonal(models.TextField(blank=True, default=""))  # where a postponed ticket returns to
    channel = impersonal(models.TextField(choices=Channel.choices, default=Channel.EMAIL))
    department = impersonal(Ref(Department, on_delete=models.PROTECT, related_name="+"))
    assignee = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    requester = impersonal(Ref(Contact, on_delete=models.PROTECT, related_name="tickets"))
    previous = impersonal(Ref("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="following"))
    preview = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, _CONTENT, purpose="support",
        erase=Erase.RECOMPUTE, export=False,
    )  # fmt: skip
    # Of the preview, as a tag of BCP 47: whoever has it read aloud hears the right voice. Empty: not certain.
    language = personal(
        models.TextField(blank=True, default="", db_default=""), Whose.ANYBODY, _CONTENT, purpose="support",
        erase=Erase.RECOMPUTE, export=False,
    )  # fmt: skip
    message_count = impersonal(models.IntegerField(default=0))
    created_at = impersonal(models.DateTimeField())
    changed_at = impersonal(models.DateTimeField())  # the last activity: what lists are ordered by
    postponed_until = impersonal(models.DateTimeField(null=True, blank=True))
    resolved_at = impersonal(models.DateTimeField(null=True, blank=True))

    objects: ClassVar[TicketManager] = TicketManager()

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "code"], name="tickets_ticket_code")]
        # One index for each list, in its order, so that a page is read from the index whatever the account's size.
        indexes: ClassVar = [
            models.Index(
                "account", models.F("changed_at").desc(), models.F("id").desc(),
                condition=~models.Q(status__in=HIDDEN), name="tickets_list_all",
            ),
            models.Index(
                "account", "department", models.F("changed_at").desc(), models.F("id").desc(),
                condition=~models.Q(status__in=HIDDEN), name="tickets_list_department",
            ),
            models.Index(
                "account", "status", models.F("changed_at").desc(), models.F("id").desc(), name="tickets_list_status"
            ),
            models.Index(
                "account", "department", "status", models.F("changed_at").desc(), models.F("id").desc(),
                name="tickets_list_dept_status",
            ),
            models.Index(
                "account", "assignee", models.F("changed_at").desc(), models.F("id").desc(),
                condition=models.Q(assignee__isnull=False) & ~models.Q(status__in=HIDDEN), name="tickets_list_mine",
            ),
            models.Index(
                "account", "department", models.F("changed_at").desc(), models.F("id").desc(),
                condition=models.Q(assignee__isnull=True, status__in=WAITING), name="tickets_list_unassigned",
            ),
            models.Index("account", "requester", models.F("changed_at").desc(), name="tickets_list_requester"),
            # What an agent leaves behind, put away or not; and who is deleted is looked for by the database itself.
            models.Index(
                fields=["account", "assignee"], condition=models.Q(assignee__isnull=False),
                name="tickets_ticket_assignee",
            ),
            models.Index(
                fields=["account", "previous"], condition=models.Q(previous__isnull=False),
                name="tickets_ticket_previous",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code

    @property
    def is_closed(self) -> bool:
        return self.status == Status.CLOSED


class TicketRules(AccountOwned):
    """How an account numbers its tickets, and when they open again and close. Without a row: as the fields say."""

    # Days after being resolved in which an answer opens the ticket again; later it opens a new one. None: always.
    reopens_for_days = impersonal(models.PositiveIntegerField(null=True, blank=True))
    closes_after_days = impersonal(
        models.PositiveIntegerField(null=True, blank=True)
    )  # after being resolved; None: never
    code_letters = impersonal(models.TextField(blank=True, default=""))  # "": three at random
    code_digits = impersonal(models.PositiveSmallIntegerField(default=5))
    # Whether messages that come in are looked at for numbers of cards and the like, to be pointed out.
    looks_for_sensitive = impersonal(models.BooleanField(default=True, db_default=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="tickets_ticketrules_account")]

    def __str__(self) -> str:
        return f"rules of {self.account_id}"

    def opens_again(self, ticket: Ticket, at: datetime) -> bool:
        """Whether an answer that comes at `at` continues the ticket; otherwise it opens a new one."""
        if ticket.status != Status.RESOLVED or self.reopens_for_days is None or ticket.resolved_at is None:
            return not ticket.is_closed
        return at < ticket.resolved_at + timedelta(days=self.reopens_for_days)


class Tag(AccountOwned):
    """A word that tickets are sorted by. Words that differ only in case or accents are one tag."""

    name = impersonal(models.TextField())
    folded = impersonal(models.TextField())
    tint = impersonal(models.PositiveSmallIntegerField(default=1))  # 1 to 5, as avatars are tinted

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "folded"], name="tickets_tag_folded")]

    def __str__(self) -> str:
        return self.name


class TicketTag(AccountOwned):
    """A tag on a ticket."""

    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="tagged"))
    tag = impersonal(Ref(Tag, on_delete=models.CASCADE, related_name="tagged"))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "ticket", "tag"], name="tickets_tickettag_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "tag", "ticket"], name="tickets_tickettag_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.ticket_id}"


class Participant(AccountOwned):
    """A customer who takes part in a ticket. Who is not verified sees no history and is never written to unasked."""

    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="participants"))
    contact = impersonal(Ref(Contact, on_delete=models.CASCADE, related_name="+"))
    is_requester = impersonal(models.BooleanField(default=False))
    is_verified = impersonal(models.BooleanField(default=True))
    joined_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "ticket", "contact"], name="tickets_participant_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "contact"], name="tickets_participant_contact")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.ticket_id}"


class Message(AccountOwned):
    """One utterance in a ticket: from the customer, to the customer, or a note among agents."""

    class Kind(models.TextChoices):
        INCOMING = "incoming"
        OUTGOING = "outgoing"
        NOTE = "note"

    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="messages"))
    kind = impersonal(models.TextField(choices=Kind.choices))
    channel = impersonal(models.TextField(choices=Channel.choices, default=Channel.EMAIL))
    contact = impersonal(Ref(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    author = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    sender_name = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.name", purpose="support", erase=Erase.NULL
    )
    sender_email = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="support",
        erase=Erase.NULL,
    )  # fmt: skip
    recipients = personal(  # {"to": [{"name", "email"}], "cc": [...], "reply_to": [...]}
        models.JSONField(default=dict), Whose.CONTACT, "user.contact.email", purpose="support", erase=Erase.RECOMPUTE,
        keys=[
            Key(f"{role}.{key}", Whose.CONTACT, category)
            for role in ("to", "cc", "reply_to")
            for key, category in (("name", "user.name"), ("email", "user.contact.email"))
        ],
    )  # fmt: skip
    internet_id = personal(  # RFC 5322 section 3.6.4, without the angle brackets
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.unique_id", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    body_html = personal(  # sanitised, with history folded
        models.TextField(blank=True), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW
    )
    body_text = personal(
        models.TextField(blank=True), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW, export=False
    )
    language = personal(  # of the sender's own words, as a tag of BCP 47; empty when it is not certain
        models.TextField(blank=True, default="", db_default=""), Whose.ANYBODY, _CONTENT, purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    is_html = impersonal(models.BooleanField(default=False))  # it came as HTML, so it is shown in a frame
    is_automatic = impersonal(models.BooleanField(default=False))
    is_verified = impersonal(models.BooleanField(default=True))
    findings = impersonal(  # codes, not texts
        models.JSONField(default=dict),
        keys=(
            "authentication.*", "warnings", "problems", "automatic", "sending", "erased", "files_removed",
            "redactions.id", "redactions.reason", "redactions.by", "redactions.at", "sensitive", "privacy_address",
            "support",
        ),
    )  # fmt: skip
    outgoing = impersonal(Ref(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    # Until when its mail is not made, and the ticket as it was before: what it takes to take an answer back.
    held = impersonal(
        models.JSONField(null=True, blank=True),
        keys=(
            "until", "began_ticket", "made", "status", "status_before", "assignee", "participants.*", "changed_at",
            "postponed_until", "resolved_at",
        ),
    )  # fmt: skip
    at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "ticket", "at"], name="tickets_message_ticket"),
            models.Index(
                fields=["account", "internet_id"], condition=~models.Q(internet_id=""), name="tickets_message_internet"
            ),
            models.Index(
                fields=["account", "outgoing"], condition=models.Q(outgoing__isnull=False),
                name="tickets_message_outgoing",
            ),
            models.Index(
                fields=["account"], condition=models.Q(kind="outgoing", author__isnull=False),
                name="tickets_message_answer",
            ),
            # Of whom somebody wrote: erasing them asks for it, and the database when their row goes.
            models.Index(
                fields=["account", "contact"], condition=models.Q(contact__isnull=False), name="tickets_message_contact"
            ),
            models.Index(
                fields=["account", "author"], condition=models.Q(author__isnull=False), name="tickets_message_author"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Attachment(AccountOwned):
    """A file under the name it was sent with."""

    message = impersonal(Ref(Message, on_delete=models.CASCADE, related_name="attachments"))
    file = impersonal(Ref(File, on_delete=models.PROTECT, related_name="+"))
    name = personal(models.TextField(), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW)
    content_id = impersonal(models.TextField(blank=True, default=""))
    is_inline = impersonal(models.BooleanField(default=False))

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "message"], name="tickets_attachment_message"),
            models.Index(fields=["account", "file"], name="tickets_attachment_file"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Draft(AccountOwned):
    """What somebody is writing, saved as they type. Without a ticket it is a new one being composed."""

    class Kind(models.TextChoices):
        REPLY = "reply"
        NOTE = "note"
        TICKET = "ticket"

    author = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="+"))
    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"))
    kind = impersonal(models.TextField(choices=Kind.choices))
    subject = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW
    )
    to = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    cc = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    body_html = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW
    )
    department = impersonal(Ref(Department, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    saved_at = impersonal(models.DateTimeField())
    # The mark of the last save; none while only files were put to it. By it a tab knows what it has seen.
    mark = impersonal(models.UUIDField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "author", "ticket"], name="tickets_draft_once"),
            models.UniqueConstraint(
                fields=["account", "author"], condition=models.Q(ticket__isnull=True), name="tickets_draft_new_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "ticket"], name="tickets_draft_ticket")]

    def __str__(self) -> str:
        return str(self.id)


class DraftAttachment(AccountOwned):
    """A file put into a draft, waiting to be sent."""

    draft = impersonal(Ref(Draft, on_delete=models.CASCADE, related_name="attachments"))
    file = impersonal(Ref(File, on_delete=models.PROTECT, related_name="+"))
    name = personal(models.TextField(), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW)

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "draft"], name="tickets_draftattachment_draft"),
            models.Index(fields=["account", "file"], name="tickets_draftattachment_file"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SearchEntry(AccountOwned):
    """The folded words of one message, with what is needed to search without touching another table.

    Read only by the search function: under row-level security `@@` could not use the index (it is not leakproof).
    """

    ticket = impersonal(Ref(Ticket, on_delete=models.CASCADE, related_name="+"))
    message = impersonal(Ref(Message, on_delete=models.CASCADE, related_name="+"))
    department_id = impersonal(models.UUIDField())
    is_note = impersonal(models.BooleanField(default=False))
    at = impersonal(models.DateTimeField())
    vector = personal(
        SearchVectorField(), Whose.ANYBODY, _CONTENT, purpose="support", erase=Erase.DELETE_ROW, export=False
    )

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            # The words, and beside them keys of account, department and time: what is not wanted is not looked at.
            GinIndex(
                models.F("vector"),
                models.Func("account", "department_id", "at", function="search_keys"),
                name="tickets_search_words",
            ),
            models.Index(fields=["account", "-at"], name="tickets_search_newest"),
            models.Index(fields=["account", "ticket"], name="tickets_search_ticket"),
            models.Index(fields=["account", "message"], name="tickets_search_message"),
        ]

    def __str__(self) -> str:
        return str(self.id)
