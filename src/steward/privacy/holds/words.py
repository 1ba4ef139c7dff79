"""What holds are called, and the sentence by which something that is held is refused."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.privacy.holds.models import LegalHold
from steward.ui.ages import full_day, full_moment

On, Basis, Lifted = LegalHold.On, LegalHold.Basis, LegalHold.Lifted

ON: dict[str, str | Promise] = {
    On.ACCOUNT: pgettext_lazy("legal hold on", "The whole account"),
    On.CONTACT: pgettext_lazy("legal hold on", "A customer"),
    On.PERIOD: pgettext_lazy("legal hold on", "A period"),
    On.DEPARTMENT: pgettext_lazy("legal hold on", "A department"),
    On.TICKET: pgettext_lazy("legal hold on", "A ticket"),
}
BASES: dict[str, str | Promise] = {
    Basis.CLAIMS: pgettext_lazy("ground of a legal hold", "Legal claims (GDPR article 17(3)(e))"),
    Basis.LEGAL_DUTY: pgettext_lazy("ground of a legal hold", "A duty by law (article 17(3)(b))"),
    Basis.PUBLIC_HEALTH: pgettext_lazy("ground of a legal hold", "Public health (article 17(3)(c))"),
    Basis.ARCHIVE: pgettext_lazy("ground of a legal hold", "Archives and research (article 17(3)(d))"),
    Basis.RESTRICTION: pgettext_lazy("ground of a legal hold", "The person asked that it be kept (article 18)"),
}
REASONS: dict[str, str | Promise] = {
    Lifted.OVER: pgettext_lazy("why a legal hold is lifted", "What it was for is over"),
    Lifted.ASKED: pgettext_lazy("why a legal hold is lifted", "The person asked that it end"),
    Lifted.MISTAKE: pgettext_lazy("why a legal hold is lifted", "It was placed by mistake"),
}


def refusal(holds: Iterable[LegalHold]) -> str:
    """Why something is not erased: each hold in a sentence of its own."""
    return " ".join(map(sentence, holds))


def sentence(hold: LegalHold) -> str:
    """What a hold keeps, on which ground and until when."""
    until = full_moment(hold.until) if hold.until else ""
    values = {"basis": BASES[hold.basis], "until": until, "period": period_words(hold)}
    return _sentence(hold) % values


def period_words(hold: LegalHold) -> str:
    """From which day to which a hold on a period reaches, in the time zone in force; empty for other holds."""
    first = full_day(localtime(hold.begins_at).date()) if hold.begins_at else ""
    last = full_day(localtime(hold.ends_at - timedelta(microseconds=1)).date()) if hold.ends_at else ""
    if first and last:
        return pgettext("period of a legal hold", "%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return pgettext("period of a legal hold", "from %(day)s on") % {"day": first}
    return pgettext("period of a legal hold", "until the end of %(day)s") % {"day": last} if last else ""


def _sentence(hold: LegalHold) -> str:
    if hold.on == On.ACCOUNT:
        if hold.until:
            return _("A legal hold keeps the whole account until %(until)s. Ground: %(basis)s.")
        return _("A legal hold keeps the whole account until it is lifted. Ground: %(basis)s.")
    if hold.on == On.CONTACT:
        if hold.until:
            return _("A legal hold keeps what a customer wrote until %(until)s. Ground: %(basis)s.")
        return _("A legal hold keeps what a customer wrote until it is lifted. Ground: %(basis)s.")
    if hold.on == On.DEPARTMENT:
        if hold.until:
            return _("A legal hold keeps the tickets of a department until %(until)s. Ground: %(basis)s.")
        return _("A legal hold keeps the tickets of a department until it is lifted. Ground: %(basis)s.")
    if hold.on == On.PERIOD:
        if hold.until:
            return _("A legal hold keeps the tickets of a period (%(period)s) until %(until)s. Ground: %(basis)s.")
        return _("A legal hold keeps the tickets of a period (%(period)s) until it is lifted. Ground: %(basis)s.")
    if hold.until:
        return _("A legal hold keeps the ticket until %(until)s. Ground: %(basis)s.")
    return _("A legal hold keeps the ticket until it is lifted. Ground: %(basis)s.")
