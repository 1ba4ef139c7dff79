"""What customers are asked consent for and how many consents stand, for the privacy centre and its report."""

from django.db.models import Count, Q
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, Table
from steward.privacy.consent.access import all_purposes
from steward.privacy.consent.models import Purpose
from steward.privacy.consent.queries import name_of, newest_texts, standing_counts

_MOST = 200
_matter = Matter("consent", pgettext_lazy("settings", "Consent"), Part.GOING, 40, "consent")


@_matter.card
def card(_asked: Asked) -> Card:
    """How many purposes there are. How many consents stand is counted on the page behind: there may be millions."""
    found = Purpose.objects.aggregate(number=Count("pk", filter=Q(retired_at=None)))
    if not found["number"]:
        return Card(_("You do nothing that you ask customers’ consent for."))
    facts = (Fact(pgettext("consent", "Purposes you ask consent for"), found["number"]),)
    return Card(_("What needs consent is done only with it, and stops when it is taken back."), facts=facts)


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """Each purpose, retired ones too, with how many consents stand."""
    purposes = all_purposes()[:_MOST]
    texts, standing, language = newest_texts(purposes), standing_counts(), get_language() or "en"
    rows = tuple(
        (
            name_of(texts[one.pk], language) if one.pk in texts else one.code,
            texts[one.pk].number if one.pk in texts else None,
            standing.get(one.pk, 0),
            one.retired_at,
        )
        for one in purposes
    )
    head = (
        pgettext("column", "What for"),
        pgettext("consent", "Version of the words"),
        pgettext("consent", "Consents that stand"),
        pgettext("consent", "Asked until"),
    )
    text = () if rows else (_("You do nothing that you ask customers’ consent for."),)
    return Chapter(("6(1)(a)", "7"), text=text, table=Table(head, rows) if rows else None)
