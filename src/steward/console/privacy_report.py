"""The report for a data protection officer: all chapters at one moment, as values to be shown and set on paper.

The SHA-256 is that of the canonical JSON, which the PDF carries as an attachment; the same digest stands in the record
of what happened in the account. So it can be seen that a paper is one that was made here, when and by whom.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.privacy.cards.offering import Asked, Chapter, Fact, Offered, Value, chapters, in_order
from steward.privacy.egress.pdf_child import set_by_child
from steward.tenancy.models import Account
from steward.ui.enumerating import isolated

FORM = 1  # counts when keys of the JSON change
_TYPESETTING = "steward.privacy.erasure.typesetting"  # the paper of certificates


@dataclass(frozen=True, slots=True)
class Report:
    """What was read at `at`, in one language. `content` is JSON values; `text` its canonical form."""

    account_id: UUID
    at: datetime
    language: str
    content: dict[str, Any]

    @property
    def text(self) -> str:
        return json.dumps(self.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def report_of(asked: Asked, *, name: str, language: str) -> Report:
    """Read every chapter, in the scope of the account, in a language (a code of ours). `name` is the account's."""
    with override(language):
        content = {
            "form": FORM,
            "account": {"slug": asked.slug, "name": name},
            "at": asked.at.isoformat(),
            "zone": asked.zone,
            "language": language,
            "is_right_to_left": get_language_bidi(),
            "title": _("Report on data protection"),
            "subtitle": _("%(name)s, as of %(moment)s")
            % {"name": isolated(name), "moment": isolated(_moment(asked.at, asked.zone))},
            "sections": list(_sections(asked)),
        }
    return Report(asked.account_id, asked.at, language, content)


def make_pdf(report: Report, *, actor: Actor) -> bytes:
    """The report on paper, noted in the account's record. In the scope of the account. Raises `NotSet`."""
    with override(report.language):
        foot = _("SHA-256 of the attached JSON: %(digest)s") % {"digest": report.sha256}
    content = report.content | {"foot": foot, "author": report.content["account"]["slug"], "attached": report.text}
    made = set_by_child(_TYPESETTING, json.dumps(content).encode(), at=int(report.at.timestamp()))
    told = {"sha256": report.sha256, "version": FORM, "language": report.language}
    record("account.report_made", Account(pk=report.account_id), actor=actor, changes=told)
    return made


def _sections(asked: Asked) -> Iterator[dict[str, Any]]:
    for offered in in_order(chapters):
        chapter = offered.read(asked)
        if chapter is not None:
            yield _section(offered, chapter, asked.zone)


def _section(offered: Offered[Chapter], chapter: Chapter, zone: str) -> dict[str, Any]:
    """As the paper takes it. Figures beside a table are a list, else rows of two."""
    facts = [[str(one.label), _told(one, zone)] for one in chapter.facts if one.value is not None]
    table = chapter.table
    rows = [[_value(one, zone) for one in row] for row in table.rows] if table else facts
    listed = [_("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in facts] if table else []
    return {
        "key": offered.matter.key,
        "title": str(offered.matter.title),
        "articles": list(chapter.articles),
        "text": [*map(str, chapter.text), *_sources(chapter)],
        "points": [*map(str, chapter.points), *listed],
        "head": [str(one) for one in table.head] if table else [],
        "rows": rows,
        "widths": table.widths if table else "pairs",
    }


def _sources(chapter: Chapter) -> list[str]:
    if not chapter.articles:
        return []
    # Numbers of articles stay in their order beside words that are read from the right.
    listed = f"\N{LEFT-TO-RIGHT ISOLATE}{', '.join(chapter.articles)}\N{POP DIRECTIONAL ISOLATE}"
    return [_("GDPR articles: %(articles)s") % {"articles": listed}]


def _told(fact: Fact, zone: str) -> str:
    if fact.is_day and isinstance(fact.value, datetime):
        return f"{fact.value.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    return _value(fact.value, zone)


def _value(value: Value, zone: str) -> str:
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, int):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    return str(value) if value else "–"


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
