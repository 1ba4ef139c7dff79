"""What owners and admins are told of their account itself: it is about no ticket, and nobody chooses not to hear it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from steward.people.models import Membership
from steward.privacy.inventory import impersonal
from steward.tenancy.models import AccountOwned, Ref


class Matter(models.TextChoices):
    """Why, by the event that is told of."""

    ANNOUNCED = "subprocessor.announced", _("Subprocessors change: see what changes, and whether you object")
    REMINDED = "subprocessor.reminded", _("Subprocessors change in a week, and nobody here has read of it")
    ANSWERED = "subprocessor.objection_resolved", _("Your objection to a subprocessor has been answered")
    UNDELIVERED = (
        "subprocessor.notice_undelivered",
        _("A notice about subprocessors did not reach one of you by e-mail"),
    )
    CONCLUDED = "agreement.concluded", _("Your data processing agreement is concluded, and in force")
    COUNTERSIGNED = "agreement.countersigned", _("Your own agreement is countersigned, and in force")
    CHANGES_REQUESTED = "agreement.changes_requested", _("Your own agreement was read, and something has to change")
    REJECTED = "agreement.rejected", _("Your own agreement was read, and is not accepted")
    ENDED = "agreement.ended", _("Your data processing agreement has ended: nothing goes to subprocessors any more")
    END_SET = "agreement.end_set", _("Your data processing agreement has a last day: see until when it is in force")
    END_TAKEN_BACK = (
        "agreement.end_taken_back",
        _("Your data processing agreement stays in force: its end was taken back"),
    )
    REWORDED = "agreement.reworded", _("There is a new wording of the data processing agreement to conclude")
    TERMS = "terms.published", _("There are new terms of use to accept")
    ASKED = "privacy_request.announced", _("Somebody asks for a right over their data: see what, and by when")
    DUE_SOON = "privacy_request.warned", _("A request about personal data has to be answered soon")
    OVERDUE = "privacy_request.overdue", _("A request about personal data is overdue")
    SUSPENSION_NEAR = "account.suspension_near", _("This account is about to be suspended: see when, and what to do")
    INCIDENT = "incident.told", _("An incident concerns your data: see what is known, and until when you have to act")
    INCIDENT_UPDATED = "incident.updated", _("More is known about an incident that concerns your data")
    INCIDENT_CLOSED = "incident.closed", _("An incident that concerned your data is over")
    DISCLOSED = "disclosure.told", _("An authority demanded data of yours: see what it got")
    ERASURE_LATE = "erasure.late", _("An erasure is not done after 72 hours")
    ERASURE_FAILED = "erasure.failed", _("An erasure failed: something is left")
    AUDIT_BROKEN = (
        "audit.broken",
        _("The record of what happened does not hold any more: an entry was changed or is gone"),
    )
    UNTOLD = "erasure.untold", _("Recipients of data have not been told of an erasure for 30 days")
    UNTOLD_REQUEST = (
        "privacy_request.untold",
        _("Recipients of data have not been told of a correction or a restriction for 30 days"),
    )
    SUPPORT_ASKS = "support.requested", _("Support asks to look into this account: grant it or refuse")
    SUPPORT_LET_IN = "support.granted", _("Support was let into this account: see what it may look at, and until when")
    SUPPORT_OVER = "support.ended", _("The access of support is over: see what was read")
    SUPPORT_REVOKED = "support.revoked", _("The access of support was ended: see what was read")


AGREEMENT, SUBPROCESSORS, REQUESTS = "agreement", "subprocessors", "privacy-requests"
ERASURES = "erasures"
AUDIT = "audit"
PLAN = "plan"
INCIDENTS = "incidents"
SUPPORT = "support"


def page_of(kind: str) -> str:
    """On which page of the settings it is read: one of the names above."""
    if kind.startswith(("incident.", "disclosure.")):
        return INCIDENTS
    if kind.startswith("audit."):
        return AUDIT
    if kind.startswith("account."):
        return PLAN
    if kind.startswith("support."):
        return SUPPORT
    if kind.startswith("erasure."):
        return ERASURES
    if kind.startswith("privacy_request."):
        return REQUESTS
    return SUBPROCESSORS if kind.startswith("subprocessor.") else AGREEMENT


class AccountNotice(AccountOwned):
    """One owner or admin is told of one event of the account, once. What it says follows from its kind."""

    membership = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="+"))
    event_id = impersonal(models.UUIDField())  # the bare id: events are never deleted
    kind = impersonal(models.TextField(choices=Matter.choices))
    at = impersonal(models.DateTimeField())
    read_at = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "event_id", "membership"], name="notifications_account_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "membership", "-at"], name="notifications_account_list"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def page(self) -> str:
        """Where it is read."""
        return page_of(self.kind)
