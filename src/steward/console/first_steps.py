"""The guide to a new account: what to do first. Each step ticks itself when it has really been done."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.channels.email.models import MailAccount
from steward.console.entrance import ConsoleRequest
from steward.console.settings.pages import Group, pages_for
from steward.people.access import can_administer
from steward.people.models import Invitation, Membership
from steward.tickets.models import Message


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with the place where it is done."""

    title: str
    about: str
    url: str
    is_done: bool


def first_steps(request: ConsoleRequest) -> list[Step]:
    """The steps for somebody who can take them; none for others, nor for who has put the guide away."""
    if request.me.guide_skipped_at is not None or not can_administer(request.me):
        return []
    return all_steps(request)


def all_steps(request: ConsoleRequest) -> list[Step]:
    """The steps as they stand now."""
    issued = f"support@{request.account.slug}.{settings.STEWARD_DOMAIN}"
    settings_url = reverse("console:settings")
    own_address, has_colleague, has_answered = _done(request, issued)
    mail_url = next((page.url for page in pages_for(request.me) if page.group == Group.MAIL), settings_url)
    return [
        Step(
            _("Add your mail address"),
            _("Connect the address that customers know. Until then they can write to %(address)s.")
            % {"address": issued},
            mail_url,
            bool(own_address),
        ),
        Step(
            _("Invite somebody"),
            _("A help desk is for a team: colleagues get a link by mail."),
            reverse("console:settings-invite"),
            has_colleague,
        ),
        Step(
            _("Answer your first ticket"),
            _("Write a mail to %(address)s from any other address. It becomes a ticket: open it and answer.")
            % {"address": own_address or issued},
            reverse("console:list"),
            has_answered,
        ),
    ]


def _done(request: ConsoleRequest, issued: str) -> tuple[str | None, bool, bool]:
    """What is done, in two queries: each list asks. First an address of their own, beside the `issued` one."""
    me = Membership.objects.filter(pk=request.me.pk)
    found = me.annotate(
        own_address=Subquery(MailAccount.objects.exclude(address=issued).order_by("pk").values("address")[:1]),
        has_colleague=Exists(Invitation.objects.all()) | Exists(Membership.objects.exclude(pk=request.me.pk)),
    )
    [(own_address, has_colleague)] = found.values_list("own_address", "has_colleague")
    # On its own, by an index of answers alone: there may be millions of messages and no answer among them.
    has_answered = Message.objects.filter(kind=Message.Kind.OUTGOING, author__isnull=False).exists()
    return own_address, has_colleague, has_answered
