"""The export for people: pages that need no network and run nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language_bidi

from steward.lib.html import html_to_text, render_mail
from steward.privacy.exports.explaining import Explained
from steward.privacy.inventory.exporting import Record, Section
from steward.ui.ages import file_size, full_moment
from steward.ui.templatetags.ui import STATE_LABELS

_MOMENTS = frozenset({"at", "since", "saved", "received"})
_FIRST = ("contacts", "addresses", "requests")  # stand before the conversations
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FOLDED = '<details class="quoted">'


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every page."""

    title: str
    account: str
    language: str
    made_at: datetime
    explained: Explained
    is_given: bool
    with_notes: bool
    pages: int


def page_name(number: int) -> str:
    """The name of a page; the first is number 1."""
    return "index.html" if number == 1 else f"page-{number:03}.html"


def page(head: Head, number: int, records: Sequence[tuple[Section, Sequence[Record]]]) -> bytes:
    """One page, in the language and time zone that are active."""
    tickets = [one for section, found in records if section.name == "tickets" for one in found]
    tables = {each.name: _table(each, found) for each, found in records if found and each.name != "tickets"}
    context = {
        "head": head,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "made_at": full_moment(head.made_at),
        "number": number,
        "before": page_name(number - 1) if number > 1 else "",
        "after": page_name(number + 1) if number < head.pages else "",
        "tickets": [_ticket(one) for one in tickets],
        "tables_first": [tables[name] for name in _FIRST if name in tables],
        "tables_last": [table for name, table in tables.items() if name not in _FIRST],
    }
    return render_to_string("exports/page.html", context).encode()


def _ticket(ticket: Record) -> dict[str, Any]:
    status = ticket["status"]
    return ticket | {
        "created": _moment(ticket["created"]),
        "status_label": STATE_LABELS[status] if status else "",
        "messages": [_message(one) for one in ticket["messages"]],
    }


def _message(message: Record) -> dict[str, Any]:
    files = [one | {"size": file_size(one["bytes"])} for one in message["files"]]
    carried = {
        one["content_id"]: one["path"] for one in files if one["content_id"] and one["content_type"] in _PICTURES
    }
    html = render_mail(message["html"], images=False, cid=carried).replace(_FOLDED, f"{_FOLDED[:-1]} open>")
    body = mark_safe(html)  # noqa: S308  the sanitiser's output
    return message | {"at": _moment(message["at"]), "body": body, "files": files}


def _table(section: Section, records: Iterable[Record]) -> dict[str, Any]:
    keys = list(section.columns)
    return {
        "name": section.name,
        "title": section.title,
        "columns": list(section.columns.values()),
        "rows": [[_cell(key, record.get(key)) for key in keys] for record in records],
    }


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key in _MOMENTS:
        return _moment(value)
    if key == "html":
        return html_to_text(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {inner}" for name, inner in value.items())
    return str(value)


def _moment(at: str | None) -> str:
    return full_moment(datetime.fromisoformat(at)) if at else ""
