"""The data processing agreement, for the privacy centre and its report."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.agreements.access import standing_of_account
from steward.privacy.agreements.models import Agreement
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State
from steward.privacy.egress import configuration

_matter = Matter("agreement", gettext_lazy("Agreement and terms"), Part.COMING, 20, "agreement")


@_matter.card
def card(_asked: Asked) -> Card | None:
    """Whether one is in force, and until when. One query; none where the account runs Steward itself."""
    if not configuration.is_hosting():
        return None
    standing = standing_of_account()
    one = standing.in_force
    if one is None:
        words = _("There is no agreement in force with who hosts you. Sign one: without it little may leave.")
        return Card(words, State.ACT)
    facts = _facts(one)
    if one.ends_at:
        words = _("Your agreement with who hosts you ends. Data may leave only as long as one is in force.")
        return Card(words, State.LOOK, facts)
    if standing.waiting:
        return Card(_("Your agreement is in force; a new text waits to be reviewed."), State.LOOK, facts)
    return Card(_("Your agreement with who hosts you is in force."), facts=facts)


@_matter.chapter
def chapter(_asked: Asked) -> Chapter | None:
    """What is in force: whose text, which version, with which digest."""
    if not configuration.is_hosting():
        return None
    one = standing_of_account().in_force
    if one is None:
        return Chapter(("28(3)",), text=(_("No data processing agreement is in force."),))
    facts = (
        *_facts(one),
        Fact(pgettext("agreement", "Text"), str(one.get_origin_display())),
        Fact(pgettext("agreement", "Authorisation of subprocessors"), str(one.get_mode_display())),
        Fact(pgettext("agreement", "Version of the form"), one.form_version or None),
        Fact("SHA-256", one.sha256),
    )
    return Chapter(("28(2)", "28(3)", "28(9)"), facts=facts)


def _facts(one: Agreement) -> tuple[Fact, ...]:
    facts = (
        Fact(pgettext("agreement", "In force since"), one.in_force_from, is_day=True),
        Fact(pgettext("agreement", "Days of notice before a change"), one.notice_days),
    )
    return (*facts, Fact(pgettext("agreement", "Ends"), one.ends_at)) if one.ends_at else facts
