"""Words with gaps: what may stand in them, and what becomes of values strangers choose."""

import pytest

from steward.channels.email.mail_templates import ALLOWED, Kind
from steward.channels.email.wording import BadWording, check, filled, laid_out, on_one_line, spoken

FRAME = ALLOWED[Kind.ANSWER]
VALUES = {"ticket.code": "KXQ-40321", "contact.name": "Eli"}


@pytest.mark.parametrize(
    ("text", "problem", "name"),
    [
        ("{{answer}} {{ticket.number}}", "unknown", "ticket.number"),
        ("{{answer}}\n{{ answer }}", "repeated", "answer"),
        ("Hello {{answer}}", "misplaced", "answer"),
        ("{{answer}} {{signature}}", "misplaced", "answer"),
        ("Hello", "missing", "answer"),
        ("{{answer}}\n{{ticket.code", "open", "{{"),
        ("{{answer}}\nticket.code}}", "open", "}}"),
        ("{{answer}}\n{{ticket.\ncode}}", "open", "{{"),
        ("{{answer}}\n{{}}", "unknown", ""),
        ("{{answer}}\n{{contact.__class__}}", "unknown", "contact.__class__"),
        ("{{answer}}\n{{answer|safe}}", "unknown", "answer|safe"),
    ],
)
def test_what_cannot_be_filled(text, problem, name):
    with pytest.raises(BadWording) as bad:
        check(text, FRAME)
    assert (bad.value.problem, bad.value.name) == (problem, name)


@pytest.mark.parametrize(
    "text", ["{{answer}}", "Dear {{contact.name}},\n\n  {{ answer }}  \n\n{{signature}}", "{{answer}}\n{% x %} { } $a"]
)
def test_what_can(text):
    check(text, FRAME)


def test_an_automatic_answer_knows_no_agent():
    with pytest.raises(BadWording):
        check("{{agent.name}}", ALLOWED[Kind.AUTOMATIC])


def test_filling():
    assert filled("{{ ticket.code }}: {{contact.name}}", VALUES) == "KXQ-40321: Eli"
    assert filled("{{no.such}}", VALUES) == "{{no.such}}"


def test_values_are_filled_once():
    assert filled("{{contact.name}}", {"contact.name": "{{ticket.code}}", "ticket.code": "x"}) == "{{ticket.code}}"
    assert "KXQ" not in laid_out("{{contact.name}}", {"contact.name": "{{ticket.code}}", "ticket.code": "KXQ"}, {})


@pytest.mark.parametrize("value", ["http://evil.example/", "Free money www.evil.example", "ftp://x", "HTTPS://X"])
def test_nobody_sends_our_readers_anywhere(value):
    assert spoken(value) == ""
    assert "evil" not in laid_out("Hello {{contact.name}}", {"contact.name": value}, {})


def test_values_are_short_and_on_one_line():
    assert on_one_line("a\r\nBcc: b") == "a Bcc: b"
    assert len(spoken("x" * 5000)) == 200


@pytest.mark.parametrize(
    "value", ["<b>x</b>", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;i&gt;"]
)
def test_values_are_text(value):
    html = laid_out("Hello {{contact.name}}", {"contact.name": value}, {})
    for mark in ("<b>", "<script", "<img", "<i>"):
        assert mark not in html


def test_words_of_an_admin_are_text_too():
    html = laid_out("<script>alert(1)</script> https://northwind.example", {}, {})
    assert "<script" not in html
    assert 'href="https://northwind.example"' in html


def test_blocks_stand_in_their_places_and_swallow_nothing():
    blocks = {"answer": "<p>answer<b>", "signature": "", "history": "<blockquote>asked"}
    html = laid_out("Before\n{{answer}}\nBetween\n\n{{signature}}\n{{history}}\nAfter", {}, blocks)
    places = [html.index(word) for word in ("Before", "answer", "Between", "asked", "After")]
    assert places == sorted(places)
    assert html.count("<b>") == html.count("</b>")
    assert html.index("</blockquote>") < html.index("After")


def test_private_marks_in_a_template_fill_nothing():
    assert "Eli" not in laid_out("\ue0000\ue001", {"contact.name": "Eli"}, {})
