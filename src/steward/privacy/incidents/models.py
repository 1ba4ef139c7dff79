"""The register of the installation: it belongs to no account, and holds nothing of what accounts hold."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from steward.lib.ids import new_id
from steward.privacy.incidents.account_models import DisclosureNotice, DpoContact, Notice, OwnIncident
from steward.privacy.incidents.facts import Breach


class State(models.TextChoices):
    SUSPECTED = "suspected", pgettext_lazy("state of an incident", "Suspected")
    CONFIRMED = "confirmed", pgettext_lazy("state of an incident", "Confirmed")
    DISMISSED = "dismissed", pgettext_lazy("state of an incident", "Dismissed")
    CONTAINED = "contained", pgettext_lazy("state of an incident", "Contained")
    NOTIFIED = "notified", pgettext_lazy("state of an incident", "Accounts told")
    CLOSED = "closed", pgettext_lazy("state of an incident", "Closed")


FOLLOWING = {
    State.SUSPECTED: (State.CONFIRMED, State.DISMISSED),
    State.CONFIRMED: (State.CONTAINED,),
    State.CONTAINED: (State.NOTIFIED,),
    State.NOTIFIED: (State.CLOSED,),
}
OVER = (State.DISMISSED, State.CLOSED)


class Incident(Breach):
    """One breach, or the suspicion of one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)  # what people call it
    state = models.TextField(choices=State.choices, default=State.SUSPECTED)
    state_since = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)  # operators: an account has to be told soon
    alarmed_at = models.DateTimeField(null=True)  # operators: one was not told in time
    language = models.TextField(blank=True, default="")  # that the words are written in; empty: nobody noted it
    wordings = models.JSONField(default=dict, blank=True)  # as `wordings.kept`

    def __str__(self) -> str:
        return f"incident {self.number}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def following(self) -> tuple[State, ...]:
        """The states it can go to from here."""
        return FOLLOWING.get(State(self.state), ())


class Step(models.Model):
    """One change of an incident. The application adds rows and cannot change them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    operator_id = models.UUIDField(null=True)  # the bare id; None: the command line
    what = models.TextField()  # a state, or one of `words.STEPS`
    words = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "id"], name="incidents_step_history")]

    def __str__(self) -> str:
        return f"{self.what} {self.id}"


class Affected(models.Model):
    """An account that an incident concerns. The bare id: the register outlives the account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected")
    account_id = models.UUIDField()
    persons = models.PositiveIntegerField(null=True, blank=True)  # about how many of its customers
    records = models.PositiveIntegerField(null=True, blank=True)
    added_at = models.DateTimeField()
    asked_phase = models.PositiveIntegerField(default=0)  # up to which notice an operator has ordered
    asked_closing = models.BooleanField(default=False)  # the notice that was ordered says that it is over
    phase = models.PositiveIntegerField(default=0)  # which notice the account has
    told_at = models.DateTimeField(null=True)  # the first notice
    last_told_at = models.DateTimeField(null=True)
    is_told_all = models.BooleanField(default=False)  # the last notice left nothing open

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "account_id"], name="incidents_affected_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account_id"], name="incidents_affected_account")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.account_id}"


class Letter(models.Model):
    """A mail that tells somebody of an account. Ids and states: to whom it goes is known in the account alone."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("whether a notice arrived", "on its way")
        SENT = "sent", pgettext_lazy("whether a notice arrived", "sent")
        BOUNCED = "bounced", pgettext_lazy("whether a notice arrived", "came back")
        FAILED = "failed", pgettext_lazy("whether a notice arrived", "could not be sent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    about_id = models.UUIDField()  # of an incident or of a disclosure
    account_id = models.UUIDField()
    notice_id = models.UUIDField()  # of a row behind the account's wall
    membership_id = models.UUIDField(null=True)  # None: to the account's data protection officer
    mail_id = models.UUIDField(unique=True)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True, default="")  # a code of the outbox
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["about_id", "account_id"], name="incidents_letter_about"),
            models.Index(fields=["notice_id"], name="incidents_letter_notice"),
            models.Index(
                fields=["at"], condition=models.Q(state__in=["waiting", "sent"]), name="incidents_letter_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class Disclosure(models.Model):
    """Data that an authority demanded by law, and what it was given."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    authority = models.TextField()
    legal_basis = models.TextField()
    demanded_on = models.DateField()
    asked = models.TextField()  # for what, in words: never data
    given = models.TextField(blank=True, default="")  # kinds of data, in words; empty: nothing
    is_secret = models.BooleanField(default=False)  # telling the accounts is forbidden,
    secret_until = models.DateTimeField(null=True, blank=True)  # until then; None: no end is known
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"disclosure {self.number}"


class DisclosedAccount(models.Model):
    """An account of which something was demanded."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    disclosure = models.ForeignKey(Disclosure, on_delete=models.PROTECT, related_name="accounts")
    account_id = models.UUIDField()
    persons = models.PositiveIntegerField(null=True, blank=True)  # of whom something was given
    records = models.PositiveIntegerField(null=True, blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["disclosure", "account_id"], name="incidents_disclosed_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account_id"], name="incidents_disclosed_account")]

    def __str__(self) -> str:
        return f"{self.disclosure_id} {self.account_id}"


__all__ = [
    "Affected",
    "DisclosedAccount",
    "Disclosure",
    "DisclosureNotice",
    "DpoContact",
    "Incident",
    "Letter",
    "Notice",
    "OwnIncident",
    "State",
    "Step",
]
