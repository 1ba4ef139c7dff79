"""The catalogues: reading them, writing them, bringing them in step with the sources."""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path

import polib

from steward.project.messages import LANGUAGES_IN_WORK
from steward.project.messages.compiling import LOCALE
from steward.project.messages.sources import Message

# The forms of a counted text, as CLDR tells them; the order is that of gettext's own table.
PLURALS: Mapping[str, str] = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
    "da": "nplurals=2; plural=(n != 1);",
    "lv": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "vi": "nplurals=1; plural=0;",
}
# Which numbers each form is for, told to translators.
EXAMPLES: Mapping[str, Sequence[str]] = {
    "ar": ("0", "1", "2", "3 to 10", "11 to 99", "100, 101, 102"),
    "da": ("1", "0, 2, 3"),
    "lv": ("1, 21, 31", "2 to 20, 22", "0"),
    "pl": ("1", "2 to 4, 22", "0, 5 to 21"),
    "vi": ("any",),
}
LANGUAGES = tuple(PLURALS)
_WIDTH = 120
_ALIKE = 0.75  # of two texts, from 0 to 1, so that the translation of the older one is worth a look

Key = tuple[str | None, str]


def path_of(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def supplement_of(language: str, locale: Path = LOCALE) -> Path:
    """What libraries have not translated into this language; most languages need none."""
    return path_of(language, locale).with_name("upstream.po")


def read(path: Path, language: str) -> polib.POFile:
    """The catalogue, or an empty one for a language that is new."""
    if path.exists():
        return polib.pofile(str(path), wrapwidth=_WIDTH)
    catalogue = polib.POFile(wrapwidth=_WIDTH)
    catalogue.metadata = {
        "Project-Id-Version": "Steward",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    return catalogue


def write(catalogue: polib.POFile, path: Path) -> None:
    """All of it or nothing: who reads it meanwhile gets the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".po.new")
    catalogue.save(str(written))
    written.replace(path)


@contextmanager
def only_writer(locale: Path = LOCALE) -> Iterator[None]:
    """Wait until nobody else changes catalogues."""
    locale.mkdir(parents=True, exist_ok=True)
    folder = os.open(locale, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def update(messages: Sequence[Message], locale: Path = LOCALE) -> dict[str, int]:
    """Bring every catalogue in step with the sources; how many entries each lacks or has to check.

    A text that changed a little keeps its old translation, marked fuzzy. What no source has any more goes; while a
    language is in work it is only set aside (`#~`), for a text may come back from where it was moved to.
    """
    with only_writer(locale):
        return {language: _update(language, messages, locale) for language in LANGUAGES}


def _update(language: str, messages: Sequence[Message], locale: Path) -> int:
    path = path_of(language, locale)
    old = read(path, language)
    before = str(old)
    known = {key_of(entry): entry for entry in old}
    wanted = {message.key for message in messages}
    gone = [entry for key, entry in known.items() if key not in wanted and is_translated(entry)]
    fresh = polib.POFile(wrapwidth=_WIDTH)
    fresh.metadata = old.metadata | {"Plural-Forms": PLURALS[language]}
    forms = len(EXAMPLES[language])
    fresh.extend(_entry(message, known.get(message.key), gone, forms) for message in messages)
    if language in LANGUAGES_IN_WORK:
        fresh.extend(_set_aside(entry) for entry in gone)
    if str(fresh) != before or not path.exists():
        write(fresh, path)
    return sum(not is_done(entry) for entry in fresh if not entry.obsolete)


def _set_aside(entry: polib.POEntry) -> polib.POEntry:
    entry.obsolete = True
    entry.occurrences = []
    return entry


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt, entry.msgid)


def is_translated(entry: polib.POEntry) -> bool:
    """Whether there is anything to show, fuzzy or not."""
    return bool(entry.msgstr or (entry.msgstr_plural and all(entry.msgstr_plural.values())))


def is_done(entry: polib.POEntry) -> bool:
    return is_translated(entry) and not entry.fuzzy


def _entry(message: Message, known: polib.POEntry | None, gone: list[polib.POEntry], forms: int) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.text,
        msgctxt=message.context,
        msgid_plural=message.plural or "",
        comment="\n".join(message.notes),
        occurrences=[(name, "") for name in message.files],
        flags=["python-format"] if "%(" in message.text else [],
    )
    if message.plural:
        entry.msgstr_plural = dict.fromkeys(range(forms), "")
    if known is not None:
        _take(entry, known, is_fuzzy=known.fuzzy or bool(known.msgid_plural) != bool(entry.msgid_plural))
    elif older := _most_alike(entry, gone):
        _take(entry, older, is_fuzzy=True)
        entry.previous_msgid = older.msgid
    return entry


def _take(entry: polib.POEntry, older: polib.POEntry, *, is_fuzzy: bool) -> None:
    """Keep the translation, as far as the forms are the same."""
    if entry.msgid_plural:
        given = older.msgstr_plural or {0: older.msgstr}
        entry.msgstr_plural = {form: given.get(form, "") for form in entry.msgstr_plural}
    else:
        entry.msgstr = older.msgstr or next(reversed((older.msgstr_plural or {0: ""}).values()))
    entry.tcomment = older.tcomment
    if older.fuzzy:
        entry.previous_msgid = older.previous_msgid
    if is_fuzzy and is_translated(entry):
        entry.flags.append("fuzzy")


def _most_alike(entry: polib.POEntry, gone: list[polib.POEntry]) -> polib.POEntry | None:
    """The entry that this one was before somebody changed its wording, if one is close enough."""
    best, how_alike = None, _ALIKE
    for older in gone:
        matcher = SequenceMatcher(None, entry.msgid, older.msgid, autojunk=False)
        if matcher.real_quick_ratio() > how_alike and matcher.quick_ratio() > how_alike:
            ratio = matcher.ratio()
            if ratio > how_alike:
                best, how_alike = older, ratio
    return best
