"""Who is to be told of what was done about a person, and who was."""

import json
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.privacy.keys.fields import SecretField
from steward.tenancy.models import AccountOwned, Ref

WITH_LETTER = ~models.Q(sealed=b"")  # recipients of whom it is still known by what they find the person


class Telling(AccountOwned):
    """What recipients are to be told of: one erasure, or one request to correct or to restrict."""

    class Of(models.TextChoices):
        ERASURE = "erasure"
        RECTIFICATION = "rectification"
        RESTRICTION = "restriction"

    of = impersonal(models.TextField(choices=Of.choices))
    about_id = impersonal(models.UUIDField())  # the bare id of the erasure, or of the request
    contact_id = impersonal(models.UUIDField(null=True))  # whose data were corrected: what is right now is read there
    prepared_at = impersonal(models.DateTimeField())
    warned_at = impersonal(models.DateTimeField(null=True))  # somebody has not been told for too long

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "about_id"], name="recipients_telling_once"),
        ]

    def __str__(self) -> str:
        return f"telling of {self.of} {self.about_id}"


class Recipient(AccountOwned):
    """One who got data, or may have. What the letter names is known until they are told, and for some weeks at most."""

    class Kind(models.TextChoices):
        SUBPROCESSOR = "S"
        SERVICE = "T"  # the account's own
        CORRESPONDENT = "C"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        TOLD = "told"
        NOT_TOLD = "not_told"  # with a reason

    class How(models.TextChoices):
        MAIL = "mail"
        ITSELF = "itself"  # by mail, as the account wants it, without anybody looking
        OTHERWISE = "otherwise"

    class Reason(models.TextChoices):
        NOTHING = "nothing"  # they had nothing of this person
        IMPOSSIBLE = "impossible"
        EFFORT = "effort"  # out of proportion

    telling = impersonal(Ref(Telling, on_delete=models.CASCADE, related_name="recipients"))
    kind = impersonal(models.TextField(choices=Kind.choices))
    engagement = impersonal(models.TextField(blank=True, default=""))  # of a subprocessor: its key in the registry
    host = impersonal(models.TextField(blank=True, default=""))
    name = impersonal(models.TextField(blank=True, default=""))  # of a company
    purposes = impersonal(ArrayField(models.TextField(), default=list))
    last_at = impersonal(models.DateTimeField(null=True))  # when something went there last
    address = personal(  # to which the letter goes
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="privacy",
        erase=Erase.NULL, export=False,
    )  # fmt: skip
    sealed = personal(  # `identifiers`: of somebody who is erased nothing stands in the clear
        SecretField(), Whose.CONTACT, "user.contact.email", purpose="privacy", erase=Erase.NULL, export=False,
    )  # fmt: skip
    state = impersonal(models.TextField(choices=State.choices, default=State.WAITING))
    how = impersonal(models.TextField(choices=How.choices, blank=True, default=""))
    reason = impersonal(models.TextField(choices=Reason.choices, blank=True, default=""))
    at = impersonal(models.DateTimeField(null=True))  # of the state
    by_id = impersonal(models.UUIDField(null=True))  # the bare id of the member
    mail_id = impersonal(models.UUIDField(null=True))  # the bare id of what is in the outbox
    trouble = impersonal(models.TextField(blank=True, default=""))  # what became of a mail that did not arrive

    class Meta(AccountOwned.Meta):
        indexes: ClassVar = [
            models.Index(fields=["account", "telling"], name="recipients_of_telling"),
            models.Index(
                fields=["account", "mail_id"], condition=models.Q(mail_id__isnull=False), name="recipients_of_mail"
            ),
            models.Index(
                fields=["account", "telling"],
                condition=WITH_LETTER,
                name="recipients_with_letter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.id}"

    @property
    def called(self) -> str:
        """What names them to people: of a company its name or server, of a person the address. Empty: forgotten."""
        return str(self.name or self.host or self.address)

    @property
    def identifiers(self) -> Mapping[str, Any] | None:
        """By which the recipient finds the person, `{"names": [...], "addresses": [...]}`: no more than they need.

        None when it is forgotten. Raises `KeyMissing` or `Tampered`.
        """
        return json.loads(self.sealed.reveal()) if self.sealed else None

    @identifiers.setter
    def identifiers(self, needed: Mapping[str, Any] | None) -> None:
        self.sealed = to_seal(needed)

    def names_any(self, addresses: Collection[str]) -> bool:
        """Whether the letter to them names one of these folded addresses."""
        return not set(addresses).isdisjoint((self.identifiers or {}).get("addresses", []))

    @property
    def is_open(self) -> bool:
        """Whether they are still to be told."""
        return self.state == self.State.WAITING


def to_seal(needed: Mapping[str, Any] | None) -> str:
    """`Recipient.identifiers`, as they are assigned to `sealed`."""
    return json.dumps(needed) if needed else ""


class TellingRules(AccountOwned):
    """What an account wants to happen by itself. Without a row: nothing."""

    mails_by_itself = impersonal(models.BooleanField(default=False))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="recipients_rules_account")]

    def __str__(self) -> str:
        return f"rules of {self.account_id}"
