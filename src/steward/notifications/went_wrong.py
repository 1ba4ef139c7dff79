"""Mail to owners and admins of what went wrong: an erasure, telling its recipients, the record of what happened.

It names nobody: of an erasure not even we know whom it is about.

The bell says the same (`of_account`).
"""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.channels.email.to_members import Words, mail_to_member
from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.html import text_to_html
from steward.outbox.actions import put_in_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

ERASURE, AUDIT = "erasure warning", "audit warning"  # purposes of the mails
AUDIT_PATH = "/console/settings/privacy/audit"


@subscribe("erasure.late", "erasure.failed", "erasure.untold", "audit.broken")
def mail_what_went_wrong(events: Sequence[Event]) -> None:
    """One mail for each event to each owner and admin, stored with it."""
    account = Account.objects.get(pk=current_account_id())
    readers = Membership.objects.select_related("user").filter(role__in=[Role.OWNER, Role.ADMIN]).order_by("pk")
    ours = set(MailAccount.objects.values_list("address", flat=True))
    put_in_outbox(
        mail_to_member(
            account,
            (reader.name, reader.user.email),
            _words(event, reader, account),
            purpose=AUDIT if event.kind == "audit.broken" else ERASURE,
        )
        for event in events
        for reader in readers
        if base_address(reader.user.email) not in ours  # it would come back as a ticket
    )


def _words(event: Event, reader: Membership, account: Account) -> Words:
    path = AUDIT_PATH if event.kind == "audit.broken" else path_of(event.object_id)
    with override(language_of(reader, account)):
        if event.kind == "erasure.late":
            subject = _("An erasure is not done after 72 hours")
            text = _(
                "An erasure that was ordered for %(company)s more than 72 hours ago is not done. It goes on by itself "
                "once an hour. See how far it is; if it does not end, tell whoever runs the installation the number "
                "that stands there:\n\n%(link)s\n"
            )
        elif event.kind == "audit.broken":
            subject = _("The record of what happened does not hold")
            text = _(
                "The record of what happened in %(company)s was checked, and an entry was changed or is gone. See from "
                "where on, and ask whoever runs the installation what happened; they were told, too:\n\n%(link)s\n"
            )
        elif event.kind == "erasure.untold":
            subject = _("Recipients have not been told of an erasure")
            text = _(
                "A person was erased for %(company)s 30 days ago, and somebody who may hold data of them has not been "
                "told (GDPR article 19). In a week the letters are deleted, for they name the person. Send them, or "
                "note why nobody is told:\n\n%(link)s\n"
            )
        else:
            subject = _("An erasure failed")
            text = _(
                "An erasure for %(company)s failed: something is left, or was not where it was counted. Nothing was "
                "certified. See what is left and plan the rest again:\n\n%(link)s\n"
            )
        filled = text % {"company": account.name, "link": f"{base_url(account.slug)}{path}"}
    return Words(subject, filled, text_to_html(filled))


def path_of(erasure_id: UUID) -> str:
    """The page of an erasure, without its host. A row below the console knows no names of addresses."""
    return f"/console/settings/privacy/erasures/{erasure_id}"
