"""Who ended an account, or what: for the mails that tell of its end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from steward.events.models import Event
from steward.lifecycle.models import Standing
from steward.people.models import Membership
from steward.tenancy.models import Account
from steward.ui.ages import full_moment


class By(StrEnum):
    OWNER = "owner"  # ordered it
    SOME_OWNER = "some owner"  # did; which of them, a backup that was restored did not know
    OPERATOR = "operator"  # who runs the installation ordered it, of an account of their own
    SUSPENDED = "suspended"  # who runs the installation had suspended it, and its time passed
    TRIAL = "trial"  # its time passed after a trial
    UNPAID = "unpaid"  # or with an invoice that was not paid
    BACKUP = "backup"  # it had been deleted before


_SINCE_SUSPENDED = {Standing.Reason.TRIAL: By.TRIAL, Standing.Reason.UNPAID: By.UNPAID}
_WORDS: Mapping[By, Any] = {
    By.OWNER: _("It was ordered by %(owner)s, an owner, on %(ended)s (%(zone)s).\n"),
    By.SOME_OWNER: _("It was ordered by an owner, on %(ended)s (%(zone)s).\n"),
    By.OPERATOR: _("It was ordered by whoever runs the installation, on %(ended)s (%(zone)s).\n"),
    By.SUSPENDED: _(
        "Whoever runs the installation suspended it on %(ended)s (%(zone)s), and it was not opened again in the time "
        "that its plan gives.\n"
    ),
    By.TRIAL: _(
        "Nobody ordered it: it was suspended on %(ended)s (%(zone)s) because its trial was over, and no plan was "
        "chosen in the time that was left.\n"
    ),
    By.UNPAID: _(
        "Nobody ordered it: it was suspended on %(ended)s (%(zone)s) because an invoice was not paid, and that was not "
        "settled in the time that its plan gives.\n"
    ),
    By.BACKUP: _("It had been deleted before; a backup had brought it back.\n"),
}
_BY_A_FORMER_OWNER = _("It was ordered by an owner who is no longer here, on %(ended)s (%(zone)s).\n")


@dataclass(frozen=True, slots=True)
class Ending:
    """By whom or what, and when that began. `name` is the owner's; empty once they are no member any more."""

    by: By
    at: datetime
    name: str = ""

    def in_words(self, zone: str) -> str:
        """One sentence in the language that is active; `zone` is an IANA name."""
        words = _BY_A_FORMER_OWNER if self.by is By.OWNER and not self.name else _WORDS[self.by]
        with timezone.override(ZoneInfo(zone)):
            ended = full_moment(self.at)
        return str(words) % {"owner": self.name, "ended": ended, "zone": zone}

    def stored_form(self) -> dict[str, str]:
        """As values of JSON."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> Self:
        """What `stored_form` gave."""
        return cls(By(stored["by"]), datetime.fromisoformat(stored["at"]), stored["name"])


def ending_of(account: Account) -> Ending:
    """Of an account that ends, or is about to. In its scope."""
    standing = Standing.objects.filter(account=account).first()
    if standing is not None and standing.deletion_ordered_at is not None:
        return _ordered(account, standing.deletion_ordered_at)
    if standing is not None and standing.suspended_because == Standing.Reason.OWNER:
        return Ending(By.BACKUP, account.state_since)
    because = Standing.Reason(standing.suspended_because) if standing and standing.suspended_because else None
    since = _last(account, "account.suspended")
    by = _SINCE_SUSPENDED.get(because, By.SUSPENDED) if because else By.SUSPENDED
    return Ending(by, since.at if since else account.state_since)


def _ordered(account: Account, at: datetime) -> Ending:
    order = _last(account, "account.deletion_ordered", at__gte=at)
    if order is None:
        return Ending(By.OPERATOR, at)  # at a terminal
    if order.actor_id is None:  # `ordered_again` followed what the ledger says, and that names nobody
        return Ending(By.SOME_OWNER, at)
    owner = Membership.objects.filter(pk=order.actor_id).first()
    return Ending(By.OWNER, at, owner.name if owner else "")


def _last(account: Account, kind: str, **more: Any) -> Event | None:
    found: Event | None = Event.objects.filter(object_id=account.pk, kind=kind, **more).order_by("-at", "-id").first()
    return found
