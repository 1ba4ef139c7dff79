"""The prose around the tables as a page lays it out: paragraphs and lists."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from msgspec.structs import replace

from steward.privacy.egress.registry.document import Block, Registry, Words
from steward.privacy.egress.registry.faults import PREVAILING
from steward.privacy.subprocessors.prose import filled
from steward.privacy.subprocessors.words import in_language

_ITEM = "- "
# Where on the page a block stands, if it is one of these; all others come after the tables.
FIRST = ("example", "provider")
BEFORE_PLACES = ("infrastructure", "production")
BEFORE_OTHERS = ("other-subprocessors", "subcontractors")


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph, or the items of one list."""

    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One block in the reader's language."""

    key: str
    title: str
    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of one version by where it stands on the page."""

    first: tuple[Passage, ...] = ()
    before_places: tuple[Passage, ...] = ()
    before_others: tuple[Passage, ...] = ()
    rest: tuple[Passage, ...] = ()
    questions: tuple[Passage, ...] = ()


def laid_out(registry: Registry) -> Prose:
    """The prose of a version, filled with its provider; a text that comes out empty is left out."""
    passages = [(block, passage(filled(_to_be_read(block), registry.provider))) for block in registry.prose]
    blocks = {one.key: one for block, one in passages if one.parts and not block.is_question}
    placed = {*FIRST, *BEFORE_PLACES, *BEFORE_OTHERS}
    return Prose(
        first=_named(blocks, FIRST),
        before_places=_named(blocks, BEFORE_PLACES),
        before_others=_named(blocks, BEFORE_OTHERS),
        rest=tuple(one for key, one in blocks.items() if key not in placed),
        questions=tuple(one for block, one in passages if one.parts and block.is_question),
    )


def passage(block: Block) -> Passage:
    """A filled block in the language in force."""
    text = in_language(block.text)
    return Passage(block.key, in_language(block.title), text, tuple(_parts(text)))


def _to_be_read(block: Block) -> Block:
    """The block in the one language that the page says it in: the others need not be filled."""
    return replace(block, title=_one_of(block.title), text=_one_of(block.text))


def _one_of(words: Words) -> Words:
    language = get_language() or PREVAILING
    code = language if words.get(language) else PREVAILING
    return {code: words[code]} if code in words else {}


def _named(blocks: dict[str, Passage], keys: Iterable[str]) -> tuple[Passage, ...]:
    return tuple(blocks[key] for key in keys if key in blocks)


def _parts(text: str) -> Iterator[Part]:
    items: list[str] = []
    for line in [*(line.strip() for line in text.splitlines()), ""]:
        if line.startswith(_ITEM):
            items.append(line.removeprefix(_ITEM))
            continue
        if items:
            yield Part(items=tuple(items))
            items = []
        if line:
            yield Part(text=line)
