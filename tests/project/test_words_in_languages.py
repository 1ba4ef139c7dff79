"""The catalogues keep to `docs/words-in-languages.md` where another word is the nearer one to a translator."""

import re

import pytest

from steward.project.messages.catalogues import LANGUAGES, path_of, read
from steward.project.messages.compiling import LOCALE

# A pattern that must not occur, and what is said instead. Words to search the settings by may be any.
NOT_SAID = {
    "ar": {
        r"(?<![\u0600-\u06ff])(?:ال|لل|بال|وال)?اتفاق(?:ات|نا|ك|كم)?(?![\u0600-\u06ff])": "اتفاقية",
        r"(?<![\u0600-\u06ff])(?:ال|لل)?مزود(?! طاقة)(?![\u0600-\u06ff])": "مقدّم الخدمة",
        r"وكيل": "موظف دعم",
    },
    "da": {r"\b[Ff]irma": "virksomhed", r"følsomme data": "følsomme oplysninger", r"\b[Oo]peratør": "driftsansvarlig"},
    "lv": {r"\bmērķ(?:is|i|im|iem|us|a|u)\b": "nolūks", r"\bsīkfail": "sīkdatne", r"\b[Oo]perator": "uzturētājs"},
    "pl": {
        r"\btw(?:ój|oja|oje|ojego|ojej|oich|oim)\b": "Twój",
        r"umow\w+ powierzenia danych": "umowa powierzenia przetwarzania danych",
        r"(?<!napisa)ł\(a\)": "a noun",
        r"\b[Ww]asz": "Twój",
    },
    "vi": {r"[đĐ]ơn vị xử lý": "bên xử lý phụ", r"người phụ trách bảo vệ dữ liệu": "cán bộ bảo vệ dữ liệu"},
}
_SEARCHED_BY = "steward/console/settings/pages.py"


def said_otherwise(language):
    """Each text that a pattern is found in, with the pattern's better word."""
    for entry in read(path_of(language, LOCALE), language):
        if entry.obsolete or any(name == _SEARCHED_BY for name, _ in entry.occurrences):
            continue
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            command = re.sub(r"steward operator \S+", "", text)
            yield from ((text, word) for pattern, word in NOT_SAID[language].items() if re.search(pattern, command))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_those_of_the_glossary(language):
    assert list(said_otherwise(language)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("ar", "الاتفاق سارٍ"), ("da", "Firmaets navn"), ("lv", "Tam nav mērķa"), ("pl", "dla twojego konta"),
     ("vi", "đơn vị xử lý phụ")],
)  # fmt: skip
def test_other_words_would_be_found(language, text):
    assert any(re.search(pattern, text) for pattern in NOT_SAID[language])


def test_the_glossary_has_the_words():
    glossary = (LOCALE.parents[2] / "docs" / "words-in-languages.md").read_text(encoding="utf-8")
    words = {word for each in NOT_SAID.values() for word in each.values()} - {"a noun", "Twój"}
    assert [word for word in sorted(words) if word not in glossary] == []
