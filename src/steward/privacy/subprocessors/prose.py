"""The prose of the public page: the blocks every provider starts with, and how a block is filled with its provider.

A block is one text in all languages (`prose/<language>.toml`). Paragraphs are divided by an empty line, items of a list
begin with "- ". In braces stands what is filled in (`PLACEHOLDERS`). What depends on a value has a line of its own: a
line that names a value which is not stated is left out, one that begins with `{no value}` stands only then. The lines
of a paragraph are read as one. Pure.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from steward.privacy.egress.registry.document import Block, Provider, Words
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS

LANGUAGES = ("en", "ar", "da", "lv", "pl", "vi")
PLACEHOLDERS = frozenset({"provider", "service", "accounts", "privacy_email", "officer", "notice_days"})

_PROSE = Path(__file__).parent / "prose"
_NAMED = re.compile(r"\{(no )?([^{}]*)\}")
_WITH_STOP = re.compile(_NAMED.pattern + r"((?:\.(?!\.))?)")
_ITEM = "- "
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_Texts = dict[str, dict[str, dict[str, str]]]  # "blocks" or "questions" -> key -> "title" and "text"


class BadProse(ValueError):
    """A text that is missing in a language, or names a value nobody knows."""


@cache
def default_blocks() -> tuple[Block, ...]:
    """The blocks that are true of any provider who runs this software, in the order of the page."""
    return blocks_in(_PROSE)


def blocks_in(folder: Path) -> tuple[Block, ...]:
    """The blocks of `<language>.toml` in a folder, in the order of the English one. Raises `BadProse`."""
    told = {language: _told(folder / f"{language}.toml") for language in LANGUAGES}
    for language, texts in told.items():
        if differing := set(_keys(texts)) ^ set(_keys(told["en"])):
            raise BadProse(f"{folder.name}/{language}: not the same blocks as in English: {sorted(differing)}")
    return tuple(
        Block(
            key=key,
            title=_words(told, part, key, "title"),
            text=_words(told, part, key, "text"),
            is_question=part == "questions",
        )
        for part, key in _keys(told["en"])
    )


def filled(block: Block, provider: Provider) -> Block:
    """The block as people read it: lines joined to paragraphs, values in their places.

    Raises `BadProse` for a value nobody knows: an operator may have written the text.
    """
    values = _values(provider)
    return replace(block, title=_filled_words(block.title, values), text=_filled_words(block.text, values))


def _told(path: Path) -> _Texts:
    if not path.exists():
        raise BadProse(f"{path} is missing")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _keys(texts: _Texts) -> Iterator[tuple[str, str]]:
    return ((part, key) for part in ("blocks", "questions") for key in texts.get(part, {}))


def _words(told: Mapping[str, _Texts], part: str, key: str, name: str) -> Words:
    return {language: _text(texts[part][key], name, f"{language}: {key}") for language, texts in told.items()}


def _text(told: Mapping[str, str], name: str, where: str) -> str:
    text = told.get(name, "").strip()
    if not text:
        raise BadProse(f"{where} has no {name}")
    if unknown := {found[1] for found in _NAMED.findall(text)} - PLACEHOLDERS:
        raise BadProse(f"{where} names what nobody knows: {sorted(unknown)}")
    return text


def _values(provider: Provider) -> dict[str, str | None]:
    return {
        "provider": provider.legal_name,
        "service": provider.service,
        "accounts": provider.account_address,
        "privacy_email": provider.privacy_email,
        "officer": provider.data_protection_officer,
        "notice_days": str(LEAST_NOTICE_DAYS),
    }


def _filled_words(words: Words, values: Mapping[str, str | None]) -> Words:
    return {language: _filled(text, values, is_rtl=language == "ar") for language, text in words.items()}


def _filled(text: str, values: Mapping[str, str | None], *, is_rtl: bool) -> str:
    """A paragraph that loses all its lines is gone, too."""
    paragraphs = ([*_standing(paragraph.splitlines(), values)] for paragraph in re.split(r"\n\s*\n", text))
    read = "\n\n".join(_joined(lines) for lines in paragraphs if lines)
    return _WITH_STOP.sub(lambda found: _put_in(values[found[2]] or "", found[3], is_rtl=is_rtl), read)


def _put_in(value: str, stop: str, *, is_rtl: bool) -> str:
    """The full stop of a name (`s. r. o.`) ends a sentence, too."""
    return _shown(value, is_rtl=is_rtl) + ("" if value.endswith(".") else stop)


def _standing(lines: list[str], values: Mapping[str, str | None]) -> Iterator[str]:
    for line in lines:
        named = _NAMED.findall(line)
        if unknown := {name for _, name in named} - values.keys():
            raise BadProse(f"names what nobody knows: {sorted(unknown)}")
        if all(bool(values[name]) is not bool(no) for no, name in named):
            yield _NAMED.sub(lambda found: "" if found[1] else found[0], line).strip()


def _joined(lines: list[str]) -> str:
    """Items keep a line each; any other line goes on with the one before."""
    joined: list[str] = []
    for line in lines:
        if joined and not line.startswith(_ITEM) and not joined[-1].startswith(_ITEM):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _shown(value: str, *, is_rtl: bool) -> str:
    """A name or address in Latin letters keeps its signs (`*.`, a full stop) at its own ends in Arabic."""
    return f"{_ISOLATE}{value}{_END_ISOLATE}" if is_rtl else value
