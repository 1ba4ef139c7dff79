"""What is typed finds the same names in the browser (`js/folding.js`) as on the server (`lib/fold.py`)."""

import unicodedata
from pathlib import Path

import pytest

from steward import ui
from steward.lib.fold import fold

pytestmark = pytest.mark.system

SCRIPT = (Path(ui.__file__).parent / "static/steward/js/folding.js").read_text()
FOLD = """async ([source, texts]) => {
  const { fold } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return texts.map((text) => fold(text));
}"""
NAMES = [
    "Łukasz Żak", "ŁÓDŹ", "Đặng Thị Hồng", "Søren Ægir", "ÅRHUS", "Straße", "STRASSE", "ẞ", "œuvre", "Þór Guðmundsson",
    "Ħal", "İstanbul", "ISPARTA", "ısı", "Ģirts Šķēle", "O’Neil", "O‘Neil", "OʼNeil", "أحمد", "إيمان", "آمنة", "مُحَمَّد",
    "هدى", "مؤمن", "شيئ", "کریم", "ـمـد", "ΟΔΥΣΣΕΥΣ", "Ὀδυσσεύς", "ᾠδή", "ﬁn", "Ⅷ", "ｆｕｌｌ",
    "two  words", "e\u0301", "100 ½",
]  # fmt: skip
# Latin, Greek, Cyrillic, Hebrew, Arabic; scripts without spaces are cut into pairs on the server alone.
BLOCKS = [(0x21, 0x0590), (0x0590, 0x0700), (0x0750, 0x0780), (0x1E00, 0x2000), (0xFB00, 0xFDF0), (0xFE70, 0xFEFF)]


def folded(chromium, texts):
    page = chromium.new_page()
    try:
        return page.evaluate(FOLD, [SCRIPT, texts])
    finally:
        page.close()


def test_names_of_all_our_languages(chromium):
    expected = {name: " ".join(fold(name).split()) for name in NAMES}
    assert dict(zip(NAMES, folded(chromium, NAMES), strict=True)) == expected
    assert expected["Łukasz Żak"] == "lukasz zak"


def test_every_letter_of_their_scripts(chromium):
    letters = [chr(code) for start, end in BLOCKS for code in range(start, end) if unicodedata.name(chr(code), "")]
    texts = [f"a{letter}b" for letter in letters]
    expected = [" ".join(fold(text).split()) for text in texts]
    pairs = zip(letters, folded(chromium, texts), expected, strict=True)
    assert [(letter, here, there) for letter, here, there in pairs if here != there] == []
    assert len(letters) > 2_000
