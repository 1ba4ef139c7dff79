"""The page of subprocessors as a reader sees it, and small registries to publish."""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from steward.lib.clock import now
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc

PAGE = "/subprocessors"
_ROW = re.compile(r'<tbody id="([^"]+)" data-status="([^"]+)">(.*?)</tbody>', re.DOTALL)
_FACT = re.compile(r'<div(?: class="[^"]*")? data-fact="([^"]+)">\s*<dt>(.*?)</dt>\s*<dd>(.*?)</dd>', re.DOTALL)
_CELL = re.compile(r"<(th|td)\b[^>]*>(.*?)</\1>", re.DOTALL)
_ITEM = re.compile(r"<(?:li|code)\b[^>]*>(.*?)</(?:li|code)>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class ReadRow:
    """A row as it stands on the page: its three cells, and what opens below them."""

    key: str
    status: str
    who: str
    what_for: str
    where: str
    facts: dict[str, tuple[str, ...]]
    labels: dict[str, str]
    words: str


def rows_on(page: str) -> dict[str, ReadRow]:
    """The rows of the page, in their order."""
    return {key: _read(key, status, inside) for key, status, inside in _ROW.findall(page)}


def text_of(answer: Any) -> str:
    """The body of an answer that has to be good."""
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return str(answer.content.decode())


def read(browser: Client, **asked: Any) -> dict[str, ReadRow]:
    """The rows of the page for what is asked in its address."""
    return rows_on(text_of(browser.get(PAGE, asked)))


def words_in(markup: str) -> str:
    """What one reads, on one line."""
    markup = markup.replace("<wbr>", "")  # where a line may end, inside a word
    return " ".join(html.unescape(_TAG.sub(" ", markup)).translate(_ISOLATES).split())


def _read(key: str, status: str, inside: str) -> ReadRow:
    facts = _FACT.findall(inside)
    cells = [words_in(cell) for _, cell in _CELL.findall(inside.partition("<details")[0])]
    return ReadRow(
        key=key,
        status=status,
        who=cells[0],
        what_for=cells[1],
        where=cells[2],
        facts={name: tuple(map(words_in, _ITEM.findall(value) or [value])) for name, _, value in facts},
        labels={name: words_in(label) for name, label, _ in facts},
        words=words_in(inside),
    )


def engagement(key: str = "relay", **changes: Any) -> doc.Engagement:
    """A use of a company that states what most do."""
    usual = {
        "purposes": ("mail.deliver",),
        "categories": ("user.content", "user.contact.email"),
        "countries": ("DE",),
        "regions": ("eu",),
        "endpoints": (doc.Endpoint(host="relay.example", port=587, protocol=doc.Protocol.SMTP),),
    }
    return doc.Engagement(key=key, **(usual | changes))


def registry(*engagements: doc.Engagement, **changes: Any) -> doc.Registry:
    """A list with one company in it. `changes` are of the company."""
    usual = {
        "key": "company",
        "legal_name": "Relay GmbH",
        "kind": doc.Kind.SERVICE,
        "agreements": (doc.VendorAgreement(version="1", effective_from=now() - timedelta(days=1)),),
    }
    company = doc.Subprocessor(engagements=engagements, **(usual | changes))
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk", privacy_email="privacy@host.example"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}), doc.Place(code="us", name={"en": "United States"})),
        subprocessors=(company,),
        prose=(),
    )


def publish(content: doc.Registry, *, at: datetime | None = None, summary: str = "") -> RegistryVersion:
    """Store a version as if it had been drafted, approved and published at that moment."""
    number, text, at = RegistryVersion.objects.count() + 1, doc.canonical(content), at or now()
    return RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        summary={"en": summary} if summary else {},
        published_at=at,
        effective_at=at + timedelta(days=30 if number > 1 else 0),
        binds_notice=number > 1,
    )
