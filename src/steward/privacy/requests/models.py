"""What somebody asked for about their own data, and how far it is."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce

from steward.contacts.models import Contact
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref
from steward.tickets.models import Ticket


class PrivacyRequest(AccountOwned):
    """One request. Who asked and in which words is known until it is erased with the person, or after an erasure.

    What was done about it is in its events.
    """

    class Type(models.TextChoices):
        ACCESS = "access"  # GDPR article 15
        RECTIFY = "rectify"  # 16
        ERASE = "erase"  # 17
        RESTRICT = "restrict"  # 18
        PORTABILITY = "portability"  # 20
        OBJECT = "object"  # 21
        WITHDRAW = "withdraw"  # 7(3)
        UNSAID = "unsaid"  # it came by mail, and nobody has said yet what is asked for

    class Channel(models.TextChoices):
        PORTAL = "portal"
        AGENT = "agent"
        API = "api"
        MAIL = "mail"

    class State(models.TextChoices):
        RECEIVED = "received"
        VERIFYING = "verifying"
        AWAITING_CONTROLLER = "awaiting_controller"
        APPROVED = "approved"
        PLANNED = "planned"
        RUNNING = "running"
        VERIFYING_ABSENCE = "verifying_absence"
        LIVE_DONE = "live_done"
        BACKUPS_EXPIRING = "backups_expiring"
        CLOSED = "closed"
        REFUSED = "refused"
        ON_HOLD = "on_hold"
        FAILED = "failed"
        NOT_ONE = "not_one"  # nobody asks for anything: spam, or another matter, at a privacy address

    class Proof(models.TextChoices):
        """How it was made sure that it is they who ask (article 12(6))."""

        ADDRESS = "address"  # a mail to the address we have was answered
        SIGNED_IN = "signed_in"
        KNOWN = "known"  # an agent knows them
        QUESTIONS = "questions"  # they knew what only they know
        DOCUMENT = "document"  # seen, and not kept

    class Refusal(models.TextChoices):
        NOT_PROVEN = "not_proven"  # article 12(2)
        UNFOUNDED = "unfounded"  # 12(5)
        EXCESSIVE = "excessive"  # 12(5)
        RIGHTS_OF_OTHERS = "rights_of_others"  # 15(4), 20(4)
        LEGAL_DUTY = "legal_duty"  # 17(3)(b)
        CLAIMS = "claims"  # 17(3)(e), 18(2), 21(1)
        NOT_APPLICABLE = "not_applicable"  # the right does not reach what was asked for

    type = impersonal(models.TextField(choices=Type.choices))
    channel = impersonal(models.TextField(choices=Channel.choices))
    subject = impersonal(Ref(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    ticket = impersonal(Ref(Ticket, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    name = personal(
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.name", purpose="privacy", erase=Erase.NULL
    )
    address = personal(  # where the answer goes
        models.TextField(blank=True, default=""), Whose.CONTACT, "user.contact.email", purpose="privacy",
        erase=Erase.NULL,
    )  # fmt: skip
    words = personal(  # what was asked for
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )
    state = impersonal(models.TextField(choices=State.choices, default=State.RECEIVED))
    state_before = impersonal(models.TextField(blank=True, default=""))  # where a hold returns to
    verified_by = impersonal(models.TextField(choices=Proof.choices, blank=True, default=""))
    verified_at = impersonal(models.DateTimeField(null=True, blank=True))
    received_at = impersonal(models.DateTimeField())
    due_at = impersonal(models.DateTimeField())  # the first moment that is too late
    extended_until = impersonal(models.DateTimeField(null=True, blank=True))
    extension_reason = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )
    refusal = impersonal(models.TextField(choices=Refusal.choices, blank=True, default=""))
    refusal_words = personal(
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )
    hold_words = personal(  # why nothing goes on
        models.TextField(blank=True, default=""), Whose.ANYBODY, "user.content", purpose="privacy", erase=Erase.NULL
    )
    erasure_id = impersonal(models.UUIDField(null=True, blank=True))  # the bare id of what carries it out
    warnings_given = impersonal(models.PositiveSmallIntegerField(default=0))  # of the period that runs
    opened_by_kind = impersonal(models.TextField())  # of an Actor
    opened_by_id = impersonal(models.UUIDField(null=True, blank=True))
    answered_at = impersonal(models.DateTimeField(null=True, blank=True))  # the person was told: the clock stops
    closed_at = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(refusal=""), name="requests_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="on_hold") | ~models.Q(state_before=""), name="requests_hold_returns"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "subject"], name="requests_subject"),
            models.Index(fields=["account", "ticket"], name="requests_ticket"),
            models.Index(
                fields=["account", "due_at"], condition=models.Q(answered_at=None), name="requests_unanswered"
            ),
            models.Index(
                models.F("account"), Coalesce("extended_until", "due_at"), models.F("id"),
                condition=models.Q(answered_at=None), name="requests_by_due",
            ),
            models.Index(fields=["account", "-received_at"], name="requests_newest"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.type} {self.state}"

    @property
    def answer_until(self) -> datetime:
        """The first moment that is too late, extended or not."""
        return self.extended_until or self.due_at
