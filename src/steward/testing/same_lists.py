"""Whether two languages of the list of subprocessors, as programs read it, state the same."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Told = Mapping[str, Any]

# The same letters in every language.
_VERBATIM = frozenset({"legal_name", "known_as", "engaged_by", "chain", "website", "standards", "hosts"})
_NAMES = re.compile(
    r"Linode, (?:LLC|Inc\.)|Quality Unit|LiveAgent|MailChimp|VoIP|UPS|HTTPS|REST API|OAuth|Argon2id|[\w.]+@[\w.]+"
)
_FIGURE = re.compile(r"\d+")
_MONTHS = frozenset(map(str, range(1, 13)))  # some languages have numbers for them
_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


def differing(english: Told, told: Told) -> list[str]:
    """What a language states otherwise than English does, a sentence each. Both are the document for programs."""
    return [*_of_the_version(english, told), *_of_the_rows(english, told), *_of_the_texts(english, told)]


def _of_the_version(english: Told, told: Told) -> Iterator[str]:
    for name in ("as_of", "version", "provider", "notice_days", "prevailing_language"):
        if english[name] != told[name]:
            yield f"{name}: {told[name]!r} is not {english[name]!r}"
    if list(map(_where_from, english["sources"])) != list(map(_where_from, told["sources"])):
        yield "other sources"
    for name in ("removed", "versions", "coming"):
        if len(english[name]) != len(told[name]):
            yield f"{name}: {len(told[name])} instead of {len(english[name])}"


def _where_from(source: Told) -> tuple[Any, ...]:
    return source["stated_on"], source["language"], source["url"]


def _of_the_rows(english: Told, told: Told) -> Iterator[str]:
    keys = [row["key"] for row in english["subprocessors"]]
    if keys != [row["key"] for row in told["subprocessors"]]:
        yield "other rows, or in another order"
        return
    pairs = list(zip(english["subprocessors"], told["subprocessors"], strict=True))
    for one, other in pairs:
        yield from (f"{one['key']}: {fault}" for fault in _of_a_row(one, other))
    yield from _not_one_to_one(pairs)


def _of_a_row(one: Told, other: Told) -> Iterator[str]:
    for name in ("status", "is_infrastructure", "hosts"):
        if one[name] != other[name]:
            yield f"another {name}"
    if list(one["facts"]) != list(other["facts"]):
        yield "other facts"
        return
    for name, fact in one["facts"].items():
        yield from (f"{name} {fault}" for fault in _of_a_fact(name, fact["values"], other["facts"][name]["values"]))
    yield from _of_notes(one["notes"], other["notes"])


def _of_a_fact(name: str, values: list[str] | None, others: list[str] | None) -> Iterator[str]:
    if values is None or others is None:
        if values is not others:
            yield "is stated in one of them only"
        return
    if len(values) != len(others) or len(set(values)) != len(set(others)):
        yield "has another number of values"
    if name in _VERBATIM and values != others:
        yield f"is {others!r} instead of {values!r}"
    yield from _of_a_text(" ".join(values), " ".join(others))


def _not_one_to_one(pairs: list[tuple[Told, Told]]) -> Iterator[str]:
    """What two rows have in common in English they have in common in the other language, and nothing else."""
    there: dict[tuple[str, str], str] = {}
    back: dict[tuple[str, str], str] = {}
    for one, other in pairs:
        for name in one["facts"].keys() & other["facts"].keys():
            said, word = str(one["facts"][name]["values"]), str(other["facts"][name]["values"])
            if there.setdefault((name, said), word) != word or back.setdefault((name, word), said) != said:
                yield f"{one['key']}: {name} is that of another row"


def _of_the_texts(english: Told, told: Told) -> Iterator[str]:
    for part in ("prose", "questions"):
        if [one["key"] for one in english[part]] != [one["key"] for one in told[part]]:
            yield f"{part}: others, or in another order"
            continue
        for one, other in zip(english[part], told[part], strict=True):
            faults = [*_of_a_text(one["title"], other["title"]), *_of_a_text(one["text"], other["text"])]
            if english["language"] != told["language"] and one["text"] == other["text"]:
                faults.append("is left in English")
            yield from (f"{one['key']}: {fault}" for fault in faults)
    yield from _of_notes(english["notes"], told["notes"])


def _of_notes(notes: list[Told], others: list[Told]) -> Iterator[str]:
    if len(notes) != len(others):
        yield f"{len(others)} notes instead of {len(notes)}"
        return
    for one, other in zip(notes, others, strict=True):
        if re.split("[,،] ", one["sources"] or "") != re.split("[,،] ", other["sources"] or ""):
            yield "a note of another source"
        yield from _of_a_text(one["text"], other["text"])


def _of_a_text(text: str, other: str) -> Iterator[str]:
    """Names, figures, paragraphs and items have to be the same; words are for people to read."""
    text, other = text.translate(_ISOLATES), other.translate(_ISOLATES)
    if set(_NAMES.findall(text)) != set(_NAMES.findall(other)):
        yield f"other names: {other!r}"
    figures, others = set(_FIGURE.findall(text)), set(_FIGURE.findall(other))
    if figures - others or others - figures - _MONTHS:
        yield f"other figures: {other!r}"
    if [line[:2] == "- " for line in text.splitlines()] != [line[:2] == "- " for line in other.splitlines()]:
        yield "other paragraphs or items"
