"""Folding HTML, as the mail programs of the world write it; and that nothing is ever lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.channels.email.folding import fold_html
from steward.lib.html import html_to_text, sanitise_mail

OWN = "Thank you, the second one is right."
WROTE = "On Mon, Jan 6, 2025 at 10:12 AM Ben &lt;<a href='mailto:ben@desk.example'>ben@desk.example</a>&gt; wrote:"
HEADER = "<b>Von:</b> Ben<br><b>Gesendet:</b> Montag, 6. Januar 2025 10:12<br><b>An:</b> Eli<br><b>Betreff:</b> x"

PROGRAMS = {
    "gmail": f'<div dir="ltr">{OWN}</div><br><div class="gmail_quote"><div class="gmail_attr">{WROTE}<br></div>'
    '<blockquote class="gmail_quote"><div>old</div></blockquote></div>',
    "gmail in an unknown language": f'<div>{OWN}</div><div class="gmail_quote"><div class="gmail_attr">Ben aliandika'
    ' hivi:<br></div><blockquote class="gmail_quote">old</blockquote></div>',
    "gmail signature": f'<div>{OWN}</div><div class="gmail_signature"><div>Eli</div><div>Acme</div></div>',
    "apple": f'<div>{OWN}</div><br><div>{WROTE}<br></div><blockquote type="cite"><div>old</div></blockquote>',
    "apple one paragraph": f"<p>{OWN}<br><br>{WROTE}</p><blockquote>old</blockquote>",
    "thunderbird": f'{OWN}<br><div class="moz-cite-prefix">Am 06.01.25 um 10:12 schrieb Ben:<br></div>'
    '<blockquote type="cite" cite="mid:x"><p>old</p></blockquote><div class="moz-signature">-- <br>Eli</div>',
    "thunderbird below": '<div class="moz-cite-prefix">Am 06.01.25 um 10:12 schrieb Ben:<br></div>'
    f'<blockquote type="cite"><p>old</p></blockquote><p>{OWN}</p>',
    "outlook web": f'<div>{OWN}</div><div id="Signature"><p>Eli</p></div><div id="appendonsend"></div><hr>'
    f'<div id="divRplyFwdMsg"><font>{HEADER}</font></div><div>old</div><table><tr><td>old</td></tr></table>',
    "outlook": f'<div class="WordSection1"><p class="MsoNormal">{OWN}</p><div><div style="border:none;border-top:solid '
    f'#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>{HEADER}</p></div></div><p>old</p></div>',
    "outlook in an unknown language": f'<div><p>{OWN}</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
    'padding:3.0pt 0in 0in 0in"><p><b>Kutoka:</b> Ben<br><b>Kwa:</b> Eli</p></div></div><p>old</p></div>',
    "outlook mac": f'<div>{OWN}</div><span id="OLK_SRC_BODY_SECTION"><div>{HEADER}</div><div>old</div></span>',
    "outlook mobile": f'<div>{OWN}</div><div id="mail-editor-reference-message-container">'
    "<div>Kutoka: Ben</div><p>old</p></div>",
    "ruled": f"<p>{OWN}</p><hr><p>{HEADER}</p><p>old</p>",
    "yahoo": f'<div><div>{OWN}</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>{WROTE}</div><div>old'
    "</div></div></div>",
    "proton": f'{OWN}<div class="protonmail_signature_block"><div>Sent with Proton Mail.</div></div>'
    f'<div class="protonmail_quote">{WROTE}<br><blockquote class="protonmail_quote" type="cite">old</blockquote></div>',
    "gmx": f'<div>{OWN}</div><div name="quote" style="border-left:2px solid #C3D9E5;">'
    f"<div>{HEADER}</div><div>old</div></div>",
    "yandex": f'<p>{OWN}<br /><br />06.01.2025, 10:12, "Ben" &lt;ben@desk.example&gt;:</p><blockquote>old</blockquote>',
    "text in pre": f"<pre>{OWN}\n\n-- \nEli\n\nOn 6 Jan 2025, at 10:12, Ben &lt;ben@desk.example&gt; "
    "wrote:\n&gt; old\n</pre>",
    "text with breaks": f"{OWN}<br><br>On 6 Jan 2025, at 10:12, Ben &lt;ben@desk.example&gt; wrote:<br>"
    "&gt; old<br>&gt; old",
    "phone": f"<div>{OWN}</div><div>Sent from my iPhone</div>",
    "in a table": f"<table><tr><td>{OWN}</td></tr><tr><td>{HEADER}</td></tr><tr><td>old</td></tr></table><p>old</p>",
}


@pytest.mark.parametrize("html", PROGRAMS.values(), ids=PROGRAMS)
def test_only_the_customers_words_stay(html):
    folded = fold_html(html)
    assert folded.visible == OWN
    outside = re.sub(r"<details.*?</details>", "", folded.html, flags=re.DOTALL)
    assert "old" not in outside
    assert OWN in outside


@pytest.mark.parametrize("html", PROGRAMS.values(), ids=PROGRAMS)
def test_nothing_is_lost_and_the_result_is_clean(html):
    folded = fold_html(html)
    assert words(folded.html) == words(html)
    assert sanitise_mail(folded.html) == folded.html


@pytest.mark.parametrize(
    "html",
    [
        "<p>one</p><p>two</p>",
        "<p>It says:</p><blockquote>Error 42</blockquote>",
        '<blockquote type="cite">the part I mean</blockquote><p>This is wrong.</p>',
        '<blockquote type="cite">only a quotation</blockquote>',
        '<p>Below.</p><blockquote type="cite">one?</blockquote><p>Yes.</p><blockquote type="cite">two?</blockquote>'
        "<p>No.</p>",
        '<div class="gmail_quote">my words in an odd place</div>',
        '<div class="gmail_signature">my words in an odd place</div>',
        '<div>FYI</div><div class="gmail_quote">---------- Forwarded message ---------<br>From: a@b.example<br>'
        "Date: 6 Jan 2025<br>Subject: x<br><br>the matter</div>",
        '<div style="border-left:2px solid red">A note of mine</div>',
        "<table><tr><td>From:</td><td>Warsaw</td></tr><tr><td>Date:</td><td>12 May 2025</td></tr></table>",
        "",
    ],
)
def test_in_doubt_everything_stays(html):
    folded = fold_html(html)
    assert folded.visible == html_to_text(html, links=False)
    assert folded.html == sanitise_mail(html)


def test_answers_within_gmails_quotation_stay():
    folded = fold_html(
        f'<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">{WROTE}</div>'
        '<blockquote class="gmail_quote">Which colour?</blockquote><div>The green one, please.</div>'
        '<blockquote class="gmail_quote">Which size?</blockquote>'
        "<div>The same as before, thank you.</div></div>"
    )
    for part in ("See below.", "Which colour?", "The green one, please.", "The same as before, thank you."):
        assert part in folded.visible
    assert "wrote:" not in folded.visible


def test_a_picture_below_the_quotation_stays():
    folded = fold_html(f'<p>{WROTE}</p><blockquote type="cite">old</blockquote><img src="cid:shot" alt="Screenshot">')
    assert folded.visible == "Screenshot"
    assert folded.html.endswith('<img src="cid:shot" alt="Screenshot">')


def test_a_paragraph_is_parted():
    folded = fold_html(f"<p><b>{OWN}<br>On 6 Jan 2025, at 10:12, Ben wrote:</b></p><blockquote>old</blockquote>")
    assert folded.html == (
        f'<p><b>{OWN}<br></b></p><details class="quoted"><summary class="quoted-mark">…</summary>'
        "<p><b>On 6 Jan 2025, at 10:12, Ben wrote:</b></p><blockquote>old</blockquote></details>"
    )


TAGS = "a b p div span table tr td ul li pre blockquote br hr img font details form svg style center x-y".split()
ATTRIBUTES = [
    "",
    " class=gmail_quote",
    " type=cite",
    " class=gmail_signature",
    " id=divRplyFwdMsg",
    " class=gmail_attr",
]
ATTRIBUTES += [
    " style='white-space:pre'",
    " style='border-left:1px solid'",
    " href=javascript:x onclick=x",
    " class=quoted",
]
PIECES = (
    st.builds(lambda tag, attributes: f"<{tag}{attributes}>", st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
    | st.builds(lambda tag: f"</{tag}>", st.sampled_from(TAGS))
    | st.sampled_from([OWN, WROTE, HEADER, "&gt; old", "-- ", "<br>-- <br>Eli", "\n", "&nbsp;", "Sent from my iPhone"])
    | st.text(max_size=6)
)


def words(html):
    """The text without white space, and without what depends on where elements are parted: the marks of lists."""
    return re.sub(r"\s+|…|-|\d+\.", "", html_to_text(html, links=False))


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_is_lost(html):
    folded = fold_html(html)
    assert words(folded.html) == words(html)
    assert sanitise_mail(folded.html) == folded.html
    assert "\0" not in folded.visible


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000,
        "<blockquote type=cite>x" * 5_000,
        "<b><i><div>" * 10_000,
        f"<p>own</p><p>{WROTE}</p><blockquote type=cite>x</blockquote>" * 500,
        "<table><tr><td>" * 4_000 + WROTE,
        "<table>" + f"<tr><td>own<td>{HEADER}" * 1_000,
        "<div>" * 900 + f"own<p>{HEADER}<p>" + "<table><tr><td>x" * 30,
        "<p>x" * 8_000,
        "&nbsp;" * 30_000,
        "<" * 50_000,
    ],
    ids=lambda html: html[:12],
)
def test_takes_hostile_input_in_reasonable_time(html):
    started = time.process_time()
    fold_html(html)
    assert time.process_time() - started < 3
