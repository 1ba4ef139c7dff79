"""What an account lets an operator look at, as the back office shows it: when, what and why, never who granted it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import ngettext, pgettext_lazy

from steward.lib.clock import now
from steward.operator.queries import get_account
from steward.privacy.support_access.queries import requests_of_operator
from steward.privacy.support_access.shown import ShownGrant, shown
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount, account_scope

# Areas that have pages, and what those are called. The others open commands.
_PARTS: tuple[tuple[str, str | Promise], ...] = (
    ("tickets", pgettext_lazy("back office, of an account", "Tickets")),
    ("customers", pgettext_lazy("back office, of an account", "Customers")),
    ("settings", pgettext_lazy("back office, of an account", "Settings")),
    ("privacy", pgettext_lazy("back office, of an account", "Privacy")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A page that a grant opens."""

    key: str
    title: str
    url: str


def account_named(slug: str) -> Account:
    """The account an address names; 404 when there is none."""
    try:
        return get_account(slug)
    except Account.DoesNotExist as error:
        raise Http404("no such account") from error


def grants_for(account: Account, operator_id: UUID) -> dict[str, Any]:
    """What the operator asked for (`asked`), may look at or will (`running`), and what is over (`past`).

    Nothing of a terminated account, whose data are sealed.
    """
    try:
        with account_scope(account.pk):
            listed = shown(requests_of_operator(account.pk, operator_id), names_members=False)
    except SealedAccount:
        listed = []
    running = [one for one in listed if one.is_granted]
    asked = [one for one in listed if one.is_asked]
    return {
        "asked": asked,
        "running": [{"one": one, "ways": _ways(account, one.grant.areas)} for one in running],
        "past": [one for one in listed if one not in running and one not in asked],
    }


def ways_now(account: Account, operator_id: UUID) -> list[Way]:
    """The pages that are open to the operator now, by whichever grant."""
    running: list[ShownGrant] = [each["one"] for each in grants_for(account, operator_id)["running"]]
    return _ways(account, {area for one in running if one.grant.is_running for area in one.grant.areas})


def time_left(end: datetime | None) -> str:
    """How long that still is: whole hours, and minutes in the last one."""
    minutes = int((end - now()).total_seconds()) // 60 if end else 0
    if minutes >= 60:
        return ngettext("%(count)d hour left", "%(count)d hours left", minutes // 60) % {"count": minutes // 60}
    minutes = max(minutes, 1)
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}


def _ways(account: Account, areas: Iterable[str]) -> list[Way]:
    open_now = set(areas)
    return [
        Way(key, str(title), reverse(f"operator:support-{key}", args=[account.slug]))
        for key, title in _PARTS
        if key in open_now
    ]
