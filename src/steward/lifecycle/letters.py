"""Mail to owners and admins about the life of their account.

It is mail of the installation: an account that is suspended sends none. It says dates and what to do, and nothing of
what the account holds.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.lifecycle.ending import ending_of
from steward.lifecycle.models import ReopeningOrder, Standing
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
    "%(owner)s, an owner of %(company)s, has ordered that the help desk is deleted, with everything in it: tickets, "
    "customers, files and settings. That begins on %(time)s (%(zone)s). Nobody can bring anything back then.\n\n"
    "Until it has begun any owner can take the order back, while the help desk is open under Settings, Close the "
    "account:\n%(closing)s\n"
)
_DELETION_TAKEN_BACK = _(
    "%(owner)s, an owner of %(company)s, has taken the order back: the help desk is not deleted because of it.\n"
)
_TERMINATION_NEAR = _(
    "The help desk of %(company)s is suspended. On %(time)s (%(zone)s) it is terminated: its address leads nowhere any "
    "more, mail to it is refused, and what was set up goes: mail accounts, services of its own, rules, brand, mail "
    "templates, signatures of departments, invitations. Its data are deleted some time after that.\n\n"
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
    "The help desk of %(company)s is terminated: its address leads nowhere any more, mail to it is refused, and "
    "what was set up is gone: mail accounts, services of its own, rules, brand, mail templates, signatures of "
    "departments, invitations. Its data are not deleted yet.\n\n"
    "Until they are, whoever runs the installation can open it again if an owner orders it.\n"
)
_OPEN_AGAIN = _(
    "The help desk of %(company)s is open again. Everybody signs in as before, and mail is taken and sent:\n%(home)s\n"
)
_REOPENED = _(
    "The help desk of %(company)s is open again, with its tickets, customers and files. Everybody signs in as "
    "before:\n%(home)s\n\n"
    "What was set up went when it was terminated, and is entered anew: mail accounts, services of its own, rules of "
    "retention and others, networks, brand, mail templates, signatures of departments. Nothing is deleted by itself "
    "until there are rules for that.\n"
)
_REOPENED_BY_OWNER = _("%(owner)s, an owner, ordered it on %(time)s (%(zone)s).\n")
_REOPENED_BY_A_FORMER_OWNER = _("An owner who is no longer here ordered it on %(time)s (%(zone)s).\n")
_REOPENED_BY_ANOTHER = _(
    "Whoever runs the installation noted on %(time)s (%(zone)s) who ordered it: %(owner)s, in this way: %(how)s. If "
    "you know nothing of that, ask them.\n"
)

_NEAR_SUSPENSION = {
    Standing.Reason.TRIAL: _TRIAL_ENDS, Standing.Reason.UNPAID: _UNPAID, Standing.Reason.OWNER: _LEAVING,
}  # fmt: skip
_OWNERS_PAGE = _("What is owed, what comes next and what an owner can order, without signing in:\n%(standing)s\n")
_SAYS_WHO = frozenset({Occasion.TERMINATED, Occasion.DELETION_NEAR})  # or what has led to it
_SHUT = frozenset({Occasion.TERMINATION_NEAR, Occasion.SUSPENDED, Occasion.TERMINATED, Occasion.DELETION_NEAR})


def tell_owners(
    account: Account, occasion: Occasion, *, because: str = "", until: datetime | None = None, owner: str = ""
) -> int:
    """Mail to every owner and admin, stored with what it tells of. Returns how many. In the account's scope.

    `owner` is the name of who ordered what is told, where somebody did.
    """
    filled = _filled(account, until) | {"owner": owner}
    ending = ending_of(account) if _says_who(occasion, because) else None
    page = [_OWNERS_PAGE] if _is_shut(occasion, account) else []

    def parts() -> Iterator[str]:
        yield str(_text(occasion, because)) % filled
        if ending is not None:
            yield ending.in_words(account.time_zone)
        yield from (str(part) % filled for part in page)

    return _to_each(account, lambda: (_subject(occasion, because), parts()))


def tell_reopened(account: Account, order: ReopeningOrder, *, name: str) -> int:
    """Mail to them that it is open again, on whose order, and what has to be set up. Returns how many.

    `name` is empty for an owner who is no member any more.
    """
    filled = _filled(account, order.ordered_at) | {"owner": name, "how": order.how}
    by_an_owner = _REOPENED_BY_OWNER if name else _REOPENED_BY_A_FORMER_OWNER
    by = _REOPENED_BY_ANOTHER if order.owner_id is None else by_an_owner
    return _to_each(account, lambda: (str(_SUBJECTS[Occasion.OPEN_AGAIN]), [str(p) % filled for p in (_REOPENED, by)]))


def _to_each(account: Account, letter: Callable[[], tuple[str, Iterable[str]]]) -> int:
    """To every owner and admin, in their language: `letter` gives subject and parts in the one that is active."""
    readers = list(Membership.objects.select_related("user").filter(role__in=[Role.OWNER, Role.ADMIN]).order_by("pk"))
    for reader in readers:
        with override(language_of(reader, account)):
            subject, parts = letter()
            put_letter(reader.user.email, subject, "\n".join(parts))
    return len(readers)


def _says_who(occasion: Occasion, because: str) -> bool:
    return occasion in _SAYS_WHO or _is_leaving(occasion, because)


def _is_leaving(occasion: Occasion, because: str) -> bool:
    """What they are warned of is what an owner has ordered."""
    return occasion is Occasion.SUSPENSION_NEAR and because == Standing.Reason.OWNER


def _is_shut(occasion: Occasion, account: Account) -> bool:
    """Whether there is another page for them than that of the settings."""
    return occasion in _SHUT or (occasion is Occasion.DELETION_ORDERED and account.state != Account.State.ACTIVE)


def _subject(occasion: Occasion, because: str) -> str:
    """Who leaves hears of what it is for, not of the step on the way."""
    return str(_SUBJECTS[Occasion.DELETION_NEAR if _is_leaving(occasion, because) else occasion])


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
