"""Words go from files in whichever alphabet they are written, and everything else stays to the byte."""

import pytest

from steward.lib.redacting import MARK, pattern_of
from steward.lib.redacting_files import PLAIN_MARK, Form, form_of, redacted_text

CARD = "4111 1111 1111 1111"
PATTERN = pattern_of([CARD, "Zoë Müller"])


@pytest.mark.parametrize(
    ("content_type", "name", "form"),
    [
        ("text/plain", "a.txt", Form.TEXT),
        ("text/csv; charset=utf-8", "a", Form.TEXT),
        ("application/octet-stream", "list.csv", Form.TEXT),
        ("", "notes.md", Form.TEXT),
        ("text/plain", "page.html", Form.HTML),
        ("text/html", "x", Form.HTML),
        ("image/svg+xml", "x.svg", Form.HTML),
        ("text/calendar", "x", Form.FOLDED),
        ("message/rfc822", "", Form.MAIL),
        ("application/octet-stream", "Re order.EML", Form.MAIL),
        ("application/pdf", "a.pdf", None),
        ("application/pdf", "a.txt", None),
        ("image/png", "a.png", None),
        ("text/rtf", "a.rtf", None),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx", None),
        ("application/octet-stream", "a", None),
    ],
)
def test_what_can_be_read(content_type, name, form):
    assert form_of(content_type, name) == form


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_in_each_alphabet(codec):
    text = f"Næme;Card\r\nZoë Müller;{CARD}\r\nFarah;5500\r\n"
    new = redacted_text(text.encode(codec), Form.TEXT, PATTERN)
    mark = PLAIN_MARK if codec in {"cp1252", "latin-1"} else MARK
    assert new.decode(codec) == f"Næme;Card\r\n{mark};{mark}\r\nFarah;5500\r\n"


def test_a_declared_alphabet_that_is_another_one():
    assert (
        redacted_text(f"Zoë Müller {CARD}".encode(), Form.TEXT, PATTERN, charset="latin-1") == f"{MARK} {MARK}".encode()
    )


def test_what_holds_none_of_it_stays():
    assert redacted_text(b"\xff\x00 4111 1111", Form.TEXT, PATTERN) is None
    assert redacted_text(b"", Form.HTML, PATTERN) is None


def test_html_with_scripts_and_comments():
    html = (
        f"<!-- {CARD} --><script>card='4111111111111111'</script>"
        f"<p title='{CARD}' id=4111111111111111>Zoë <b>Müller</b></p>"
    )
    new = redacted_text(html.encode(), Form.HTML, PATTERN).decode()
    assert "1111" not in new
    assert "Müller" not in new
    assert "<script>" in new


def test_lines_that_are_folded():
    card = "BEGIN:VCARD\r\nFN:Zoë Mül\r\n ler\r\nNOTE:4111 1111 11\r\n 11 1111\r\nEND:VCARD\r\n"
    new = redacted_text(card.encode(), Form.FOLDED, PATTERN).decode()
    assert new == f"BEGIN:VCARD\r\nFN:{MARK}\r\nNOTE:{MARK}\r\nEND:VCARD\r\n"
