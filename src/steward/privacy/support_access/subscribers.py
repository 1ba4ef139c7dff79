"""Owners and admins hear of access by support by mail, with what is told of, in the same transaction: it is rare."""

from collections.abc import Sequence

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.lib.clock import now
from steward.privacy.support_access.letters import tell_asked, tell_granted, tell_report
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.queries import seen_under
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

MOST_TOLD = 5_000  # readings and changes that one report counts; the page has all of them


@subscribe("support.requested")
def tell_that_support_asks(events: Sequence[Event]) -> None:
    """Who may grant it is told."""
    account = Account.objects.get(pk=current_account_id())
    for grant in _grants(events):
        tell_asked(grant, account)


@subscribe("support.granted")
def tell_that_support_was_let_in(events: Sequence[Event]) -> None:
    """Whoever granted it, the others hear of it."""
    account = Account.objects.get(pk=current_account_id())
    for grant in _grants(events):
        tell_granted(grant, account)


@subscribe("support.ended", "support.revoked")
def report_what_support_read(events: Sequence[Event]) -> None:
    """The closing report, once, also when nothing was read."""
    account = Account.objects.get(pk=current_account_id())
    for grant in _grants(events):
        if SupportGrant.objects.filter(pk=grant.pk, reported_at=None).update(reported_at=now()):
            tell_report(grant, account, seen_under(grant, most=MOST_TOLD))


def _grants(events: Sequence[Event]) -> list[SupportGrant]:
    return list(SupportGrant.objects.select_related("granted_by").filter(pk__in=[one.object_id for one in events]))
