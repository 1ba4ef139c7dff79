"""What the pages of the bin and of the spam show."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from steward.console.entrance import ConsoleRequest
from steward.console.kept import kept_words
from steward.console.lists import rows
from steward.people.access import can_purge, restores_in
from steward.privacy.erasure.wording import WORDS, Group, by_group
from steward.privacy.retention.bin import Counted, held_among
from steward.privacy.retention.progress import Progress
from steward.tickets.queries import Cursor, View, list_tickets
from steward.tickets.statuses import Status
from steward.ui.ages import file_size


def bin_context(request: ConsoleRequest, status: Status, *, after: Cursor | None) -> dict[str, Any]:
    """A page of the bin, or of spam."""
    page = list_tickets(request.actor, View("status", status.value), after=after)
    held = held_among(line.id for line in page.tickets)
    shown = zip(rows(page.tickets, None), page.tickets, strict=True)
    return {
        "page": "tickets",
        "status": status.value,
        "kept": kept_words(status),
        "tickets": [{"row": row, "is_held": line.id in held} for row, line in shown],
        "next_url": _next_url(status, page.next),
        "list_url": f"{reverse('console:list')}?view=status:{status.value}",
        "purge_url": purge_url(status),
        "may_restore": restores_in(request.actor),
        "may_purge": can_purge(request.me),
    }


def _next_url(status: Status, cursor: Cursor | None) -> str:
    if cursor is None:
        return ""
    return f"{reverse('console:bin')}?{urlencode({'status': status.value, 'after': str(cursor)})}"


def purge_url(status: Status, codes: Sequence[str] = ()) -> str:
    """Where the bin or spam is purged, or some tickets of it."""
    return f"{reverse('console:purge')}?{urlencode({'status': status.value, 'ticket': codes}, doseq=True)}"


def counts_of(found: Counted) -> list[tuple[str, str]]:
    """What would go: the name, and how many or how large."""
    return [
        (_("Tickets"), number_format(found.tickets, force_grouping=True)),
        (str(WORDS[Group.MESSAGES]), number_format(found.messages, force_grouping=True)),
        (str(WORDS[Group.FILES]), number_format(found.files, force_grouping=True)),
        (str(WORDS[Group.MAIL_IN]), number_format(found.mails, force_grouping=True)),
        (_("Size of their files and mails"), file_size(found.size)),
    ]


def purged_stores(progress: Progress) -> list[tuple[str, int]]:
    """What is gone, by the names that erasures have for it; tickets are counted without what hangs on them."""
    groups = by_group({name: number for name, number in progress.erased.items() if name != "tickets.tickets"})
    hanging = groups.pop(Group.TICKETS, 0)
    groups[Group.OTHER] = groups.get(Group.OTHER, 0) + hanging
    named = [(str(WORDS[group]), groups[group]) for group in Group if groups.get(group)]
    return [(_("Tickets"), progress.gone), *named] if progress.gone else named
