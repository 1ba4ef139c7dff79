"""Folding for search."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from steward.lib.fold import LONGEST_TEXT, fold, search_terms, words_for_index


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Paper", "paper"),
        ("ŻÓŁĆ", "zolc"),
        ("łódź", "lodz"),
        ("Đặng Văn", "dang van"),
        ("Smørrebrød", "smorrebrod"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("ĀĒĪŪ", "aeiu"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("e\u0301", "e"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
        ("مدرسة", "مدرسه"),
        ("مـــرحبا", "مرحبا"),
        ("שָׁלוֹם", "שלום"),
        ("Ｆｕｌｌ", "full"),
        ("𝕬Ǿǿ", "aoo"),
    ],
)
def test_accents_case_and_letter_forms_go(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("東京都", ["東京", "京都"]),
        ("東", ["東"]),
        ("ab東京cd", ["ab", "東京", "cd"]),
        ("ผู้ใช้", None),
        ("한국어", ["한국", "국어"]),
        ("カメラ", ["カメ", "メラ"]),
    ],
)
def test_scripts_without_spaces_become_bigrams(text, words):
    folded = fold(text).split()
    assert folded == words if words else all(len(word) <= 2 for word in folded)


def test_voicing_marks_are_letters():
    assert fold("がぎ") != fold("かき")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Please see NW-1234 about this", "NW-1234"),
        ("Please see NW-1234 about this", "1234"),
        ("KXQ-40321", "kxq-40321"),
        ("write to eli@example.org", "eli@example.org"),
        ("write to eli@example.org", "example"),
        ("write to eli@example.org", "example.org"),
        ("https://foo.com/a/b", "foo.com"),
        ("the user's guide", "user"),
        ("Zażółć gęślą jaźń", "gesla"),
        ("会議は東京で", "東京"),
        ("+48 600 123 456", "600"),
        ("file_name.pdf", "file_name.pdf"),
        ("a/b", "b"),
    ],
)
def test_what_is_typed_is_found(text, typed):
    words = words_for_index(text).split()
    assert all(any(word.startswith(term) for word in words) for term in search_terms(typed))
    assert search_terms(typed)


def test_what_is_not_there_is_not_found():
    words = words_for_index("Please see NW-1234").split()
    assert not any(word.startswith(term) for word in words for term in search_terms("NW-9999"))


@pytest.mark.parametrize("query", ["", "   ", "!!!", "' | & : * \\", "()"])
def test_a_query_of_nothing_has_no_terms(query):
    assert search_terms(query) == []


def test_a_query_has_an_end():
    assert len(search_terms(" ".join(f"word{n}" for n in range(1000)))) <= 12


@pytest.mark.parametrize("text", ["x" * 3_000_000, "a@b " * 1_000_000, "東" * 1_000_000, "é" * 1_000_000, "-" * 10**6])
def test_long_texts_are_cut_and_quick(text):
    assert len(words_for_index(text)) <= LONGEST_TEXT


def test_several_texts_are_joined():
    assert words_for_index("One", "", "Two").split() == ["one", "two"]


@given(st.text())
def test_folding_twice_is_folding_once(text):
    once = fold(text)
    # Bigrams overlap, so folding them again would repeat letters: texts are folded once, as they are stored.
    assume(" " not in once.replace(" ", "", text.count(" ")))
    assert fold(once) == once


@given(st.text(), st.text())
def test_no_term_holds_what_a_query_language_could_mean(text, query):
    for word in (*words_for_index(text).split(), *search_terms(query)):
        assert not set(word) & set("&|!():*'\\<> \0")
