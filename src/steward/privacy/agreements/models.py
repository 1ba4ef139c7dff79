"""Agreements of an account, the queue in which operators review them, and accepted terms of use."""

from datetime import UTC, date, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from steward.files.models import File
from steward.privacy.egress.models import AccountTerms
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import Account, AccountOwned, Ref

_PROOF = "GDPR articles 17(3)(e) and 28(9): proof of the contract, kept until the account is deleted"


class Agreement(AccountOwned):
    """One version of a data processing agreement. Rows stay: what was signed is shown for as long as the account is.

    A signature (name, position, address of the network) is evidence of the contract it is under: it stays when whoever
    signed is removed from the account, and goes with the account.
    """

    class Origin(models.TextChoices):
        OURS = "ours", pgettext_lazy("text of an agreement", "the provider’s form")
        THEIRS = "theirs", pgettext_lazy("text of an agreement", "your own text")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("of an agreement", "draft")
        SUBMITTED = "submitted", pgettext_lazy("of an agreement", "waits for review")
        IN_REVIEW = "in_review", pgettext_lazy("of an agreement", "in review")
        CHANGES_REQUESTED = "changes_requested", pgettext_lazy("of an agreement", "changes requested")
        IN_FORCE = "in_force", pgettext_lazy("of an agreement", "in force")
        REJECTED = "rejected", pgettext_lazy("of an agreement", "rejected")
        SUPERSEDED = "superseded", pgettext_lazy("of an agreement", "replaced by a later one")
        ENDED = "ended", pgettext_lazy("of an agreement", "ended")

    class Side(models.TextChoices):
        ACCOUNT = "account", pgettext_lazy("who ended an agreement", "ended by you")
        PROVIDER = "provider", pgettext_lazy("who ended an agreement", "ended by the provider")

    origin = impersonal(models.TextField(choices=Origin))
    state = impersonal(models.TextField(choices=State, default=State.DRAFT))
    language = impersonal(models.TextField())  # BCP 47
    form_version = impersonal(models.TextField(blank=True, default=""))  # of our form
    file = impersonal(Ref(File, null=True, on_delete=models.PROTECT, related_name="+"))  # ours: the PDF
    sha256 = impersonal(models.CharField(max_length=64, blank=True, default=""))  # of `file`, before encryption
    content = impersonal(Ref(File, null=True, on_delete=models.PROTECT, related_name="+"))  # ours: the JSON behind it
    content_sha256 = impersonal(models.CharField(max_length=64, blank=True, default=""))  # what the signature is under
    countersigned = impersonal(Ref(File, null=True, on_delete=models.PROTECT, related_name="+"))  # theirs, signed by us
    notice_days = impersonal(models.IntegerField(default=30))
    mode = impersonal(models.TextField(choices=AccountTerms.Mode, default=AccountTerms.Mode.GENERAL))
    regions = impersonal(ArrayField(models.TextField(), default=list, blank=True))  # empty: the account's own
    registry_version = impersonal(models.IntegerField(null=True))  # of Annex IV
    inventory_digest = impersonal(models.CharField(max_length=64, blank=True, default=""))  # of Annex II
    signer_id = impersonal(models.UUIDField(null=True))  # a member, by the bare id
    signer_name = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.name", purpose="privacy", erase=Erase.KEEP,
        because=_PROOF,
    )  # fmt: skip
    signer_position = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.name", purpose="privacy", erase=Erase.KEEP,
        because=_PROOF,
    )  # fmt: skip
    signer_address = personal(  # of the network
        models.TextField(blank=True, default=""),
        Whose.AGENT,
        "user.device.ip_address",
        purpose="privacy",
        erase=Erase.KEEP,
        because=_PROOF,
    )
    signed_at = impersonal(models.DateTimeField(null=True))
    review_words = personal(  # the operator's, about the text
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )
    reviewed_by = impersonal(models.UUIDField(null=True))  # an operator, by the bare id
    created_at = impersonal(models.DateTimeField())
    in_force_from = impersonal(models.DateTimeField(null=True))
    ends_at = impersonal(models.DateTimeField(null=True))  # in force until then, as one side has said beforehand
    ended_at = impersonal(models.DateTimeField(null=True))
    ended_side = impersonal(
        models.TextField(choices=Side, blank=True, default="")
    )  # only of one that is or was in force
    ended_by = impersonal(models.UUIDField(null=True))  # a member or an operator, by the bare id
    ended_words = personal(  # of whoever ended it, why
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="in_force"), name="agreements_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state__in=["submitted", "in_review", "changes_requested"]),
                name="agreements_one_in_review",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="in_force") | models.Q(in_force_from__isnull=False, signed_at__isnull=False),
                name="agreements_in_force_is_signed",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-created_at"], name="agreements_created")]

    def __str__(self) -> str:
        return f"{self.origin} {self.state}"

    @property
    def last_day(self) -> date | None:
        """The last day it is in force (UTC), where its end is set: it ends with that day."""
        return (self.ends_at.astimezone(UTC) - timedelta(microseconds=1)).date() if self.ends_at else None

    @property
    def is_open(self) -> bool:
        """Whether the operator, or the account, still has something to do about it."""
        return self.state in {self.State.SUBMITTED, self.State.IN_REVIEW, self.State.CHANGES_REQUESTED}


class Review(models.Model):
    """The place of a customer's own text in the operators' queue: across accounts, ids and times only."""

    agreement_id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    state = models.TextField(choices=Agreement.State)
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="agreements_review_due")]

    def __str__(self) -> str:
        return str(self.agreement_id)


class TermsAcceptance(AccountOwned):
    """Who accepted which version of the terms of use, and when. The newest one is what the account is bound by."""

    version = impersonal(models.TextField())
    member_id = impersonal(models.UUIDField(null=True))  # by the bare id
    at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "version"], name="agreements_terms_accepted_once")
        ]

    def __str__(self) -> str:
        return self.version


class TextNotice(AccountOwned):
    """The account was told, once, of a text that waits for it: terms of use, or a new wording of our form."""

    class Text(models.TextChoices):
        TERMS = "terms"
        FORM = "form"

    text = impersonal(models.TextField(choices=Text))
    version = impersonal(models.TextField())
    at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "text", "version"], name="agreements_text_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.version}"
