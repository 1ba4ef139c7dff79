"""What persons ask for about their own data, for the privacy centre and its report."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.requests import words
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import S

NEAR = timedelta(days=10)  # before the last moment: then it is shown in another colour
YEAR = timedelta(days=365)
_MOST = 300
_DUE = Coalesce("extended_until", "due_at")
_matter = Matter("requests", gettext_lazy("Privacy requests"), Part.GOING, 20, "privacy-requests")


@_matter.card
def card(asked: Asked) -> Card:
    """How many wait for an answer, and how long there is. One query, by the index of what is not answered."""
    late = Count("pk", filter=Q(due__lte=asked.at))
    waiting = PrivacyRequest.objects.filter(answered_at=None).annotate(due=_DUE)
    found = waiting.aggregate(number=Count("pk"), late=late, first=Min("due"))
    if not found["number"]:
        return Card(_("Nobody waits for an answer about their data."))
    facts = [Fact(pgettext("privacy requests", "Waiting"), found["number"])]
    if found["late"]:
        facts.append(Fact(pgettext("privacy requests", "Overdue"), found["late"]))
        return Card(_("The time to answer somebody is over. Answer at once."), State.ACT, tuple(facts))
    facts.append(Fact(pgettext("privacy requests", "Answer the first one before"), found["first"]))
    if found["first"] - asked.at < NEAR:
        return Card(
            _("Somebody waits for an answer about their data, and the time runs out."), State.LOOK, tuple(facts)
        )
    return Card(_("People wait for an answer about their data; there is time."), facts=tuple(facts))


@_matter.chapter
def chapter(asked: Asked) -> Chapter:
    """Those received in the last twelve months, the newest first: what was asked for, and when what was done."""
    received = (
        PrivacyRequest.objects.filter(received_at__gte=asked.at - YEAR).exclude(state=S.NOT_ONE).annotate(due=_DUE)
    )
    counted = received.aggregate(
        number=Count("pk"),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        late=Count("pk", filter=Q(answered_at__gte=F("due")) | Q(answered_at=None, due__lte=asked.at)),
        extended=Count("pk", filter=Q(extended_until__isnull=False)),
        refused=Count("pk", filter=Q(state=S.REFUSED)),
    )
    facts = (
        Fact(pgettext("privacy requests", "Received in twelve months"), counted["number"]),
        Fact(pgettext("privacy requests", "Answered"), counted["answered"]),
        Fact(pgettext("privacy requests", "Not answered in time"), counted["late"]),
        Fact(pgettext("privacy requests", "Extended"), counted["extended"]),
        Fact(pgettext("privacy requests", "Refused"), counted["refused"]),
    )
    rows = received.order_by(F("received_at").desc(), "-id")[:_MOST]
    return Chapter(("12(3)", "15", "16", "17", "18", "20", "21"), facts=facts, table=_table(rows))


def _table(rows: Iterable[PrivacyRequest]) -> Table | None:
    found = tuple(
        (str(words.TYPES[one.type]), str(words.STATES[one.state]), one.received_at, one.answer_until, one.answered_at)
        for one in rows
    )
    head = (
        pgettext("report", "What"),
        pgettext("report", "State"),
        pgettext("report", "Received"),
        pgettext("report", "To be answered before"),
        pgettext("report", "Answered"),
    )
    return Table(head, found) if found else None
