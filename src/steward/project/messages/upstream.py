"""What libraries show to people and have not translated into one of our languages.

`LOCALE_PATHS` comes before the catalogues of the libraries, so a supplement of ours needs no patch of theirs.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import polib

from steward.project.messages.catalogues import (
    EXAMPLES,
    LANGUAGES,
    Key,
    is_done,
    key_of,
    only_writer,
    path_of,
    read,
    supplement_of,
    write,
)
from steward.project.messages.compiling import LOCALE

# Folders with catalogues, and the parts of the library whose pages and errors we show (empty: all of it).
_LIBRARIES: dict[str, tuple[str, ...]] = {
    "django:conf/locale": (),
    "django:contrib/auth/locale": (),
    "django:contrib/contenttypes/locale": (),
    "django:contrib/postgres/locale": (),
    # Its errors and notices. No address leads to its pages and none of its mails is sent: ours take their place.
    "allauth:locale": (
        "account/",
        "core/",
        "mfa/",
        "utils.py",
        "templates/account/messages/",
        "templates/mfa/messages/",
    ),
}
# Pages of theirs that ours take the place of, names of languages, and the administration site.
_UNUSED = (
    "conf/global_settings.py", "views/", "contrib/auth/admin.py", "contrib/auth/management/", "account/admin.py",
    "account/models.py", "account/apps.py", "mfa/apps.py",
)  # fmt: skip


def lacking(language: str, locale: Path = LOCALE) -> list[polib.POEntry]:
    """What a library has not translated and our supplement does not know, after the library was brought up to date."""
    supplement = {key_of(entry) for entry in read(supplement_of(language, locale), language)} | _ours(language, locale)
    return [entry for entry in _untranslated(language) if key_of(entry) not in supplement]


def update_supplements(locale: Path = LOCALE) -> dict[str, int]:
    """Note what the libraries lack now, and drop what they have got; how much is to be translated, by language."""
    with only_writer(locale):
        return {language: _update(language, locale) for language in LANGUAGES}


def _update(language: str, locale: Path) -> int:
    path = supplement_of(language, locale)
    old = read(path, language)
    known = {key_of(entry): entry for entry in old}
    fresh = read(path, language)
    fresh.clear()
    ours = _ours(language, locale)
    fresh.extend(known.get(key_of(e), e) for e in _untranslated(language) if key_of(e) not in ours)
    if not fresh:
        path.unlink(missing_ok=True)
    elif str(fresh) != str(old):
        write(fresh, path)
    return sum(not is_done(entry) for entry in fresh)


def _ours(language: str, locale: Path) -> set[Key]:
    """What we say in the same words ourselves needs no second translation."""
    return {key_of(entry) for entry in read(path_of(language, locale), language) if not entry.obsolete}


def shown(language: str) -> Iterator[polib.POEntry]:
    """Every text of a library that we show, each once, not translated."""
    return _of_libraries(language, but_translated=False)


def _untranslated(language: str) -> Iterator[polib.POEntry]:
    return _of_libraries(language, but_translated=True)


def _of_libraries(language: str, *, but_translated: bool) -> Iterator[polib.POEntry]:
    seen: set[Key] = set()
    for library, parts in _LIBRARIES.items():
        folder = _folder(library)
        if but_translated:
            seen |= {key_of(entry) for entry in _entries(folder, language) if is_done(entry)}
        for entry in _entries(folder, "en"):
            if key_of(entry) not in seen and _is_shown(entry, parts):
                seen.add(key_of(entry))
                yield _blank(entry, language, library.partition(":")[0])


def _folder(library: str) -> Path:
    package, _colon, path = library.partition(":")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(spec.submodule_search_locations[0]) / path


def _entries(folder: Path, language: str) -> Iterator[polib.POEntry]:
    path = folder / language / "LC_MESSAGES" / "django.po"
    if path.exists():
        yield from (entry for entry in polib.pofile(str(path)) if not entry.obsolete)


def _is_shown(entry: polib.POEntry, parts: tuple[str, ...]) -> bool:
    names = [name.removeprefix("./").removeprefix("allauth/") for name, _line in entry.occurrences]
    return any(name.startswith(parts or ("",)) and not name.startswith(_UNUSED) for name in names)


def _blank(entry: polib.POEntry, language: str, package: str) -> polib.POEntry:
    """The entry without a translation; libraries move their texts, so only the package is noted."""
    blank = polib.POEntry(
        msgid=entry.msgid,
        msgctxt=entry.msgctxt,
        msgid_plural=entry.msgid_plural,
        comment=entry.comment,
        occurrences=[(package, "")],
        flags=[flag for flag in entry.flags if flag != "fuzzy"],
    )
    if entry.msgid_plural:
        blank.msgstr_plural = dict.fromkeys(range(len(EXAMPLES[language])), "")
    return blank
