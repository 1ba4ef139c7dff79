"""What support may see now and what it asks for, for the privacy centre and its report."""

from datetime import timedelta

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.egress import configuration
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.words import areas_in_words, deeds_in_words

S = SupportGrant.State
YEAR = timedelta(days=365)
_MOST = 100
_matter = Matter("support", gettext_lazy("Access by support"), Part.WHERE, 50, "support")


@_matter.card
def card(_asked: Asked) -> Card | None:
    """What runs, until when, and what waits for an answer. Two queries; none where the account runs Steward itself."""
    if not configuration.is_hosting():
        return None
    run = SupportGrant.objects.running().aggregate(
        number=Count("pk"), first=Min("expires_at"), erasing=Count("pk", filter=Q(may_erase=True))
    )
    waiting = SupportGrant.objects.filter(state=S.REQUESTED).count()
    facts = [Fact(pgettext("support", "Asked for, not answered"), waiting)] if waiting else []
    if run["number"]:
        words = _("Support of who hosts you may look into this account now, because you let it.")
        running = Fact(pgettext("support", "Grants that run"), run["number"])
        ends = Fact(pgettext("support", "The first one ends"), run["first"])
        erasing = (Fact(pgettext("support", "Grants by which support may erase"), run["erasing"]),)
        return Card(words, State.LOOK, (running, ends, *(erasing if run["erasing"] else ()), *facts))
    if waiting:
        return Card(_("Support of who hosts you asks to look into this account. Until you say yes it sees nothing."),
                    State.LOOK, tuple(facts))  # fmt: skip
    return Card(
        _("Support of who hosts you sees nothing of this account. Only you can let it, for seven days at most.")
    )


@_matter.chapter
def chapter(asked: Asked) -> Chapter | None:
    """What was granted in the last twelve months, the newest first."""
    if not configuration.is_hosting():
        return None
    lately = SupportGrant.objects.filter(asked_at__gte=asked.at - YEAR)
    counted = lately.aggregate(
        asked=Count("pk", filter=Q(asked_by__isnull=False)),
        granted=Count("pk", filter=Q(granted_at__isnull=False)),
        refused=Count("pk", filter=Q(state=S.REFUSED)),
    )
    facts = (
        Fact(pgettext("support", "Asked for in twelve months"), counted["asked"]),
        Fact(pgettext("support", "Granted"), counted["granted"]),
        Fact(pgettext("support", "Refused"), counted["refused"]),
    )
    rows = tuple(
        (_opened(one), one.starts_at, one.ended_at or one.expires_at)
        for one in lately.filter(granted_at__isnull=False).order_by("-asked_at", "-id")[:_MOST]
    )
    head = (pgettext("support", "What it opened"), pgettext("report", "Since"), pgettext("report", "Until"))
    text = (_("Support sees nothing without a grant; the database asks for it in every statement."),)
    return Chapter(("28(3)(a)", "29", "32(4)"), text=text, facts=facts, table=Table(head, rows) if rows else None)


def _opened(grant: SupportGrant) -> str:
    return "; ".join([*areas_in_words(grant.areas), *deeds_in_words(grant)])
