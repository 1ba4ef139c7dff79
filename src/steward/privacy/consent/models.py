"""What the account asks consent for, in which words, and who gave it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from steward.contacts.models import Contact
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref


class Purpose(AccountOwned):
    """One thing the account does only with consent. A purpose is retired, never deleted: records refer to it."""

    class Place(models.TextChoices):
        """Where, or for what, it is asked."""

        CHAT = "chat", pgettext_lazy("what a consent is asked for", "Chat")
        FORM = "form", pgettext_lazy("what a consent is asked for", "Contact form")
        RECORDING = "recording", pgettext_lazy("what a consent is asked for", "Recording of calls")
        AI = "ai", pgettext_lazy("what a consent is asked for", "Use of artificial intelligence")
        NEWSLETTER = "newsletter", pgettext_lazy("what a consent is asked for", "News and advertising")
        OTHER = "other", pgettext_lazy("what a consent is asked for", "Something else")

    code = impersonal(models.TextField())  # by which the program asks for it
    place = impersonal(models.TextField(choices=Place.choices))
    is_required = impersonal(models.BooleanField(default=False))  # without it they cannot go on where it is asked
    least_version = impersonal(models.IntegerField(default=1))  # consents to earlier words count no longer
    created_at = impersonal(models.DateTimeField())
    retired_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "code"], name="consent_purpose_code")]

    def __str__(self) -> str:
        return self.code


class PurposeText(AccountOwned):
    """One version of the words of a purpose. A trigger refuses every change: what was agreed to stays readable."""

    purpose = impersonal(Ref(Purpose, on_delete=models.PROTECT, related_name="texts"))
    number = impersonal(models.IntegerField())  # 1, 2, 3, without gaps
    words = impersonal(models.JSONField(), keys=("*.name", "*.text"))  # by language
    sha256 = impersonal(models.CharField(max_length=64))  # of the words, as `purposes.digest_of` writes them
    published_at = impersonal(models.DateTimeField())
    by_id = impersonal(models.UUIDField(null=True))  # the bare id of the member

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "purpose", "number"], name="consent_text_number")
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.number}"


class ConsentRecord(AccountOwned):
    """That somebody consented. It ends once, by withdrawal or by a newer one; nothing else of it changes.

    `visitor` is the id that a browser carries; when the visitor turns out to be a contact, the record becomes theirs
    and keeps it. `known_as` is the contact it was given by, also after two contacts became one.
    """

    class Channel(models.TextChoices):
        """How they said it."""

        PAGE = "page", pgettext_lazy("how a consent was said", "on their own page")
        CHAT = "chat", pgettext_lazy("how a consent was said", "in the chat")
        FORM = "form", pgettext_lazy("how a consent was said", "in a form")
        MAIL = "mail", pgettext_lazy("how a consent was said", "by mail")
        CALL = "call", pgettext_lazy("how a consent was said", "by telephone")
        AGENT = "agent", pgettext_lazy("how a consent was said", "face to face, or on paper")
        IMPORT = "import", pgettext_lazy("how a consent was said", "brought along from elsewhere")

    RENEWED = "renewed"  # beside the channels, how one ended: a newer one took its place

    contact = impersonal(Ref(Contact, on_delete=models.CASCADE, null=True, related_name="+"))
    visitor = personal(
        models.UUIDField(null=True), Whose.CONTACT, "user.device.cookie_id", purpose="privacy",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    known_as = impersonal(models.UUIDField(null=True))
    purpose = impersonal(Ref(Purpose, on_delete=models.PROTECT, related_name="+"))
    text = impersonal(Ref(PurposeText, on_delete=models.PROTECT, related_name="+"))
    language = personal(  # of the words they were shown
        models.TextField(), Whose.CONTACT, "user.demographic.language", purpose="privacy", erase=Erase.DELETE_ROW
    )
    # Who collects: the account, its subprocessors ("S") and the services of its own choice ("T"), as it was then.
    collectors = impersonal(models.JSONField(), keys=("kind", "name"))
    given_at = impersonal(models.DateTimeField())
    channel = impersonal(models.TextField(choices=Channel.choices))
    widget = impersonal(models.TextField(blank=True, default=""))  # the version of what showed the words
    network = personal(  # IP address, cut to /24 or /48
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.device.ip_address", purpose="privacy",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    message_id = impersonal(models.UUIDField(null=True))  # the bare id of the message they said it in
    note = personal(  # what an agent wrote down of it
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.content", purpose="privacy",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    given_by_kind = impersonal(models.TextField())  # of the actor who noted it
    given_by_id = impersonal(models.UUIDField(null=True))
    ended_at = impersonal(models.DateTimeField(null=True))
    ended_how = impersonal(models.TextField(blank=True, default=""))
    ended_note = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.content", purpose="privacy",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    ended_by_kind = impersonal(models.TextField(blank=True, default=""))
    ended_by_id = impersonal(models.UUIDField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "contact", "purpose"],
                condition=Q(ended_at=None, contact__isnull=False),
                name="consent_record_standing_of_contact",
            ),
            models.UniqueConstraint(
                fields=["account", "visitor", "purpose"],
                condition=Q(ended_at=None, contact=None, visitor__isnull=False),
                name="consent_record_standing_of_visitor",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "contact", "given_at"], name="consent_record_contact"),
            models.Index(
                fields=["account", "visitor"], condition=Q(visitor__isnull=False), name="consent_record_visitor"
            ),
            models.Index(fields=["account", "purpose"], name="consent_record_purpose"),
            models.Index(fields=["account", "text"], name="consent_record_text"),
            models.Index(
                fields=["account", "ended_at"], condition=Q(ended_at__isnull=False), name="consent_record_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} since {self.given_at}"

    @property
    def stands(self) -> bool:
        """Whether nobody withdrew it and nothing newer took its place."""
        return self.ended_at is None

    @property
    def is_withdrawn(self) -> bool:
        return self.ended_at is not None and self.ended_how != self.RENEWED
