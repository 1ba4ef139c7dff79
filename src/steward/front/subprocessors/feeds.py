"""The versions as feeds: Atom (RFC 4287) and JSON Feed 1.1."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import msgspec
from django.utils.translation import gettext as _

from steward.front.subprocessors.asking import Question
from steward.front.subprocessors.page import Edition, Page
from steward.lib.clock import now
from steward.privacy.egress.registry.standing import Version
from steward.privacy.subprocessors.telling import changes_in_lines, notice_of
from steward.ui.ages import full_day

ATOM, JSON = "application/atom+xml; charset=utf-8", "application/feed+json; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


@dataclass(frozen=True, slots=True)
class Entry:
    """One version as news."""

    address: str
    title: str
    text: str
    at: datetime


def entries(page: Page, origin: str) -> Iterator[Entry]:
    """A piece of news for each version, the newest first."""
    known = {one.version.number: one.version for one in page.editions}
    for edition in page.editions:
        yield _entry(page, edition, known.get(edition.before or 0), origin)


def atom(page: Page, origin: str) -> str:
    """The feed as Atom."""
    ElementTree.register_namespace("", _NAMESPACE)
    feed = ElementTree.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": page.question.language})
    _put(feed, "id", f"{origin}/subprocessors.atom")
    _put(feed, "title", _title(page))
    _put(feed, "updated", _stamp(page.editions[0].version.published_at if page.editions else now()))
    _put(feed, "link", rel="self", href=page.question.address(f"{origin}/subprocessors.atom"))
    _put(feed, "link", rel="alternate", type="text/html", href=page.question.address(f"{origin}/subprocessors"))
    _put(
        ElementTree.SubElement(feed, _name("author")), "name", page.provider.legal_name if page.provider else "Steward"
    )
    for entry in entries(page, origin):
        item = ElementTree.SubElement(feed, _name("entry"))
        _put(item, "id", entry.address)
        _put(item, "title", entry.title)
        _put(item, "updated", _stamp(entry.at))
        _put(item, "link", rel="alternate", type="text/html", href=_in(entry.address, page.question))
        _put(item, "content", entry.text, type="text")
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=True)


def json_feed(page: Page, origin: str) -> str:
    """The feed as JSON Feed."""
    told: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(page),
        "home_page_url": page.question.address(f"{origin}/subprocessors"),
        "feed_url": page.question.address(f"{origin}/subprocessors/feed.json"),
        "language": page.question.language,
        "items": [
            {
                "id": entry.address,
                "url": _in(entry.address, page.question),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.at,
            }
            for entry in entries(page, origin)
        ],
    }
    return msgspec.json.encode(told).decode()


def _entry(page: Page, edition: Edition, before: Version | None, origin: str) -> Entry:
    version = edition.version
    region = page.whose.region or page.question.region
    lines = changes_in_lines(before.registry if before else None, version.registry, region=region)
    parts = [edition.summary, "\n".join(lines), notice_of(version)]
    return Entry(
        address=f"{origin}/subprocessors?version={version.number}",
        title=_("Version %(number)s, %(day)s")
        % {"number": version.number, "day": full_day(version.published_at.date())},
        text="\n\n".join(filter(None, parts)),
        at=version.published_at,
    )


def _title(page: Page) -> str:
    service = page.provider.service if page.provider else "Steward"
    return _("Subprocessors of %(service)s") % {"service": service}


def _in(address: str, question: Question) -> str:
    return f"{address}&lang={question.language}"


def _name(tag: str) -> str:
    return f"{{{_NAMESPACE}}}{tag}"


def _put(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
    made = ElementTree.SubElement(parent, _name(tag), attributes)
    made.text = _NO_XML.sub("", text) or None


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
