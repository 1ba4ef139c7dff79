"""Plain text as HTML."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.html import sanitise_mail, text_to_html


def hrefs(text):
    return re.findall(r'href="([^"]*)"', text_to_html(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n ", ""),
        ("one", "<p>one</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\r\n\r\ntwo\rthree", "<p>one</p><p>two<br>three</p>"),
        ("one\n \n\n\ntwo", "<p>one</p><p>two</p>"),
        ("a  b   c", "<p>a&nbsp; b&nbsp;&nbsp; c</p>"),
        ("  in", "<p>&nbsp;&nbsp;in</p>"),
        ("<b>&amp;\"'", "<p>&lt;b&gt;&amp;amp;\"'</p>"),
        ("a\0b", "<p>ab</p>"),
    ],
)
def test_paragraphs(text, html):
    assert text_to_html(text) == html


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see http://a.example/x?y=1&z=2#q now", ["http://a.example/x?y=1&amp;z=2#q"]),
        ("HTTPS://A.example", ["HTTPS://A.example"]),
        ("www.a.example", ["https://www.a.example"]),
        ("at http://a.example.", ["http://a.example"]),
        ("(http://a.example/x)", ["http://a.example/x"]),
        ("http://a.example/x_(y)", ["http://a.example/x_(y)"]),
        ("(see http://a.example/x_(y)).", ["http://a.example/x_(y)"]),
        ("<http://a.example>", ["http://a.example"]),
        ('"http://a.example"', ["http://a.example"]),
        ("http://a.example,http", []),
        ("http://a.example:8080/", ["http://a.example:8080/"]),
        ("http://localhost/x", ["http://localhost/x"]),
        ("http://пример.example/путь", ["http://пример.example/путь"]),
        ("write to ada@a.example!", ["mailto:ada@a.example"]),
        ("ada+b@mail.a.example, ben@a.example", ["mailto:ada+b@mail.a.example", "mailto:ben@a.example"]),
        ("http://a.example/<b>", []),
        ("http://<b>", []),
        ("http://", []),
        ("http://a.example\\@b.example", []),
        ("http://a@b.example", []),
        ("www.", []),
        ("javascript:alert(1)", []),
        ("ftp://a.example", []),
        ("data:text/html,x", []),
        ("xhttp://a.example", []),
        ("@handle a@b a@b.c1", []),
        ("a.b@", []),
    ],
)
def test_links(text, links):
    assert hrefs(text) == links


@given(st.text(alphabet="<>\"'&;/:.@ wahttp()\n\\=#%", max_size=60))
def test_what_is_written_is_what_a_sanitiser_would_write(text):
    html = text_to_html(text)
    assert re.sub(r' (?:rel|target)="[^"]*"', "", sanitise_mail(html)) == re.sub(r' (?:rel|target)="[^"]*"', "", html)
    assert not set(re.findall(r"<(/?\w+)", html)) - {"p", "/p", "br", "a", "/a"}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a." * 50_000,
        "a@" * 50_000,
        "a@" + "a." * 50_000,
        "www." * 25_000,
        "http://" * 15_000,
        "http://a/" + ")" * 100_000,
        "(" * 100_000,
        " " * 100_000 + "x",
        "\n" * 100_000,
        "http://a.example/(" * 6_000,
    ],
    ids=lambda text: text[:12],
)
def test_takes_hostile_input_in_reasonable_time(text):
    started = time.process_time()
    text_to_html(text)
    assert time.process_time() - started < 1
