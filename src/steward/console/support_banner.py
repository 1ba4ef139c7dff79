"""The line at the top of every page while support can see something of the account."""

import time
from dataclasses import dataclass

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.console.entrance import ConsoleRequest
from steward.events.models import EventClock
from steward.lib.clock import now
from steward.people.access import can_administer
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.queries import name_of_hosting_company
from steward.privacy.support_access.shown import GRANTED
from steward.privacy.support_access.words import short_areas, support_of
from steward.tenancy.reading import Reading
from steward.ui.ages import told
from steward.ui.enumerating import enumerated, isolated

# How far the account has come, and whether anything is granted: what every page asks anyway asks this, too.
POSITION_AND_ACCESS = Reading(
    lambda: (
        EventClock.objects.order_by("id")
        .annotate(is_granted=Exists(SupportGrant.objects.filter(state=SupportGrant.State.GRANTED)))
        .values_list("position", "is_granted")[:1]
    )
)
_KEEP = 60.0  # seconds
_called: tuple[float, str] = (0.0, "")


@dataclass(frozen=True, slots=True)
class SupportBanner:
    """What it says. The addresses are empty for those who may not decide about it."""

    words: str
    url: str
    end_url: str


def position_and_access() -> tuple[int, bool]:
    """How far the account has come, 0 before its first event; and whether support has some access, be it to come."""
    return next(iter(POSITION_AND_ACCESS()), (0, False))


def support_banner(request: ConsoleRequest) -> SupportBanner | None:
    """The access that lasts longest of those that run; None while none does. One query."""
    running = [grant for grant in GRANTED() if grant.is_running]
    if not running:
        return None
    grant, decides = running[-1], can_administer(request.me)
    areas = [code for each in running for code in each.areas]
    sentence = (
        _("%(support)s can see %(areas)s, and erase for good, until %(moment)s")
        if any(each.may_erase for each in running)
        else _("%(support)s can see %(areas)s until %(moment)s")
    )
    words = sentence % {
        "support": isolated(support_of(_company())),
        "areas": enumerated(short_areas(areas)),
        "moment": told(grant.expires_at, now=now(), style="clock") if grant.expires_at else "",
    }
    return SupportBanner(
        words=words,
        url=reverse("console:settings-support-grant", args=[grant.pk]) if decides else "",
        end_url=reverse("console:settings-support-end", args=[grant.pk]) if decides else "",
    )


def forget_company() -> None:
    """Ask anew what who runs the installation is called."""
    global _called
    _called = (0.0, "")


def _company() -> str:
    """Kept for a minute: no page asks the list of subprocessors for it."""
    global _called
    if _called[0] <= time.monotonic():
        _called = (time.monotonic() + _KEEP, name_of_hosting_company().strip())
    return _called[1]
