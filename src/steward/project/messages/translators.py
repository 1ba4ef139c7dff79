"""For translators: what is to be done as JSON, and what they have done back into the catalogue, checked."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib

from steward.project.messages.catalogues import EXAMPLES, is_done, only_writer, path_of, read, supplement_of, write
from steward.project.messages.checking import problems
from steward.project.messages.compiling import LOCALE

Given = str | Sequence[str]


@dataclass(slots=True)
class Outcome:
    """How an import went."""

    taken: int
    refused: list[str]  # a sentence each


def identifier(entry: polib.POEntry) -> str:
    """Eight hex digits that stay the same as long as text and context do."""
    return hashlib.sha256(f"{entry.msgctxt or ''}\x04{entry.msgid}".encode()).hexdigest()[:8]


def to_do(language: str, locale: Path = LOCALE, *, everything: bool = False) -> list[dict[str, object]]:
    """The entries to translate, in the order of the sources; with `everything` also those that are done.

    `translations` holds what is there: one text, or one for each of `forms`. Fill it in and import it.
    """
    entries = [entry for path in _paths(language, locale) for entry in read(path, language)]
    return [_told(language, e) for e in entries if not e.obsolete and (everything or not is_done(e))]


def _told(language: str, entry: polib.POEntry) -> dict[str, object]:
    told: dict[str, object] = {"id": identifier(entry), "text": entry.msgid}
    if entry.msgctxt:
        told["context"] = entry.msgctxt
    if entry.comment:
        told["note"] = entry.comment
    if entry.previous_msgid:
        told["text_before"] = entry.previous_msgid
    told["files"] = [name for name, _line in entry.occurrences]
    if entry.msgid_plural:
        told |= {"plural": entry.msgid_plural, "forms": list(EXAMPLES[language])}
        told["translations"] = list(entry.msgstr_plural.values())
    else:
        told["translations"] = [entry.msgstr]
    return told


def bring_in(language: str, given: Mapping[str, Given], locale: Path = LOCALE) -> Outcome:
    """Put translations, by identifier, into the catalogues of a language. What is faulty is left out and told."""
    outcome = Outcome(0, [])
    left = dict(given)
    with only_writer(locale):
        for path in _paths(language, locale):
            catalogue = read(path, language)
            before = outcome.taken
            for entry in (entry for entry in catalogue if not entry.obsolete):
                if (translation := left.pop(identifier(entry), None)) is not None:
                    _put(language, entry, translation, outcome)
            if outcome.taken > before:
                write(catalogue, path)
    outcome.refused += [f"{key}: no such entry" for key in left]
    return outcome


def _put(language: str, entry: polib.POEntry, translation: Given, outcome: Outcome) -> None:
    forms = [translation] if isinstance(translation, str) else list(translation)
    found = problems(language, entry.msgid, entry.msgid_plural, forms)
    if found:
        outcome.refused.append(f"{identifier(entry)}: {'; '.join(found)}: {entry.msgid!r} -> {forms}")
        return
    if entry.msgid_plural:
        entry.msgstr_plural = dict(enumerate(forms))
    else:
        entry.msgstr = forms[0]
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    entry.previous_msgid = None
    outcome.taken += 1


def _paths(language: str, locale: Path) -> Iterator[Path]:
    return (path for path in (path_of(language, locale), supplement_of(language, locale)) if path.exists())
