"""How the addresses of an account are served, and whether their mailboxes can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, QuerySet

from steward.channels.email.models import Arrival, MailAccount, MailboxPosition
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.tenancy.reading import Reading
from steward.tenancy.scope import current_account_id

_PATIENCE = timedelta(minutes=5)  # a server that is just started again concerns nobody
_UNSENT = [State.WAITING, State.DEFERRED, State.HELD]


@dataclass(frozen=True, slots=True)
class MailboxState:
    """One address. `failure` is a code of `fetching.failure_code`, empty while its mailbox can be read."""

    address: str
    department: str
    comes_by: str  # the mailbox's server, or "listener" where mail is brought to us
    leaves_by: str  # the account's own server, or "relay"
    failure: str = ""
    failing_since: datetime | None = None


def mailbox_states() -> Iterator[MailboxState]:
    """Every address of the account in scope, by name."""
    positions = {(each.mail_account_id, each.folder): each for each in MailboxPosition.objects.all()}
    for mail_account in MailAccount.objects.select_related("department", "imap", "smtp").order_by("address"):
        position = positions.get((mail_account.id, mail_account.folder))
        yield MailboxState(
            address=mail_account.address,
            department=mail_account.department.name,
            comes_by=mail_account.imap.host if mail_account.imap else "listener",
            leaves_by=mail_account.smtp.host if mail_account.smtp else "relay",
            failure=position.failure if position else "",
            failing_since=position.failing_since if position else None,
        )


@dataclass(frozen=True, slots=True)
class ServedAddress:
    """One address with what its servers do; `waiting` counts mails that wait for its own server."""

    mail_account: MailAccount
    position: MailboxPosition | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """Mails of the whole account that wait: come in and not yet tickets, and for the installation's relay."""

    coming: int
    leaving: int


def served_addresses() -> list[ServedAddress]:
    """Every address of the account in scope, the default first, then by name."""
    positions = {(each.mail_account_id, each.folder): each for each in MailboxPosition.objects.all()}
    unsent = _unsent()
    found = MailAccount.objects.select_related("department", "imap", "smtp").order_by("-is_default", "address")
    return [
        ServedAddress(each, positions.get((each.id, each.folder)), unsent.get(each.smtp_id, 0) if each.smtp_id else 0)
        for each in found
    ]


def unreadable() -> list[MailboxPosition]:
    """Mailboxes of the account that could not be read for a while, longest first, each with its `mail_account`."""
    return [each for each in FAILING() if each.failing_since and each.failing_since < now() - _PATIENCE]


def _failing() -> QuerySet[MailboxPosition]:
    failing = MailboxPosition.objects.filter(failing_since__isnull=False, mail_account__imap__isnull=False)
    read = failing.filter(folder=F("mail_account__folder"))  # not one that was read before
    return read.select_related("mail_account").order_by("failing_since")


FAILING = Reading(_failing)


def traffic() -> Traffic:
    """What waits just now."""
    coming = Arrival.objects.filter(account_id=current_account_id()).count()
    return Traffic(coming, _unsent().get(None, 0))


def _unsent() -> dict[object, int]:
    counts = OutgoingMail.objects.filter(state__in=_UNSENT).values("connector").annotate(count=Count("id")).order_by()
    return {row["connector"]: row["count"] for row in counts}
