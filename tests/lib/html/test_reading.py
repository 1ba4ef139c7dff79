"""HTML as text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.html import html_to_text, text_to_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div><div><div>one</div></div></div><div>two</div>", "one\ntwo"),
        ("one<br>two<br><br><br><br>three", "one\ntwo\n\nthree"),
        ("  one \n\t two&nbsp;&nbsp;three ", "one two  three"),
        ("<b>bo</b>ld", "bold"),
        ("<h1>Head</h1>text", "Head\n\ntext"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n- b\n- c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b\n\n\nc</pre>", "a\n  b\n\nc"),
        ("<style>x</style><script>y</script><title>z</title>w", "w"),
        ("<head><title>z</title></head><body>w</body>", "w"),
        ("a<!-- b -->c", "ac"),
        ("&lt;b&gt; &amp;amp; &euro;", "<b> &amp; €"),
        ("<img alt='Logo' src=x> x", "Logo x"),
        ("<a href='http://a.example/'>http://a.example</a>", "http://a.example"),
        ("<a href='http://www.a.example/'>a.example</a>", "a.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='http://a.example/'>here</a>!", "here <http://a.example/>!"),
        ("<a href='javascript:1'>here</a>", "here"),
        ("<a href='http://a.example/'></a>", ""),
        ("<p>a</p><blockquote>b<br>c</blockquote>d", "a\n\nb\nc\n\nd"),
        ("a\0b", "ab"),
        ("<<<>>>", "<<<>>>"),
        ("", ""),
    ],
)
def test_reads(html, text):
    assert html_to_text(html) == text


def test_options():
    assert html_to_text("<a href='http://a.example/'>here</a>", links=False) == "here"
    assert html_to_text("a<blockquote>b<blockquote>c</blockquote></blockquote>d", quotes=True) == (
        "a\n\n> b\n\n> > c\n\nd"
    )


@given(st.text())
def test_takes_anything(text):
    assert "\0" not in html_to_text(text)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"])))
def test_text_comes_back(text):
    words = text.replace("\u00a0", " ").split()
    assert html_to_text(text_to_html(text), links=False).split() == words


@pytest.mark.parametrize(
    "html",
    [
        "<a href='" * 20_000,
        "<div>" * 50_000,
        "<blockquote>x" * 20_000,
        "<ul><li>" * 20_000,
        "<" * 100_000,
        "&" * 100_000,
        "<a href=http://a.example>x" * 20_000,
        "<!--" * 50_000,
        "x " * 200_000,
        "&nbsp;" * 50_000,
    ],
    ids=lambda html: html[:12],
)
def test_takes_hostile_input_in_reasonable_time(html):
    started = time.process_time()
    html_to_text(html, quotes=True)
    assert time.process_time() - started < 2
