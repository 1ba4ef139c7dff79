"""What comes next for the account itself, for the privacy centre and its report."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.lifecycle.models import Invoice, Standing
from steward.lifecycle.plans import backups_after, plan_of
from steward.lifecycle.standings import TAKEN
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State
from steward.tenancy.directory import account_as_stored
from steward.ui.ages import full_moment

_matter = Matter("life", pgettext_lazy("privacy centre", "The account itself"), Part.COMING, 30, "plan")
_STAGES = {
    "suspended": pgettext_lazy("what comes next for an account", "It is suspended"),
    "terminated": pgettext_lazy("what comes next for an account", "It is terminated"),
    "deleted": pgettext_lazy("what comes next for an account", "It is deleted"),
}


@_matter.card
def card(asked: Asked) -> Card:
    """Which step comes when, and whether something is to be paid. Two queries by key."""
    standing = Standing.objects.select_related("plan").filter(account=asked.account_id).first()
    owed = Invoice.objects.filter(state=Invoice.State.UNPAID, due_at__lte=asked.at).count()
    facts = _facts(standing)
    if owed:
        facts = (Fact(pgettext("invoices", "Overdue invoices"), owed), *facts)
        words = _("An invoice is overdue. The account is suspended if it is not paid.")
        has_clock = standing is not None and standing.plan.has_clock
        return Card(words if has_clock else _("An invoice is overdue."), State.ACT, facts)
    if standing and standing.leaves_at:
        words = _("An owner has ordered that everything is deleted. It begins on %(moment)s.")
        return Card(words % {"moment": full_moment(standing.leaves_at)}, State.ACT, facts)
    if standing is None or standing.next_stage not in TAKEN:
        return Card(_("Nothing ends this account by itself."))
    if standing.is_stopped:
        return Card(_("A legal hold has stopped the clock of this account."), State.LOOK, facts)
    if standing.next_at and standing.next_at - asked.at <= _first_warning(standing):
        return Card(_("The account is suspended soon unless something changes."), State.ACT, facts)
    return Card(_("There is a date by which something has to be done for this account to stay."), facts=facts)


@_matter.chapter
def chapter(asked: Asked) -> Chapter:
    """The plan with its periods, and what comes next."""
    account = account_as_stored(asked.account_id)
    plan, standing = plan_of(account), Standing.objects.filter(account=account).first()
    facts = [Fact(pgettext("report", "Plan"), plan.name), Fact(pgettext("report", "Account since"), account.created_at)]
    if plan.has_clock:
        facts += [
            Fact(pgettext("report", "Days from suspension to termination"), plan.suspended_days),
            Fact(pgettext("report", "Days from termination to deletion"), plan.terminated_days),
            Fact(pgettext("report", "Days from deletion until the last backup is gone"), backups_after(plan).days),
        ]
    facts += [
        Fact(pgettext("report", "Days that mail to a suspended account is kept"), plan.mail_held_days),
        Fact(pgettext("report", "Days that a deletion waits if the owner lets it"), plan.cooling_days),
    ]
    return Chapter(("28(3)(g)",), facts=(*facts, *_facts(standing)))


def _first_warning(standing: Standing) -> timedelta:
    return max(standing.plan.periods.warnings, default=timedelta())


def _facts(standing: Standing | None) -> tuple[Fact, ...]:
    if standing is None or standing.next_stage not in _STAGES or standing.next_at is None:
        return ()
    return (Fact(_STAGES[standing.next_stage], standing.next_at),)
