"""How long the bin and the spam keep what they have, in words."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.privacy.retention.bin import kept_in
from steward.tickets.queries import View
from steward.tickets.statuses import HIDDEN, Status


def bin_note(view: View) -> dict[str, str]:
    """What the list of deleted tickets, or of spam, says of itself; nothing for other lists."""
    if view.kind != "status" or view.value not in HIDDEN:
        return {}
    status = Status(view.value)
    return {"words": kept_words(status), "url": f"{reverse('console:bin')}?status={status.value}"}


def kept_words(status: Status) -> str:
    """How long it is kept there."""
    kept, is_spam = kept_in(status), status == Status.SPAM
    if kept.is_mixed:
        return (
            _("Spam goes for good as the rules of retention say.")
            if is_spam
            else _("Deleted tickets go for good as the rules of retention say.")
        )
    if kept.days is None:
        return (
            _("Spam is kept until somebody purges it.")
            if is_spam
            else _("Deleted tickets are kept until somebody purges them.")
        )
    words = (
        ngettext("Spam is erased after %(days)s day.", "Spam is erased after %(days)s days.", kept.days)
        if is_spam
        else ngettext(
            "Deleted tickets are erased after %(days)s day.",
            "Deleted tickets are erased after %(days)s days.",
            kept.days,
        )
    )
    return words % {"days": kept.days}
