"""Facts and texts of the list as HTML: what an operator typed stays text, and each kind of value has its form."""

import pytest

from steward.front.subprocessors.prose import Part
from steward.front.subprocessors.rows import Fact
from steward.front.templatetags.listed import facts, paragraphs

SPITE = """<script>alert(1)</script>" onclick='x' &amp;"""
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onclick=&#x27;x&#x27; &amp;amp;"


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact("a", "A", ("x",)), "<bdi>x</bdi>"),
        (Fact("a", "A", ("x", "y")), "<ul><li><bdi>x</bdi></li><li><bdi>y</bdi></li></ul>"),
        (Fact("a", "A", ()), "<bdi>None</bdi>"),
        (Fact("a", "A", None), "<bdi>Not stated</bdi>"),
        (Fact("a", "A", ("h:1", "x"), is_code=True), '<code dir="ltr">h<wbr>:1</code> <code dir="ltr">x</code>'),
        (Fact("a", "A", (), is_code=True), "<bdi>None</bdi>"),
        (
            Fact("a", "A", ("https://x.example",), is_code=True, address="https://x.example"),
            '<a class="link" href="https://x.example" rel="noopener nofollow" dir="ltr">https://x.example</a>',
        ),
    ],
)
def test_each_kind_of_value_has_its_form(fact: Fact, said: str) -> None:
    assert facts([fact]) == f'<div data-fact="a"><dt>A</dt><dd>{said}</dd></div>'


@pytest.mark.parametrize(
    "fact",
    [
        Fact("a", "A", (SPITE,)),
        Fact("a", "A", (SPITE, SPITE)),
        Fact("a", "A", (SPITE,), is_code=True),
        Fact("a", "A", (SPITE,), address=SPITE),
        Fact("a", SPITE, (SPITE,)),
        Fact(SPITE, "A", (SPITE,)),
    ],
)
def test_nothing_that_is_listed_is_markup(fact: Fact) -> None:
    said = facts([fact])
    assert SAFE in said
    assert "<script" not in said
    assert '" onclick' not in said


def test_paragraphs_and_lists() -> None:
    assert paragraphs([Part("a"), Part(items=("b", "c"))]) == "<p>a</p>\n<ul><li>b</li><li>c</li></ul>"
    assert paragraphs([]) == ""
    assert paragraphs([Part(SPITE), Part(items=(SPITE,))]) == f"<p>{SAFE}</p>\n<ul><li>{SAFE}</li></ul>"
