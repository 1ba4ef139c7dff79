"""What support read and changed by one access, as its page lists it: while it runs, and as the closing report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from steward.console.lists import ticket_url
from steward.console.settings.privacy.audit_words import in_words
from steward.privacy.support_access.queries import LOGGED, Seen, names_of_staff, report_of, seen_under
from steward.privacy.support_access.shown import ShownGrant
from steward.privacy.support_access.words import command_in_words
from steward.tickets.access import codes_of

MOST = 2_000  # lines of a whole log


@dataclass(frozen=True, slots=True)
class Line:
    """One reading or change. `what` is the code of a ticket, or a command; customers are not named here."""

    at: datetime
    who: str
    words: str
    what: str
    url: str


def logged(one: ShownGrant, *, is_whole: bool) -> dict[str, Any]:
    """How often, and what, the newest first; the last few unless the whole log is asked for."""
    if not one.was_granted:
        return {}
    report, most = report_of(one.grant), MOST if is_whole else LOGGED
    seen = seen_under(one.grant, most=most)
    return {
        "counted": {"reads": report.reads, "writes": report.writes, "erasures": report.erasures},
        "lines": _lines(seen),
        "is_whole": is_whole,
        "is_cut": not is_whole and report.reads + report.writes > len(seen),
    }


def _lines(seen: Sequence[Seen]) -> list[Line]:
    names = names_of_staff(one.operator_id for one in seen)
    codes = codes_of({one.object_id for one in seen if one.object_type == "tickets.ticket"})
    named: Any = names
    return [
        Line(
            at=one.at,
            who=named.get(one.operator_id, _("a former member of support")) if one.operator_id else _("Command line"),
            words=in_words(one.kind),
            what=command_in_words(one.command) if one.command else codes.get(one.object_id, ""),
            url=ticket_url(codes[one.object_id]) if one.object_id in codes else "",
        )
        for one in seen
    ]
