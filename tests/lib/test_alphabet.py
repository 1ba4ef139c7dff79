"""Names in the order of each alphabet."""

import pytest

from steward.lib.alphabet import alphabetical


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["2nd line", "10th line", "Ángel", "anna", "Łucja", "mary", "Zoe"]),
        ("pl", ["Anna", "Ąbc", "Cezary", "Ćma", "Lech", "Łucja", "Maria", "Zofia", "Źdźbło", "Żaneta"]),
        ("da", ["Anders", "Zoe", "Ærø", "Ørsted", "Aabenraa", "Åse"]),
        ("lv", ["Ādolfs", "Agnese", "Cēsis", "Čaks", "Kārlis", "Ķīna", "Šarlote", "Zane", "Žanis"]),
        ("vi", ["An", "Ánh", "Ăn", "Âu", "Dũng", "Đạt", "Oanh", "Ông", "Ơn", "Vy"]),
        ("ar", ["إبراهيم", "أحمد", "باسم", "سعاد", "ليلى", "يوسف"]),
    ],
)
def test_order(language: str, names: list[str]) -> None:
    mixed = names[::-1]
    assert sorted(mixed, key=lambda name: alphabetical(name, language)) == names
