"""Breaches and demands by law, and whom to reach, for the privacy centre and its report."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.incidents.account_models import DisclosureNotice, Notice, OwnIncident
from steward.privacy.incidents.clocks import authority_due
from steward.privacy.incidents.facts import Risk
from steward.privacy.incidents.own import dpo_contact

LATELY = timedelta(days=30)  # so long a notice is pointed out that was not taken into the own register
_MOST = 100
_matter = Matter("incidents", gettext_lazy("Incidents"), Part.GOING, 50, "incidents")
_officer = Matter("officer", gettext_lazy("Data protection officer"), Part.WHERE, 60, "officer")


@_matter.card
def card(asked: Asked) -> Card:
    """Those that are open, when the authority has to know, and what was told lately. Three queries."""
    mine = list(OwnIncident.objects.filter(closed_at=None).order_by("noted_at", "id")[:_MOST])
    due = [authority_due(one.aware_at) for one in mine if one.aware_at and _waits_for_authority(one)]
    known = OwnIncident.objects.filter(incident_id__isnull=False).values("incident_id")
    notices = Notice.objects.filter(at__gte=asked.at - LATELY)
    told = notices.exclude(incident_id__in=known).exclude(about=Notice.About.CLOSED).values("incident_id").distinct()
    facts = [Fact(pgettext("incidents", "Open in your register"), len(mine))] if mine else []
    if due:
        facts.append(Fact(pgettext("incidents", "Tell the authority before"), min(due)))
        words = _("A breach is open, and the authority has to be told, or it has to be written down why not.")
        return Card(words, State.ACT, tuple(facts))
    if number := told.count():
        facts.append(Fact(pgettext("incidents", "Told to you lately"), number))
        words = _(
            "You were told of a breach that is not in your register. If people are at risk, the authority has to be "
            "told within 72 hours from then."
        )
        return Card(words, State.ACT, tuple(facts))
    if mine:
        return Card(_("A breach in your register is not closed."), State.LOOK, tuple(facts))
    return Card(_("No breach is open."))


def _waits_for_authority(one: OwnIncident) -> bool:
    """As the page of the incident has it: where no risk is likely, nobody has to be told (article 33(1))."""
    return not one.is_settled_with_authority and one.risk != Risk.NONE


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """The account's own register, and how often an authority demanded data; the newest first."""
    mine = OwnIncident.objects.order_by("-noted_at", "-id")[:_MOST]
    rows = tuple(
        (str(one.get_risk_display()), one.detected_at, one.aware_at, one.authority_told_at, one.closed_at)
        for one in mine
    )
    head = (
        pgettext("incidents", "Risk"),
        pgettext("incidents", "Noticed"),
        pgettext("incidents", "Known since"),
        pgettext("incidents", "Authority told"),
        pgettext("incidents", "Closed"),
    )
    text = () if rows else (_("No breach stands in the register."),)
    facts = (
        Fact(pgettext("incidents", "Notices of who hosts you"), Notice.objects.count()),
        Fact(pgettext("incidents", "Demands by law you were told of"), DisclosureNotice.objects.count()),
    )
    return Chapter(("33(2)", "33(5)", "34"), text=text, facts=facts, table=Table(head, rows) if rows else None)


@_officer.card
def officer(_asked: Asked) -> Card:
    """Whether somebody is named. One query."""
    one = dpo_contact()
    if one is None:
        return Card(_("Nobody is named whom to reach about data protection. Owners are told in their place."))
    return Card(_("It is said whom to reach about data protection."), facts=(Fact(one.name, one.email),))
