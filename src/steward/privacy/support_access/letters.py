"""Mail to owners and admins about access by support: asked for, granted, and over, with the report of what was read.

It is mail of the installation, for it is the installation's people that want to look. It says ids, codes of tickets and
numbers, and nothing of what was read.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.queries import Seen, name_of_hosting_company, names_of_staff
from steward.privacy.support_access.words import areas_in_words, deeds_in_words, support_of
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tickets.access import codes_of
from steward.ui.ages import full_moment
from steward.ui.enumerating import isolated

PURPOSE = "support access"
MOST_CODES = 100  # of tickets that one report names
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Used:
    """What one person of support did by a grant. `codes` are those of tickets, in the order of the alphabet."""

    who: str
    reads: int = 0
    writes: int = 0
    codes: list[str] = field(default_factory=list)
    customers: int = 0
    erasures: int = 0  # of the writes, those that took something for good


def tell_asked(grant: SupportGrant, account: Account) -> int:
    """Somebody asks. Returns how many were told; so do the others."""

    def letter() -> tuple[str, str]:
        parts = [
            _("%(who)s (%(support)s) asks to look into the help desk of %(company)s.\n\nWhy:\n\n%(reason)s\n"),
            _lines(grant),
            _("Nobody sees anything before an owner or an admin grants it. Grant or refuse here:\n%(link)s\n"),
        ]
        return _("Support asks to look into your help desk"), "\n".join(parts) % _filled(grant, account)

    return _tell(account, letter)


def tell_granted(grant: SupportGrant, account: Account) -> int:
    """An owner or admin has let support in."""

    def letter() -> tuple[str, str]:
        parts = [
            _(
                "%(support)s may look into the help desk of %(company)s from %(start)s until %(end)s (%(zone)s): "
                "%(member)s let them.\n\nWhat for:\n\n%(reason)s\n"
            ),
            _lines(grant),
            _("What they read is listed here while they do it, and you can end it at any moment:\n%(link)s\n"),
        ]
        return _("Support was let into your help desk"), "\n".join(parts) % _filled(grant, account)

    return _tell(account, letter)


def tell_report(grant: SupportGrant, account: Account, seen: Sequence[Seen]) -> int:
    """It is over: who read and changed what."""

    def letter() -> tuple[str, str]:
        begun = (
            _("%(support)s had access to the help desk of %(company)s. It was ended on %(end)s (%(zone)s).\n")
            if grant.state == SupportGrant.State.REVOKED
            else _("%(support)s had access to the help desk of %(company)s. It was over on %(end)s (%(zone)s).\n")
        )
        said = [_in_words(one) for one in use_of(seen)] or [_("Nothing was read, and nothing was changed.") + "\n"]
        more = _("When each of it was, and what it was for:\n%(link)s\n")
        filled = _filled(grant, account)
        text = "\n".join([begun % filled, *said, more % filled])
        return _("What support read in your help desk"), text

    return _tell(account, letter)


def use_of(seen: Iterable[Seen]) -> list[Used]:
    """Reads and changes by support, by person; the busiest first. In the scope of the account."""
    listed = list(seen)
    names = names_of_staff(one.operator_id for one in listed)
    codes = codes_of({one.object_id for one in listed if one.object_type == "tickets.ticket"})
    people = dict.fromkeys(one.operator_id for one in listed)
    used = [_used(key, [one for one in listed if one.operator_id == key], names, codes) for key in people]
    return sorted(used, key=lambda one: -one.reads - one.writes)


def _used(key: UUID | None, seen: list[Seen], names: dict[UUID, str], codes: dict[UUID, str]) -> Used:
    writes = sum(one.is_write for one in seen)
    named: Any = key
    return Used(
        who=names.get(named, _("a former member of support")) if key else _("Command line"),
        reads=len(seen) - writes,
        writes=writes,
        codes=sorted({codes[one.object_id] for one in seen if one.object_id in codes}),
        customers=len({one.object_id for one in seen if one.object_type == "contacts.contact"}),
        erasures=sum(one.is_erasure for one in seen),
    )


def _in_words(one: Used) -> str:
    lines = [
        isolated(one.who),
        _("Read: %(count)s") % {"count": one.reads},
        _("Changed: %(count)s") % {"count": one.writes},
    ]
    if one.erasures:
        lines.append(_("Commands that erased or made unreadable: %(count)s") % {"count": one.erasures})
    if one.codes:
        more = ["…"] if len(one.codes) > MOST_CODES else []
        lines.append(_("Tickets: %(codes)s") % {"codes": ", ".join([*one.codes[:MOST_CODES], *more])})
    if one.customers:
        lines.append(_("Customers: %(count)s") % {"count": one.customers})
    return "\n  ".join(lines) + "\n"


def _lines(grant: SupportGrant) -> str:
    """What is seen, and whether something may be changed, a line for each. Its signs of percent are doubled."""
    listed = [f"- {words}" for words in (*areas_in_words(grant.areas), *deeds_in_words(grant))]
    length = ngettext("%(count)d hour", "%(count)d hours", grant.hours) % {"count": grant.hours}
    return "\n".join([*listed, f"- {length}", ""]).replace("%", "%%")


def _filled(grant: SupportGrant, account: Account) -> dict[str, str]:
    names = names_of_staff([grant.asked_by])
    asker: Any = grant.asked_by
    return {
        "who": isolated(names.get(asker, _("a former member of support"))),
        "support": isolated(support_of(name_of_hosting_company())),
        "company": isolated(account.name),
        "member": isolated(grant.granted_by.name if grant.granted_by else _("a former agent")),
        "reason": grant.reason,
        "start": _moment(grant.starts_at, account),
        "end": _moment(grant.ended_at or grant.expires_at, account),
        "zone": account.time_zone,
        "link": f"{base_url(account.slug)}/console/settings/privacy/support/{grant.pk}",
    }


def _moment(at: datetime | None, account: Account) -> str:
    with timezone.override(ZoneInfo(account.time_zone)):
        return full_moment(at) if at else ""


def _tell(account: Account, letter: Any) -> int:
    """The letter in the language of each owner and admin, stored with what it tells of."""
    readers = list(Membership.objects.select_related("user").filter(role__in=[Role.OWNER, Role.ADMIN]).order_by("pk"))
    for reader in readers:
        with override(language_of(reader, account)):
            subject, text = letter()
        try:
            put_in_installation_outbox(purpose=PURPOSE, to=reader.user.email, subject=subject, text=text)
        except Unsendable:
            logger.warning("an access of support could not be told: no mail can be sent to that address")
    return len(readers)
