"""The prose of the public page: whole in each language, and right with values stated or not."""

import re
import shutil
from pathlib import Path

import pytest

from steward.privacy.egress.registry.document import Block, Provider, Words
from steward.privacy.subprocessors.example import EXAMPLE
from steward.privacy.subprocessors.prose import LANGUAGES, BadProse, blocks_in, default_blocks, filled

STATED = Provider(
    legal_name="Northwind, s. r. o.",
    service="Desk",
    account_address="*.desk.example",
    privacy_email="privacy@desk.example",
    data_protection_officer="Dana Dee",
)
BARE = Provider(legal_name="Northwind", service="Desk")
BLOCKS = [*default_blocks(), *blocks_in(EXAMPLE / "prose")]
DEFAULT_PROSE = EXAMPLE.parent / "prose"


def block(key: str) -> Block:
    return next(one for one in default_blocks() if one.key == key)


def shape(text: str) -> list[tuple[int, int, list[str]]]:
    """Of each paragraph: its lines, its items, and the values it names."""
    return [
        (len(part.splitlines()), len(re.findall(r"^- ", part, re.M)), sorted(re.findall(r"\{[^}]*\}", part)))
        for part in text.split("\n\n")
    ]


def words_of(one: Block) -> list[Words]:
    return [one.title, one.text]


@pytest.mark.parametrize("one", BLOCKS, ids=lambda one: one.key)
def test_each_language_says_as_much_as_english_and_in_its_own_words(one: Block) -> None:
    for words in words_of(one):
        assert sorted(words) == sorted(LANGUAGES)
        for language in set(LANGUAGES) - {"en"}:
            assert shape(words[language]) == shape(words["en"]), language
        assert len(set(words.values())) == len(LANGUAGES), "two languages have the same text"


@pytest.mark.parametrize("one", BLOCKS, ids=lambda one: one.key)
@pytest.mark.parametrize("provider", [STATED, BARE], ids=["stated", "bare"])
def test_a_filled_block_has_no_brace_and_no_empty_text(one: Block, provider: Provider) -> None:
    read = filled(one, provider)
    for words in words_of(read):
        assert all(text == text.strip() and text for text in words.values())
        assert not any(re.search(r"[{}]|  |\n\n\n", text) for text in words.values())


@pytest.mark.parametrize("one", BLOCKS, ids=lambda one: one.key)
def test_texts_are_typed_as_their_language_types(one: Block) -> None:
    for words in words_of(one):
        assert not any(re.search(r"[\"'`;]$|\s[.,:?!]|[“”][a-z]", text) for text in words.values())
        assert re.search("[\u0600-\u06ff]", words["ar"])
        assert "?" not in words["ar"], "an Arabic question ends with its own mark"
        for language in ("en", "da", "lv", "pl", "vi"):
            assert words[language].endswith("?") is (one.is_question and words is one.title), language


def test_the_keys_are_unique_and_questions_come_last() -> None:
    keys = [one.key for one in default_blocks()]
    assert len(set(keys)) == len(keys)
    kinds = [one.is_question for one in default_blocks()]
    assert kinds == sorted(kinds)
    assert kinds.count(True) == 19


def test_the_six_safeguards_are_a_list_of_six() -> None:
    assert all(text.count("\n- ") == 6 for text in block("safeguards").text.values())


def test_a_sentence_whose_value_is_not_stated_is_left_out() -> None:
    stated, bare = filled(block("provider"), STATED).text["en"], filled(block("provider"), BARE).text["en"]
    assert stated.startswith("Northwind, s. r. o. provides Desk. Accounts answer at *.desk.example.\n\n")
    assert bare.startswith("Northwind provides Desk.\n\nThis page lists")


def test_what_stands_in_for_a_value_is_shown_only_without_it() -> None:
    assert filled(block("officer"), STATED).text["en"] == (
        "Yes: Dana Dee\n\nQuestions about data protection: privacy@desk.example"
    )
    assert filled(block("officer"), BARE).text["en"] == "None is stated here."


def test_the_notice_is_as_long_as_the_gate_waits() -> None:
    assert all("30" in text for text in filled(block("changes"), BARE).text.values())


def test_latin_names_keep_their_signs_in_arabic() -> None:
    assert "\u2068*.desk.example\u2069" in filled(block("provider"), STATED).text["ar"]


def test_the_full_stop_of_a_name_ends_its_sentence() -> None:
    one = Block(key="one", title={"en": "{provider}"}, text={"en": "By {provider}. Of {service}."})
    told = filled(one, Provider(legal_name="Host s. r. o.", service="Desk")).text["en"]
    assert told == "By Host s. r. o. Of Desk."


def test_items_of_a_list_keep_their_lines() -> None:
    read = filled(block("due-diligence"), BARE).text["en"]
    assert read.splitlines()[1:] == ["- security", "- privacy", "- confidentiality"]


def test_a_value_nobody_knows_is_refused_when_filled() -> None:
    with pytest.raises(BadProse, match="colour"):
        filled(Block(key="x", title={"en": "X"}, text={"en": "Painted {colour}."}), BARE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_PROSE, tmp_path / "prose"))


def change(folder: Path, old: str, new: str) -> Path:
    path = folder / "lv.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    return folder


def test_a_missing_language_is_refused(folder: Path) -> None:
    (folder / "lv.toml").unlink()
    with pytest.raises(BadProse, match=r"lv\.toml is missing"):
        blocks_in(folder)


def test_a_missing_block_is_refused(folder: Path) -> None:
    with pytest.raises(BadProse, match="lv: not the same blocks"):
        blocks_in(change(folder, "[questions.deletion]", "[questions.removal]"))


def test_a_missing_text_is_refused(folder: Path) -> None:
    with pytest.raises(BadProse, match="lv: language has no title"):
        blocks_in(change(folder, 'title = "Kura valoda ir noteicošā"', 'title = ""'))


def test_a_value_nobody_knows_is_refused_when_read(folder: Path) -> None:
    with pytest.raises(BadProse, match="lv: changes names what nobody knows"):
        blocks_in(change(folder, "{notice_days}", "{days}"))
