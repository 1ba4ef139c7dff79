"""Whether the record of what happened is whole, for the privacy centre and its report."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.privacy.audit.models import Verification
from steward.privacy.audit.policy import policy
from steward.privacy.audit.queries import last_check
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State

LATELY = timedelta(days=1)  # it is checked each hour
_matter = Matter("audit", pgettext_lazy("settings", "Audit"), Part.KEPT, 40, "audit")


@_matter.card
def card(asked: Asked) -> Card:
    """What the last check found. One query."""
    row = last_check()
    if row is None or row.checked_at is None:
        return Card(_("The record of who did what has not been checked yet. That is done every hour."))
    facts = (
        Fact(pgettext("audit", "Entries"), row.position),
        Fact(pgettext("audit", "End noted in a second place"), row.anchored_at),
    )
    if row.broken_at is not None:
        words = _("The record of who did what does not hold: something was changed, or is gone.")
        return Card(
            words, State.ACT, (Fact(pgettext("audit", "First bad entry"), row.fault_at), *facts), row.checked_at
        )
    if asked.at - row.checked_at > LATELY:
        words = _("The record of who did what was not checked for a day. Tell whoever runs this installation.")
        return Card(words, State.LOOK, facts, row.checked_at)
    return Card(_("The record of who did what is whole."), facts=facts, as_of=row.checked_at)


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """The last check, the last anchor, and what is noted of who reads."""
    row, chosen = last_check() or Verification(), policy()
    text = [_whole(row)]
    if chosen.records_reads:
        text.append(_("It is noted, too, who read what."))
    else:
        text.append(_("It is not noted who read what: this was switched off."))
    facts = (
        Fact(pgettext("audit", "Entries"), row.position),
        Fact(pgettext("audit", "Checked last"), row.checked_at),
        Fact(pgettext("audit", "Read from its beginning"), row.whole_at),
        Fact(pgettext("audit", "End noted in a second place"), row.anchored_at),
        Fact(pgettext("audit", "First bad entry"), row.fault_at),
        Fact(_("Days for which it is told who did what"), chosen.entries_days),
        Fact(pgettext("audit", "Days for which reads are kept"), chosen.reads_days),
    )
    return Chapter(("5(2)", "32(1)(b)"), text=tuple(text), facts=facts)


def _whole(row: Verification) -> str:
    if row.broken_at is not None:
        return _("The record of who did what does not hold: something was changed, or is gone.")
    if row.checked_at is None:
        return _("The record of who did what has not been checked yet. That is done every hour.")
    return _("The record of who did what is whole.")
