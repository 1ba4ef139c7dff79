"""Sheets: the imports in their places, and nothing lost when they are made small."""

from pathlib import Path

import pytest

from steward import ui
from steward.ui.sheets import joined_styles, small_styles
from steward.ui.storage import SHEETS

STATIC = Path(ui.__file__).parent / "static/steward"


def test_style_sheets_take_the_place_of_their_imports():
    joined = joined_styles("steward/steward.css", lambda name: (STATIC.parent / name).read_text())
    assert "@import" not in joined
    assert joined.index("@layer reset, tokens") < joined.index(".button {")


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("a {\n  color: red; /* why */\n}\n", "a{color: red}"),
        ("[dir] :is(b, i) { color: red; }", "[dir] :is(b,i){color: red}"),
        (".a { & :hover { top: 0; } &:focus { top: 1px; } }", ".a{& :hover{top: 0}&:focus{top: 1px}}"),
        ('a::before { content: "x  /* y */ ; z"; }', 'a::before{content: "x  /* y */ ; z"}'),
        (
            "@media (width < 600px) { a { width: calc(1px + 2px); } }",
            "@media (width < 600px){a{width: calc(1px + 2px)}}",
        ),
        ("/* one */ /* two */\n@layer a, b;\n\n@layer a { }", "@layer a,b;@layer a{}"),
    ],
)
def test_small_styles_say_the_same(text, small):
    assert small_styles(text) == small


@pytest.mark.parametrize("sheet", SHEETS)
def test_our_own_sheets_stay_balanced(sheet):
    joined = joined_styles(sheet, lambda name: (STATIC / name).read_text())
    small = small_styles(joined)
    assert small.count("{") == small.count("}") > 0
    assert "/*" not in small
