"""Mail to the owners: a copy of everything is ready, was made on the command line, was withdrawn, or failed.

It is mail of the installation, for a suspended account sends none; it says nothing of what the account holds.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.events.models import Event
from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.takeout.erased import Because
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

PURPOSE = "copy of everything"
PATH = "/console/settings/privacy/copy"  # a row below the console knows no names of addresses
logger = logging.getLogger(__name__)

_SUBJECTS: Mapping[str, Any] = {
    "account_copy.made": _("The copy of everything is ready"),
    "account_copy.handed_out": _("A copy of everything was written to a file"),
    "account_copy.withdrawn": _("The copy of everything was withdrawn"),
    "account_copy.failed": _("The copy of everything could not be made"),
}
_TEXTS: Mapping[str, Any] = {
    "account_copy.made": _(
        "The copy of everything that %(company)s holds is made and was checked. For seven days an owner can download "
        "it and see its passphrase, once:\n\n%(link)s\n"
    ),
    "account_copy.handed_out": _(
        "Whoever runs the installation wrote a copy of everything that %(company)s holds to a file, on the command "
        "line. It is encrypted. If you did not expect that, ask them why. What happened stands in the "
        "audit:\n\n%(link)s\n"
    ),
    "account_copy.withdrawn": _(
        "The copy of everything that %(company)s holds was withdrawn and deleted. %(why)s Delete what you downloaded, "
        "and order a new one when you still need it:\n\n%(link)s\n"
    ),
    "account_copy.failed": _(
        "The copy of everything that %(company)s holds could not be made. Order it again; if that fails too, whoever "
        "runs the installation finds the reason in the log:\n\n%(link)s\n"
    ),
}


_WHY: Mapping[str, Any] = {
    Because.ERASED.value: _("Somebody in it was erased since."),
    Because.PURGED.value: _("Something in it was deleted since, by a rule of retention or by hand."),
    Because.REDACTED.value: _("Words in it were redacted since."),
}


def mail_what_became_of_it(events: Sequence[Event]) -> None:
    """One mail to each owner, stored with the event."""
    account = Account.objects.get(pk=current_account_id())
    owners = list(Membership.objects.select_related("user").filter(role=Role.OWNER, user__is_active=True))
    for event in events:
        for owner in owners:
            with override(language_of(owner, account)):
                because = _WHY.get((event.changes or {}).get("reason", ""), "")
                filled = {"company": account.name, "link": _link(account), "why": because}
                text = str(_TEXTS[event.kind]) % filled
                _put(owner.user.email, str(_SUBJECTS[event.kind]), text)


def _link(account: Account) -> str:
    is_open = account.state == Account.State.ACTIVE
    return f"{base_url(account.slug)}{PATH}" if is_open else f"{base_url()}/standing?account={account.slug}"


def _put(address: str, subject: str, text: str) -> None:
    try:
        put_in_installation_outbox(purpose=PURPOSE, to=address, subject=subject, text=text)
    except Unsendable:
        logger.warning("a copy of everything could not be told of: no mail can be sent to that address")
