"""Mail to owners and admins that a request has come in, that its time runs out, or is over. It names nobody."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.channels.email.to_members import Words, mail_to_member
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.html import text_to_html
from steward.outbox.actions import put_in_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.words import TYPES
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id
from steward.ui.ages import full_moment

PURPOSE = "request warning"
# Of requests that came by mail: anybody can write to a privacy address, as often as they like. The bell tells of all.
MOST_MAILS, WINDOW = 12, timedelta(hours=1)


@subscribe("privacy_request.announced", "privacy_request.warned", "privacy_request.overdue")
def mail_warnings(events: Sequence[Event]) -> None:
    """One mail for each request to each owner and admin, stored with what it tells of."""
    events = [event for event in events if not (_came_by_itself(event) and _is_flood())]
    requests = PrivacyRequest.objects.in_bulk([event.object_id for event in events])
    account = Account.objects.get(pk=current_account_id())
    readers = Membership.objects.select_related("user").filter(role__in=[Role.OWNER, Role.ADMIN]).order_by("pk")
    ours = set(MailAccount.objects.values_list("address", flat=True))
    put_in_outbox(
        mail_to_member(account, (reader.name, reader.user.email), words, purpose=PURPOSE)
        for reader in readers
        if base_address(reader.user.email) not in ours  # it would come back as a ticket
        for words in [_words(event, requests[event.object_id], reader, account) for event in events]
    )


def _came_by_itself(event: Event) -> bool:
    return event.kind == "privacy_request.announced" and event.actor_kind == SYSTEM.kind.value


def _is_flood() -> bool:
    lately = PrivacyRequest.objects.filter(channel=PrivacyRequest.Channel.MAIL, received_at__gt=now() - WINDOW)
    return lately.count() > MOST_MAILS


def _words(event: Event, request: PrivacyRequest, reader: Membership, account: Account) -> Words:
    with override(language_of(reader, account)), timezone.override(account.time_zone):
        more = {
            "type": TYPES[request.type],
            "day": (event.changes or {}).get("day", ""),
            "moment": full_moment(request.answer_until),
            "until": full_moment(request.answer_until),
            "link": f"{base_url(account.slug)}{path_of(request.pk)}",
        }
        if event.kind == "privacy_request.overdue":
            subject = _("A request about personal data is overdue")
            text = _(
                "The time to answer a request about personal data (%(type)s) ended on %(until)s, and the person has "
                "not been answered. Answer now, and say why it took longer:\n\n%(link)s\n"
            )
        elif event.kind == "privacy_request.announced":
            subject = _("A request about personal data has come in")
            text = _(
                "Somebody asks for a right over their personal data (%(type)s). It has to be answered before "
                "%(until)s:\n\n%(link)s\n"
            )
        elif request.extended_until is not None:  # there is no more time to be taken
            subject = _("A request about personal data has to be answered soon")
            text = _("Day %(day)s. To be answered before %(moment)s.") + "\n\n%(link)s\n"
        else:
            subject = _("A request about personal data has to be answered soon")
            text = _(
                "A request about personal data (%(type)s) has to be answered before %(until)s. If that is too short, "
                "two months more can be taken with a reason before then:\n\n%(link)s\n"
            )
        filled = text % more
    return Words(subject, filled, text_to_html(filled))


def path_of(request_id: UUID) -> str:
    """The page of a request, without its host. A row below the console knows no names of addresses."""
    return f"/console/settings/privacy/requests/{request_id}"
