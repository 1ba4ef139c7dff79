"""In which language a text is: the right one, or none."""

import pytest

from steward.lib import text_language
from steward.lib.text_language import language_of

LONG = {
    "en": "Hello, two of the beans in my last order were broken. Can I get new ones?",
    "pl": "Dzień dobry, kurier zostawił przesyłkę w punkcie odbioru, a nie w firmie.",
    "vi": "Chào anh chị, quán chúng tôi vừa chuyển sang địa chỉ mới ở quận Ba.",
    "ar": "مرحبًا، طلبت قبل أسبوع عشرين كيسًا من قهوة سيدامو ولم يصل شيء.",
    "da": "Hej, fire af de 20 sække fra sidste uge var våde, da de kom frem til os.",
    "lv": "Labdien! Rēķinā norādīts mūsu vecais numurs, lūdzu izlabojiet to.",
    "nb": "Hei, vi fikk en purring på faktura 2026-0902, men den er betalt for lenge siden.",
    "zh-Hant": "您好，我們想訂購五公斤的瓜地馬拉豆，請問可以開立公司抬頭的發票並寄到台北嗎？",
    "zh-Hans": "您好，我们想订购五公斤的危地马拉咖啡豆，请问可以开公司抬头的发票并寄到上海吗？",
    "he": "שלום, ההזמנה שלי לא הגיעה עדיין. מתי היא צפויה להגיע אלינו למשרד?",
}


@pytest.mark.parametrize(("language", "text"), LONG.items())
def test_a_text_is_of_its_language(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "   ", "914 552 007", "👍👍", "Danke!", "Tak, det var det hele.", "\x00\ud800\uffff"]
)
def test_of_what_is_short_or_no_words_nothing_is_said(text):
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("text", "language"), [("無事に届きました。", "ja"), ("네, 가능합니다", "ko"), ("ขอบคุณ", "th")]
)
def test_a_script_that_one_language_has_needs_no_length(text, language):
    assert language_of(text) == language


def test_half_of_each_is_neither():
    assert language_of(f"{LONG['en'] * 3}\n{LONG['pl'] * 3}") == ""


def test_addresses_are_of_no_language():
    assert language_of("https://shop.example/orders/where-is-my-order-please eli.the.customer@mail.example") == ""


@pytest.mark.parametrize(
    ("text", "said", "language"),
    [
        ("Thank you very much", "en-GB", "en"),
        (LONG["pl"], "en-US", "pl"),  # the language of the menus
        ("Tak, det var det hele.", "en, da", ""),
        (LONG["da"], "\x00", "da"),
    ],
)
def test_what_the_program_says_settles_what_is_likely(text, said, language):
    assert language_of(text, said) == language


def test_without_the_detector_the_script_and_the_program_tell(monkeypatch):
    monkeypatch.setattr(text_language, "pycld2", None)
    assert language_of(LONG["he"], "en") == "he"
    assert language_of(LONG["zh-Hant"]) == "zh"
    found = [language_of(LONG["pl"], said) for said in ("", "pl-PL", "pl, en")]
    assert found == ["", "pl", ""]
    assert language_of("914 552 007", "pl") == ""
