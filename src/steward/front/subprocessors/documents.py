"""The page for programs: `/subprocessors.json` and `/.well-known/subprocessors.json`.

Codes as the registry has them, words in the language asked for beside them; null is "not stated".
"""

from typing import Any

import msgspec

from steward.front.subprocessors.changes import ShownChange, ShownComing
from steward.front.subprocessors.page import Edition, Page
from steward.front.subprocessors.prose import Passage
from steward.front.subprocessors.rows import Fact, NoteInWords, ShownRow
from steward.privacy.egress.registry.document import Provider
from steward.privacy.egress.registry.faults import PREVAILING

FORMAT = "1"
"""Of this document; it changes when what is there is renamed or goes."""


def document(page: Page, origin: str) -> str:
    """One JSON text (RFC 8259)."""
    return msgspec.json.encode(_whole(page, origin)).decode()


def _whole(page: Page, origin: str) -> dict[str, Any]:
    version, whose = page.version, page.whose
    return {
        "format": FORMAT,
        "address": page.question.address(f"{origin}/subprocessors"),
        "language": page.question.language,
        "prevailing_language": PREVAILING,
        "account": whose.slug or None,
        "region": whose.region or page.question.region or None,
        "as_of": page.at.date(),
        "is_newest": page.is_newest,
        "version": version and {
            "number": version.number,
            "sha256": version.sha256,
            "published_at": version.published_at,
            "effective_at": version.effective_at,
            "is_example": version.registry.is_example,
        },
        "notice_days": whose.notice_days,
        "provider": _provider(page.provider) if page.provider else None,
        "subprocessors": [_row(row) for row in page.rows],
        "coming": [_coming(one) for one in page.coming],
        "changes": _changes(page),
        "removed": [{**_row(one.row), "removed_on": one.until} for one in page.removed],
        "prose": [_passage(one) for one in _prose(page)],
        "questions": [_passage(one) for one in page.prose.questions],
        "sources": [
            {"name": one.name, "stated_on": one.stated_on, "language": one.language or None, "url": one.address or None}
            for one in page.sources
        ],
        "notes": [_note(one) for one in page.notes],
        "versions": [_edition(one, origin) for one in page.editions],
    }  # fmt: skip


def _provider(provider: Provider) -> dict[str, Any]:
    return {name: getattr(provider, name) for name in provider.__struct_fields__}


def _row(row: ShownRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "status": row.status,
        "is_infrastructure": row.is_infrastructure,
        "facts": {fact.key: _fact(fact) for fact in row.facts},
        "hosts": list(row.hosts),
        "notes": [_note(one) for one in row.notes],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"label": str(fact.label), "values": None if fact.values is None else list(fact.values)}


def _note(note: NoteInWords) -> dict[str, Any]:
    return {"sources": note.sources or None, "text": note.words}


def _coming(one: ShownComing) -> dict[str, Any]:
    return {
        **_change(one.change),
        "version": one.version,
        "announced_at": one.announced_at,
        "objection_until": one.objection_until,
        "stands_from": one.stands_from,
    }


def _changes(page: Page) -> dict[str, Any] | None:
    found = page.comparison
    if found is None:
        return None
    return {
        "from_version": found.before.number if found.before else None,
        "to_version": found.after.number,
        "changes": [_change(one) for one in found.changes],
        "changed_texts": list(found.texts),
    }


def _change(change: ShownChange) -> dict[str, Any]:
    return {
        "key": change.row.key,
        "kinds": list(change.codes),
        "words": change.kinds,
        "before": _row(change.before) if change.before else None,
        "after": _row(change.after) if change.after else None,
    }


def _prose(page: Page) -> tuple[Passage, ...]:
    around = page.prose
    return (*around.first, *around.before_places, *around.before_others, *around.rest)


def _passage(one: Passage) -> dict[str, Any]:
    return {"key": one.key, "title": one.title, "text": one.text}


def _edition(one: Edition, origin: str) -> dict[str, Any]:
    return {
        "number": one.version.number,
        "sha256": one.version.sha256,
        "published_at": one.version.published_at,
        "effective_at": one.version.effective_at,
        "is_imported": one.is_imported,
        "summary": one.summary or None,
        "address": f"{origin}/subprocessors?version={one.version.number}",
    }
