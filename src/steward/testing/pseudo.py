"""Catalogues of a language nobody speaks: marked texts can be told from others, and are longer.

>>> disguised("Send to %(name)s")
'⟦Šéňď ťő %(name)s ~~~~⟧'
"""

import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils import dates

from steward.project.messages.catalogues import EXAMPLES, PLURALS, path_of, read
from steward.project.messages.compiling import compile_changed
from steward.project.messages.sources import Message, all_messages
from steward.project.messages.upstream import shown
from steward.ui import ageing, ages
from steward.ui.templatetags import ui

BEGIN, END = "⟦", "⟧"
_LATIN = str.maketrans("AaCcDdEeIiLlNnOoRrSsTtUuYyZz", "ÁáČčĎďÉéÍíĹĺŇňŐőŔŕŠšŤťŰűÝýŽž")
_ARABIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ابثدعفغهيجكلمنوپقرستوفوخيزابثدعفغهيجكلمنوپقرستوفوخيز"
)
_FIXED = re.compile(r"(%%s|%%|%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|&\w+;)")
_NAMES_OF_DAYS = (dates.WEEKDAYS, dates.WEEKDAYS_ABBR, dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP, dates.MONTHS_ALT)
_LONGER = 0.4  # Polish and Latvian are up to so much longer than English


def disguised(text: str, language: str = "pl") -> str:
    """The text in other letters, longer, between brackets; placeholders and tags as they were."""
    letters = _ARABIC if language == "ar" else _LATIN
    parts = [part if _FIXED.fullmatch(part) else part.translate(letters) for part in _FIXED.split(text)]
    bare = text.strip()
    start, end = text[: text.find(bare)], text[text.find(bare) + len(bare) :]
    longer = "".join("~~~~~ "[i % 6] for i in range(round(_LONGER * len(_FIXED.sub("", bare))))).rstrip()
    return f"{start}{BEGIN}{''.join(parts).strip()} {longer}{END}{end}"


def make_catalogues(locale: Path, *languages: str) -> None:
    """Write compiled catalogues of everything in the sources below `locale`. Formats of dates and times stay."""
    messages = all_messages()
    for language in languages:
        catalogue = read(path_of(language, locale), language)
        catalogue.metadata["Plural-Forms"] = PLURALS[language]
        catalogue.extend(_entry(message, language) for message in messages)
        catalogue.extend(_entry(message, language) for message in _of_libraries(language, messages))
        path_of(language, locale).parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path_of(language, locale)))
    compile_changed(locale)


def forget_texts() -> None:
    """Empty what pages keep by language: catalogues are exchanged under way only in tests."""
    for module in (ages, ageing, ui):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _of_libraries(language: str, ours: list[Message]) -> Iterator[Message]:
    """Texts of Django and allauth; their names of days and months are part of dates, and stay."""
    known = {message.key for message in ours}
    days = {str(name) for names in _NAMES_OF_DAYS for name in names.values()}
    for entry in shown(language):
        message = Message(entry.msgid, entry.msgctxt, entry.msgid_plural or None)
        if message.key not in known and entry.msgid not in days:
            yield message


def _entry(message: Message, language: str) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.text, msgctxt=message.context, msgid_plural=message.plural or "")
    if message.plural:
        entry.msgstr_plural = dict.fromkeys(range(len(EXAMPLES[language])), disguised(message.plural, language))
    elif is_format(message):
        entry.msgstr = message.text
    else:
        entry.msgstr = disguised(message.text, language)
    return entry


def is_format(message: Message) -> bool:
    """How dates or times are put together: letters for Django, no text."""
    return (message.context or "").startswith(("date", "time", "short date", "heading of a day,"))
