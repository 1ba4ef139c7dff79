"""What was erased and what is being erased, for the privacy centre and its report."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State, Table
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.watching import PROMISED

S = Erasure.State
YEAR = timedelta(days=365)
_MOST = 300
_matter = Matter("erasures", gettext_lazy("Erasures"), Part.GOING, 30, "erasures")


@_matter.card
def card(asked: Asked) -> Card:
    """Those that run or have failed, and the last one that is done. Two queries, each by its index."""
    running, failed = Count("pk", filter=Q(state=S.RUNNING)), Count("pk", filter=Q(state=S.FAILED))
    late = Count("pk", filter=Q(state=S.RUNNING, started_at__lte=asked.at - PROMISED))
    found = Erasure.objects.filter(state__in=(S.RUNNING, S.FAILED)).aggregate(run=running, fail=failed, late=late)
    last = Erasure.objects.filter(state=S.DONE).order_by("-planned_at").values_list("finished_at", flat=True).first()
    done = Fact(pgettext("erasures", "Last done"), last)
    facts = (Fact(pgettext("erasures", "Running"), found["run"]), done)
    if found["fail"]:
        failed_ones = Fact(pgettext("erasures", "Failed"), found["fail"])
        words = _("An erasure has failed: something is still there. Plan it again.")
        return Card(words, State.ACT, (failed_ones, *facts))
    if found["late"]:
        return Card(_("An erasure takes longer than the three days that are promised."), State.ACT, facts)
    if found["run"]:
        return Card(_("Erasures are running."), facts=facts)
    return Card(_("No erasure is open."), facts=(done,))


@_matter.chapter
def chapter(asked: Asked) -> Chapter:
    """Those of the last twelve months that are done, the newest first, each with what its certificate is known by."""
    done = Erasure.objects.filter(state=S.DONE, planned_at__gte=asked.at - YEAR).order_by("-planned_at")
    columns = ("pk", "finished_at", "backups_end_at", "certificate_sha256")
    rows = tuple((str(pk), *others) for pk, *others in done.values_list(*columns)[:_MOST])
    head = (
        pgettext("report", "Certificate"),
        pgettext("report", "Done"),
        pgettext("report", "In no backup after"),
        "SHA-256",
    )
    text = () if rows else (_("Nothing was erased in the last twelve months."),)
    return Chapter(("17", "19"), text=text, table=Table(head, rows, "digests") if rows else None)
