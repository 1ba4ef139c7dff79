"""Rules of retention in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from steward.privacy.retention.models import Kind, RetentionRule, Since
from steward.tickets.statuses import Status
from steward.ui.enumerating import isolated

KINDS: dict[str, str | Promise] = {
    Kind.TICKETS: pgettext_lazy("what a rule of retention is about", "Tickets with everything in them"),
    Kind.FILES: pgettext_lazy("what a rule of retention is about", "Attached files, and the mails that carried them"),
    Kind.RAW_MAIL: pgettext_lazy("what a rule of retention is about", "Mails as they came"),
    Kind.CONTACTS: pgettext_lazy("what a rule of retention is about", "Customers of whom nothing else is here"),
    Kind.REQUESTS: pgettext_lazy("what a rule of retention is about", "Closed privacy requests"),
}
SINCE: dict[str, str | Promise] = {
    Since.ACTIVITY: pgettext_lazy("days are counted from", "the last activity in the ticket"),
    Since.RESOLUTION: pgettext_lazy("days are counted from", "the resolution of the ticket"),
    Since.CREATION: pgettext_lazy("days are counted from", "the opening of the ticket"),
    Since.ARRIVAL: pgettext_lazy("days are counted from", "the arrival of the file or mail"),
    Since.ALONE: pgettext_lazy("days are counted from", "the night in which nothing else of the customer was here"),
    Since.CLOSING: pgettext_lazy("days are counted from", "the closing of the request"),
}


def where_words(rule: RetentionRule) -> str:
    """In which department, channel and status; the parts stand beside each other."""
    parts = [
        str(rule.department.name) if rule.department else "",
        _("e-mail") if rule.channel else "",
        str(Status(rule.status).label) if rule.status else "",
    ]
    return " · ".join(part for part in parts if part) or pgettext("where a rule of retention holds", "Everywhere")


def rule_words(rule: RetentionRule) -> str:
    """What goes, where and when, in a line."""
    parts = {"what": KINDS[rule.kind], "where": isolated(where_words(rule)), "kept": kept_words(rule)}
    return pgettext("a rule of retention", "%(what)s (%(where)s): %(kept)s") % parts


def kept_words(rule: RetentionRule) -> str:
    """How long, and from when."""
    return days_words(rule.days, rule.since)


def days_words(days: int | None, since: str) -> str:
    """`30 days after the last activity in the ticket`."""
    if days is None:
        return pgettext("how long something is kept", "For ever")
    words = {
        Since.ACTIVITY: ngettext("%(days)s day after the last activity", "%(days)s days after the last activity", days),
        Since.RESOLUTION: ngettext("%(days)s day after the resolution", "%(days)s days after the resolution", days),
        Since.CREATION: ngettext("%(days)s day after the opening", "%(days)s days after the opening", days),
        Since.ARRIVAL: ngettext("%(days)s day after the arrival", "%(days)s days after the arrival", days),
        Since.ALONE: ngettext("%(days)s day without a ticket", "%(days)s days without a ticket", days),
        Since.CLOSING: ngettext("%(days)s day after the closing", "%(days)s days after the closing", days),
    }
    return words[Since(since)] % {"days": days}
