"""Mail to who ordered an export that it was withdrawn: they may be waiting for it, or have promised it to somebody."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.channels.email.to_members import Words, mail_to_member
from steward.events.models import Event
from steward.lib.html import text_to_html
from steward.outbox.actions import put_in_outbox
from steward.people.languages import language_of
from steward.people.models import Membership
from steward.privacy.exports.models import Export
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

PURPOSE = "export withdrawn"


def mail_what_was_withdrawn(events: Sequence[Event]) -> None:
    """One mail for each, stored with the event; none to who is no member any more, or ordered it on a command line."""
    account = Account.objects.get(pk=current_account_id())
    exports = Export.objects.filter(pk__in=[event.object_id for event in events])
    members = Membership.objects.select_related("user").in_bulk({one.asked_by_id for one in exports if one.asked_by_id})
    ours = set(MailAccount.objects.values_list("address", flat=True))
    put_in_outbox(
        mail_to_member(account, (member.name, member.user.email), _words(one, member, account), purpose=PURPOSE)
        for one in exports
        if (member := members.get(one.asked_by_id)) and base_address(member.user.email) not in ours
    )


def _words(export: Export, reader: Membership, account: Account) -> Words:
    link = f"{base_url(account.slug)}{path_of(export)}"
    with override(language_of(reader, account)):
        subject = _("An export was withdrawn")
        text = _(
            "An export of a person that you ordered for %(company)s was withdrawn, and its archive is deleted: "
            "something in it was purged, erased or redacted since. Nobody can download it any more. Make a new one "
            "when it is still needed, and if you passed the archive on, tell whoever has it:\n\n%(link)s\n"
        )
        filled = text % {"company": account.name, "link": link}
    return Words(subject, filled, text_to_html(filled))


def path_of(export: Export) -> str:
    """The page of an export, without its host. A row below the console knows no names of addresses."""
    return f"/console/settings/privacy/exports/{export.pk}"
