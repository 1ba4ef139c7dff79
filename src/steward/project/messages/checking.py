"""What is wrong with a catalogue or a translation. Each fault is a sentence that begins with where it is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polib

from steward.project.messages import LANGUAGES_IN_WORK
from steward.project.messages.catalogues import EXAMPLES, LANGUAGES, key_of, path_of, read, supplement_of
from steward.project.messages.compiling import LOCALE
from steward.project.messages.sources import Message
from steward.project.messages.upstream import lacking

# `%%` stands for a per cent sign; as `%%s` it is what a script puts a number in for.
_NAMED = r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-z]|%[sd]|\{\w*\}"
_PLACEHOLDER = re.compile(rf"%%s|%%|{_NAMED}")
_NUMBER = re.compile(_NAMED)
_REMEDY = "run `make messages-update`"
_TAG = re.compile(r"</?\w[^>]*>")


def faults(messages: Sequence[Message], locale: Path = LOCALE) -> list[str]:
    """Everything that keeps the catalogues from being released."""
    behind: dict[str, list[str]] = {}  # sentences, each with the languages it is true of
    wrong: list[str] = []
    for language in LANGUAGES:
        catalogue = read(path_of(language, locale), language)
        for sentence in _differences(catalogue, messages, is_in_work=language in LANGUAGES_IN_WORK):
            behind.setdefault(sentence, []).append(language)
        for entry in [*catalogue, *read(supplement_of(language, locale), language)]:
            wrong += [] if entry.obsolete else _in_entry(language, entry)
        wrong += [f"{language}: of a library, in no supplement: {e.msgid!r}" for e in lacking(language, locale)]
    return [f"{', '.join(languages)}: {sentence}" for sentence, languages in behind.items()] + wrong


def _differences(catalogue: polib.POFile, messages: Sequence[Message], *, is_in_work: bool) -> Iterator[str]:
    found = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    wanted = {message.key for message in messages}
    for message in messages:
        if message.key not in found or (found[message.key].msgid_plural or None) != message.plural:
            yield f"not in the catalogue ({_REMEDY}): {message.text!r} in {message.files[0]}"
    for entry in catalogue:
        if not is_in_work if entry.obsolete else key_of(entry) not in wanted:
            yield f"in no source any more ({_REMEDY}): {entry.msgid!r}"


def _in_entry(language: str, entry: polib.POEntry) -> Iterator[str]:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    is_whole = all(translations) and not entry.fuzzy
    if not is_whole and language not in LANGUAGES_IN_WORK:
        yield f"{language}: {'fuzzy' if entry.fuzzy else 'not translated'}: {entry.msgid!r}"
    if is_whole:
        yield from (
            f"{language}: {problem}: {entry.msgid!r} -> {', '.join(map(repr, translations))}"
            for problem in problems(language, entry.msgid, entry.msgid_plural, translations)
        )


def problems(language: str, text: str, plural: str, translations: Sequence[str]) -> list[str]:
    """What is wrong with the translations of a text: one, or one for each form when there is a plural."""
    forms = len(EXAMPLES[language]) if plural else 1
    if len(translations) != forms:
        return [f"{len(translations)} forms instead of {forms}"]
    sources = [text, plural] if plural else [text]
    found = [problem for translation in translations for problem in _problems(sources, translation)]
    if plural and not any(_placeholders(t) == _placeholders(plural) for t in translations):
        found.append("no form holds what the plural holds")
    return list(dict.fromkeys(found))


def _problems(sources: Sequence[str], translation: str) -> Iterator[str]:
    source = sources[-1]
    if not translation.strip():
        yield "empty"
    if _edges(source) != _edges(translation):
        yield "begins or ends with another space or line break"
    if not any(_fits(each, translation, is_counted=len(sources) > 1) for each in sources):
        yield f"other placeholders: {_told(source)} became {_told(translation)}"
    if _tags(source) != _tags(translation):
        yield "other tags"


def _fits(source: str, translation: str, *, is_counted: bool) -> bool:
    """A form for exactly one number (in Arabic also for none and two) may leave the number out."""
    wanted, given = _placeholders(source), _placeholders(translation)
    if wanted == given:
        return True
    missing = wanted - given
    return is_counted and not given - wanted and missing.total() == 1 and bool(_NUMBER.fullmatch(next(iter(missing))))


def _placeholders(text: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(text))


def _tags(text: str) -> Counter[str]:
    return Counter(_TAG.findall(text))


def _told(text: str) -> str:
    return " ".join(sorted(_placeholders(text).elements())) or "none"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
