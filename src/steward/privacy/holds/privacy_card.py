"""What is held back from erasure, for the privacy centre and its report."""

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.words import BASES, ON

_MOST = 200
_matter = Matter("holds", gettext_lazy("Legal holds"), Part.KEPT, 20, "holds")


@_matter.card
def card(_asked: Asked) -> Card:
    """How many there are, and whether one is on the whole account. One query."""
    whole = Count("pk", filter=Q(on=LegalHold.On.ACCOUNT))
    found = LegalHold.objects.in_force().aggregate(number=Count("pk"), whole=whole, first=Min("until"))
    if not found["number"]:
        return Card(_("Nothing is held back from erasure."))
    facts = [Fact(pgettext("legal holds", "In force"), found["number"])]
    if found["first"]:
        facts.append(Fact(pgettext("legal holds", "The first one ends"), found["first"]))
    if found["whole"]:
        words = _("Everything in this account is held: nothing can be erased.")
        return Card(words, State.LOOK, tuple(facts))
    return Card(_("Some things are held: they stay although they would be erased otherwise."), facts=tuple(facts))


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """Each hold in force, the newest first."""
    held = LegalHold.objects.in_force().order_by("-placed_at", "-id")[:_MOST]
    rows = tuple((str(ON[one.on]), str(BASES[one.basis]), one.placed_at, one.until) for one in held)
    head = (
        pgettext("report", "What"),
        pgettext("report", "Ground"),
        pgettext("report", "Since"),
        pgettext("report", "Until"),
    )
    text = () if rows else (_("Nothing is held back from erasure."),)
    return Chapter(("17(3)", "18"), text=text, table=Table(head, rows) if rows else None)
