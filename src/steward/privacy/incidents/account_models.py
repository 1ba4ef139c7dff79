"""What an account was told, and what it notes itself."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from steward.privacy.incidents.facts import Breach, Facts, Numbers
from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned


class Notice(AccountOwned, Facts, Numbers):
    """What the account was told of an incident, at one time. It never changes; what is new is another one."""

    class About(models.TextChoices):
        TOLD = "told", pgettext_lazy("notice of an incident", "First notice")
        UPDATED = "updated", pgettext_lazy("notice of an incident", "More is known")
        CLOSED = "closed", pgettext_lazy("notice of an incident", "It is over")

    incident_id = impersonal(models.UUIDField())  # the bare id: the register is the installation's
    number = impersonal(models.PositiveIntegerField())
    phase = impersonal(models.PositiveIntegerField())
    about = impersonal(models.TextField(choices=About.choices))
    at = impersonal(models.DateTimeField())
    known_since = impersonal(models.DateTimeField())  # when who runs the installation became aware
    first_at = impersonal(models.DateTimeField())  # of phase 1: from then the account knows, and its 72 hours run
    language = impersonal(models.TextField(blank=True, default=""))  # of the columns; empty: nobody noted it
    wordings = personal(  # the same in others: language -> name of the column -> words
        models.JSONField(default=dict, blank=True), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.KEEP,
        export=False, keys=[Key("*.*", Whose.ANYBODY, "user.content")],
        because="GDPR article 33(5): who answers for a breach keeps the record of it",
    )  # fmt: skip

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "incident_id", "phase"], name="incidents_notice_once"),
        ]

    def __str__(self) -> str:
        return f"incident {self.number}, {self.phase}"

    def said(self, name: str, language: str) -> tuple[str, str]:
        """Words for who reads `language`, and which language they are in where that is another one."""
        if words := self.wordings.get(language, {}).get(name):
            return words, ""
        return getattr(self, name), "" if self.language == language else self.language


class DisclosureNotice(AccountOwned):
    """What the account was told of data of its own that the law made the installation hand over."""

    disclosure_id = impersonal(models.UUIDField())
    number = impersonal(models.PositiveIntegerField())
    at = impersonal(models.DateTimeField())
    authority = impersonal(models.TextField())
    legal_basis = impersonal(models.TextField())
    demanded_on = impersonal(models.DateField())
    asked = impersonal(models.TextField())
    given = impersonal(models.TextField(blank=True, default=""))
    persons = impersonal(models.PositiveIntegerField(null=True))
    records = impersonal(models.PositiveIntegerField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "disclosure_id"], name="incidents_disclosure_once"),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.number}"


class OwnIncident(AccountOwned, Breach, Numbers):
    """A breach in the account's own register: it is the controller, and answers to its authority."""

    class PersonsTold(models.TextChoices):
        UNDECIDED = "", pgettext_lazy("telling people of an incident", "Not decided yet")
        YES = "yes", pgettext_lazy("telling people of an incident", "They were told")
        NO = "no", pgettext_lazy("telling people of an incident", "They are not told")

    incident_id = impersonal(models.UUIDField(null=True))  # that of the installation it was taken on from
    persons_told = impersonal(models.TextField(choices=PersonsTold.choices, blank=True, default=""))
    persons_told_because = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.KEEP,
        export=False, because="GDPR article 33(5): who answers for a breach keeps the record of it",
    )  # fmt: skip
    noted_at = impersonal(models.DateTimeField())
    noted_by = impersonal(models.UUIDField(null=True))  # the bare id of the member
    closed_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "incident_id"], name="incidents_own_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-noted_at"], name="incidents_own_newest")]

    def __str__(self) -> str:
        return f"own incident {self.id}"


class DpoContact(AccountOwned):
    """Whom to reach about data protection in the account: an officer, or whoever does that work (article 37)."""

    name = personal(
        models.TextField(), Whose.AGENT, "user.name", purpose="privacy", erase=Erase.DELETE_ROW, export=False
    )
    email = personal(
        models.TextField(), Whose.AGENT, "user.contact.email", purpose="privacy", erase=Erase.DELETE_ROW, export=False
    )
    phone = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.contact.phone_number", purpose="privacy",
        erase=Erase.DELETE_ROW, export=False,
    )  # fmt: skip
    changed_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="incidents_dpo_account")]

    def __str__(self) -> str:
        return f"officer of {self.account_id}"
