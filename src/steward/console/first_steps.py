"""The guide to a new account: what to do first. Each step ticks itself when it has really been done."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.channels.email.models import MailAccount
from steward.console.entrance import ConsoleRequest
from steward.console.settings.pages import Group, pages_for
from steward.people.access import can_administer
from steward.people.models import Invitation, Membership
from steward.tenancy.reading import Question, Reading
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
    return all_steps(request) if _is_guided(request) else []


def all_steps(request: ConsoleRequest) -> list[Step]:
    """The steps as they stand now."""
    issued, settings_url = _issued(request), reverse("console:settings")
    own_address, has_colleague, has_answered = _done(request)
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


def first_steps_questions(request: ConsoleRequest) -> Iterator[Question[Any]]:
    """What `first_steps` asks, to be read ahead."""
    if _is_guided(request):
        yield _DONE.asking(me=request.me.pk, issued=_issued(request))
        yield _ANSWER.asking()


def _is_guided(request: ConsoleRequest) -> bool:
    return request.me.guide_skipped_at is None and can_administer(request.me)


def _issued(request: ConsoleRequest) -> str:
    return f"support@{request.account.slug}.{settings.STEWARD_DOMAIN}"


def _found(*, me: UUID, issued: str) -> QuerySet[Membership, Any]:
    """The first address beside the `issued` one, and whether there is a colleague, in one row: each list asks."""
    addresses = MailAccount.objects.exclude(address=issued).order_by("pk")
    found = Membership.objects.filter(pk=me).annotate(
        own_address=Subquery(addresses.values("address")[:1]),
        has_colleague=Exists(Invitation.objects.all()) | Exists(Membership.objects.exclude(pk=me)),
    )
    return found.values_list("own_address", "has_colleague")


_DONE = Reading(_found)
# On its own, by an index of answers alone: there may be millions of messages and no answer among them.
_ANSWER = Reading(
    lambda: Message.objects.filter(kind=Message.Kind.OUTGOING, author__isnull=False).values_list("pk", flat=True)[:1]
)


def _done(request: ConsoleRequest) -> tuple[str | None, bool, bool]:
    """What is done: an address of their own, a colleague, an answer."""
    [(own_address, has_colleague)] = _DONE(me=request.me.pk, issued=_issued(request))
    return own_address, has_colleague, bool(_ANSWER())
