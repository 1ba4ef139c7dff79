"""Mail to owners and admins about the life of their account.

It is mail of the installation: an account that is suspended sends none. It says dates and what to do, and nothing of
what the account holds.
"""

import logging
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.lifecycle.models import Standing
from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.ui.ages import full_moment

PURPOSE = "account life"
logger = logging.getLogger(__name__)


class Occasion(Enum):
    SUSPENSION_NEAR = "suspension near"
    TERMINATION_NEAR = "termination near"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    DELETION_NEAR = "deletion near"
    DELETION_ORDERED = "deletion ordered"
    DELETION_TAKEN_BACK = "deletion taken back"
    OPEN_AGAIN = "open again"


_SUBJECTS: dict[Occasion, Any] = {
    Occasion.SUSPENSION_NEAR: _("Your help desk is about to be suspended"),
    Occasion.TERMINATION_NEAR: _("Your help desk is about to be terminated"),
    Occasion.SUSPENDED: _("Your help desk is suspended"),
    Occasion.TERMINATED: _("Your help desk is terminated"),
    Occasion.DELETION_NEAR: _("Your help desk is about to be deleted"),
    Occasion.DELETION_ORDERED: _("The deletion of your help desk is ordered"),
    Occasion.DELETION_TAKEN_BACK: _("Your help desk is not deleted after all"),
    Occasion.OPEN_AGAIN: _("Your help desk is open again"),
}
_TRIAL_ENDS = _(
    "The trial of %(company)s ends on %(time)s (%(zone)s). From then on nobody can sign in, and customers reach "
    "nobody. Nothing is deleted then.\n\n"
    "To go on, choose a plan before that: ask whoever runs the installation. Where you stand:\n%(link)s\n"
)
_UNPAID = _(
    "An invoice for %(company)s is not paid. On %(time)s (%(zone)s) the help desk is suspended: from then on nobody "
    "can sign in, and customers reach nobody. Nothing is deleted then.\n\n"
    "Pay it before that, and everything goes on. Which invoice it is:\n%(link)s\n"
)
_LEAVING = _(
    "An owner has ordered that the help desk of %(company)s is deleted. On %(time)s (%(zone)s) that begins: from then "
    "on nobody can sign in, and everything it holds is deleted for good.\n\n"
    "Until then any owner can take the order back:\n%(closing)s\n"
)
_DELETION_NEAR = _(
    "The help desk of %(company)s is terminated. On %(time)s (%(zone)s) everything it holds is deleted: tickets, "
    "customers, files and settings. Nobody can bring them back then.\n\n"
    "To keep them, ask whoever runs the installation to open it again; or order a copy first.\n"
)
_DELETION_ORDERED = _(
    "An owner of %(company)s has ordered that the help desk is deleted, with everything in it: tickets, customers, "
    "files and settings. That begins on %(time)s (%(zone)s). Nobody can bring anything back then.\n\n"
    "Until it has begun any owner can take the order back, while the help desk is open under Settings, Close the "
    "account:\n%(closing)s\n"
)
_DELETION_TAKEN_BACK = _(
    "An owner of %(company)s has taken the order back: the help desk is not deleted because of it.\n"
)
_TERMINATION_NEAR = _(
    "The help desk of %(company)s is suspended. On %(time)s (%(zone)s) it is terminated: its address leads nowhere any "
    "more, mail to it is refused, and its mail accounts and services of its own are forgotten. Its data are deleted "
    "some time after that.\n\n"
    "To keep it, ask whoever runs the installation to open it again.\n"
)
_SUSPENDED = {
    Standing.Reason.TRIAL: _(
        "The trial of %(company)s is over, and the help desk is suspended: nobody can sign in, and customers reach "
        "nobody. Nothing was deleted.\n\n"
        "To go on, choose a plan: ask whoever runs the installation.\n"
    ),
    Standing.Reason.UNPAID: _(
        "An invoice for %(company)s has not been paid in time, and the help desk is suspended: nobody can sign in, and "
        "customers reach nobody. Nothing was deleted.\n\n"
        "As soon as it is paid, everything goes on.\n"
    ),
    Standing.Reason.OPERATOR: _(
        "The help desk of %(company)s was suspended by whoever runs the installation: nobody can sign in, and "
        "customers reach nobody. Nothing was deleted.\n\n"
        "Ask them what it takes to open it again.\n"
    ),
}
_TERMINATED = _(
    "The help desk of %(company)s is terminated: its address leads nowhere any more, mail to it is refused, and its "
    "mail accounts and services of its own are forgotten. Its data are not deleted yet.\n\n"
    "Until they are, whoever runs the installation can open it again if the owner orders it.\n"
)
_OPEN_AGAIN = _(
    "The help desk of %(company)s is open again. Everybody signs in as before, and mail is taken and sent:\n%(home)s\n"
)

_NEAR_SUSPENSION = {
    Standing.Reason.TRIAL: _TRIAL_ENDS, Standing.Reason.UNPAID: _UNPAID, Standing.Reason.OWNER: _LEAVING,
}  # fmt: skip
_OWNERS_PAGE = _("What is owed, what comes next and what an owner can order, without signing in:\n%(standing)s\n")
_SHUT = frozenset({Occasion.TERMINATION_NEAR, Occasion.SUSPENDED, Occasion.TERMINATED, Occasion.DELETION_NEAR})


def tell_owners(account: Account, occasion: Occasion, *, because: str = "", until: datetime | None = None) -> int:
    """Mail to every owner and admin, stored with what it tells of. Returns how many. In the account's scope."""
    readers = list(Membership.objects.select_related("user").filter(role__in=[Role.OWNER, Role.ADMIN]).order_by("pk"))
    for reader in readers:
        with override(language_of(reader, account)):
            parts = [_text(occasion, because), *([_OWNERS_PAGE] if _is_shut(occasion, account) else [])]
            text = "\n".join(str(part) % _filled(account, until) for part in parts)
            put_letter(reader.user.email, _subject(occasion, because), text)
    return len(readers)


def _is_shut(occasion: Occasion, account: Account) -> bool:
    """Whether there is another page for them than that of the settings."""
    return occasion in _SHUT or (occasion is Occasion.DELETION_ORDERED and account.state != Account.State.ACTIVE)


def _subject(occasion: Occasion, because: str) -> str:
    """Who leaves hears of what it is for, not of the step on the way."""
    is_leaving = occasion is Occasion.SUSPENSION_NEAR and because == Standing.Reason.OWNER
    return str(_SUBJECTS[Occasion.DELETION_NEAR if is_leaving else occasion])


def _text(occasion: Occasion, because: str) -> Any:
    match occasion:
        case Occasion.SUSPENSION_NEAR:
            return _NEAR_SUSPENSION[Standing.Reason(because)]
        case Occasion.TERMINATION_NEAR:
            return _TERMINATION_NEAR
        case Occasion.SUSPENDED:
            return _SUSPENDED[Standing.Reason(because)]
        case Occasion.TERMINATED:
            return _TERMINATED
        case Occasion.DELETION_NEAR:
            return _DELETION_NEAR
        case Occasion.DELETION_ORDERED:
            return _DELETION_ORDERED
        case Occasion.DELETION_TAKEN_BACK:
            return _DELETION_TAKEN_BACK
        case Occasion.OPEN_AGAIN:
            return _OPEN_AGAIN


def _filled(account: Account, until: datetime | None) -> dict[str, str]:
    with timezone.override(ZoneInfo(account.time_zone)):
        moment = full_moment(until) if until else ""
    return {
        "company": account.name,
        "time": moment,
        "zone": account.time_zone,
        "link": f"{base_url(account.slug)}/console/settings/plan",
        "closing": f"{base_url(account.slug)}/console/settings/closing",
        "standing": f"{base_url()}/standing?account={account.slug}",
        "home": f"{base_url(account.slug)}/console/",
    }


def put_letter(address: str, subject: str, text: str) -> None:
    """Put one into the installation's outbox; an address that takes no mail is noted and passed over."""
    try:
        put_in_installation_outbox(purpose=PURPOSE, to=address, subject=subject, text=text)
    except Unsendable:
        logger.warning("the life of an account could not be told: no mail can be sent to that address")
