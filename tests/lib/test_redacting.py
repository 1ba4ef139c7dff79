"""Words are found however they are written, and nothing else goes with them."""

import time

import pytest

from steward.lib.html import sanitise_mail
from steward.lib.html.redacting import redact_html
from steward.lib.redacting import MARK, TooShort, pattern_of, redacted, widened

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (CARD, f"It is {CARD}.", f"It is {MARK}."),
        (CARD, "It is 4111-1111-1111-1111 or 4111111111111111.", f"It is {MARK} or {MARK}."),
        (CARD, "> 4111 1111\n> 1111 1111", f"> {MARK}"),
        (CARD, "4111 1111 1111 1112", "4111 1111 1111 1112"),
        (CARD, "94111 1111 1111 1111", "94111 1111 1111 1111"),
        ("Eli Berg", "Eli Berg, ELI  BERG and eli\n> berg", f"{MARK}, {MARK} and {MARK}"),
        ("Eli", "Eli is not Elise, nor is Mueli", f"{MARK} is not Elise, nor is Mueli"),
        ("eli@example.org", "write to ELI@example.org now", f"write to {MARK} now"),
        ("(secret)", "a (secret) word", f"a {MARK} word"),
        ("+49 30 901820", "call +4930901820 or +49-30-901820", f"call +{MARK} or +{MARK}"),
        ("田中さん", "これは田中さんのです", f"これは{MARK}のです"),
        ("نص سري", "هذا نص سري هنا", f"هذا {MARK} هنا"),
        (CARD, "٤١١١ ١١١١ ١١١١ ١١١١", MARK),
        ("٤١١١ ١١١١ ١١١١ ١١١١", f"It is {CARD}.", f"It is {MARK}."),
        ("Elisabeth", "Eli\u00adsa\u200bbeth", MARK),
        ("Eli\u00adsabeth", "Elisabeth", MARK),
        ("Zoë", "Zoe\u0308 was here", f"{MARK} was here"),
        ("44051401359", "440514 01359", MARK),
    ],
)
def test_in_text(words, text, expected):
    assert redacted(text, pattern_of([words]))[0] == expected


def test_what_stood_there_is_told():
    assert redacted("4111-1111-1111-1111 and x", pattern_of([CARD])) == (f"{MARK} and x", ["4111-1111-1111-1111"])
    assert redacted("nothing", pattern_of([CARD])) == ("nothing", [])


def test_the_longest_goes_first():
    assert redacted("Eli Berg and Berg", pattern_of(["Berg", "Eli Berg"]))[0] == f"{MARK} and {MARK}"


@pytest.mark.parametrize("words", ["", "a", "12", " - ", "a."])
def test_too_few_letters(words):
    with pytest.raises(TooShort):
        pattern_of([words])


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        ("my name is Eli Berg now", "li Be", "Eli Berg"),
        ("my name is Eli Berg now", " Eli ", "Eli"),
        ("card 4111 1111.", "111 11", "4111 1111"),
        ("これは田中さんのです", "田中", "田中"),
        ("all of it", "all of it", "all of it"),
    ],
)
def test_whole_words_are_chosen(text, chosen, expected):
    start = text.index(chosen)
    assert widened(text, start, start + len(chosen)) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>It is {CARD}.</p>", f"<p>It is {MARK}.</p>"),
        ("<p>4111 <b>1111</b> 1111<i> 1111</i>!</p>", f"<p>{MARK}<b></b><i></i>!</p>"),
        ("<p>4111 1111<br>1111 1111</p>", f"<p>{MARK}<br></p>"),
        ("<p>4111&nbsp;1111&nbsp;1111&nbsp;1111 &amp; &lt;b&gt;</p>", f"<p>{MARK} &amp; &lt;b&gt;</p>"),
        (f"<p>{CARD}, {CARD}, {CARD}</p>", f"<p>{MARK}, {MARK}, {MARK}</p>"),
        ('<p title="4111111111111111">x</p>', '<p title="">x</p>'),
        ("<p>4111&#160;1111&shy; 1111&#x20;11<wbr>11</p>", f"<p>{MARK}<wbr></p>"),
        ("<p><b>4111</b>-<i>1111</i>-<u>1111</u>-1111</p>", f"<p><b>{MARK}</b><i></i><u></u></p>"),
        ("<p>a</p><p>b</p>", "<p>a</p><p>b</p>"),
    ],
)
def test_in_html(html, expected):
    assert redact_html(html, pattern_of([CARD]))[0] == expected


def test_in_the_address_of_a_link():
    html = sanitise_mail('<p>Write to <a href="mailto:eli%40example.org?subject=x">Eli</a> now</p>')
    blotted, found = redact_html(html, pattern_of(["eli@example.org"]))
    assert found == ["eli@example.org"]
    assert "href" not in sanitise_mail(blotted)
    assert "example" not in blotted


def test_what_is_sanitised_stays_so():
    html = sanitise_mail(f'<table><tr><td>{CARD}</td></tr></table><details class="quoted">&gt; {CARD}</details>')
    blotted, _found = redact_html(html, pattern_of([CARD]))
    assert sanitise_mail(blotted) == blotted
    assert "1111" not in blotted


def test_large_mails_take_little_time():
    html = "<p>" + f"<b>4111</b> 1111 1111 <i>1111</i>, and &lt;so on&gt; {CARD} " * 5_000 + "</p>"
    before = time.process_time()
    blotted, found = redact_html(html, pattern_of([CARD]))
    assert len(found) == 10_000
    assert "1111" not in blotted
    assert time.process_time() - before < 5
