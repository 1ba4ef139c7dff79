"""Words selected in a message, in the page or in the frame of a mail, go to where they are redacted; also by keys."""

import pytest

from steward.testing.letters import written

CARD = "4111 1111 1111 1111"
SELECT = """([words, inFrame]) => {
  const frame = document.querySelector(".message iframe");
  const page = inFrame ? frame.contentDocument : document;
  const root = inFrame ? page.body : page.querySelector(".message-body");
  const walker = page.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = page.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    page.getSelection().removeAllRanges();
    page.getSelection().addRange(range);
    return page.getSelection().toString();
  }
}"""


def open_mail(visit, installation, subject, **words):
    """A mail of a customer, opened as a ticket, with everything that comes with the first touch."""
    installation.send([written(installation.account()["address"], subject=subject, **words)], sender="eli@example.org")
    page = visit.page
    for _ in range(60):
        page.goto(f"{installation.console}search?q={subject}")
        if page.locator("#rows .row").count():
            break
        page.wait_for_timeout(500)
    page.locator("#rows .row").first.click()
    page.wait_for_selector(".message")
    page.keyboard.press("Shift")
    page.wait_for_selector("html[data-hands]")
    return page


def press_redact(page):
    page.hover(".message")
    with page.expect_navigation():
        page.click(".message-head [data-redact]")


@pytest.mark.parametrize("is_html", [False, True])
def test_what_is_selected_goes_along(visit, installation, is_html):
    words = {"html": f"<p>It is {CARD}, thanks.</p>"} if is_html else {"text": f"It is {CARD}, thanks."}
    page = open_mail(visit, installation, f"Quokka{is_html}", **words)
    if is_html:
        page.frame_locator(".message iframe").locator(f"text={CARD}").wait_for()
    assert page.evaluate(SELECT, [CARD, is_html]) == CARD
    press_redact(page)
    assert CARD.replace(" ", "") not in page.url.replace("%20", "").replace("+", "")
    assert page.input_value("#id_words") == CARD


def test_by_keyboard_to_the_end(visit, installation):
    page = open_mail(visit, installation, "Wombat", text=f"It is {CARD}, and 5500 0000 0000 0004.")
    press_redact(page)
    assert page.input_value("#id_words") == ""
    page.check("#id_found_0")
    page.keyboard.press("Shift")
    page.wait_for_selector("html[data-hands]")
    page.focus("#said")
    page.evaluate("() => document.getElementById('said').setSelectionRange(0, 0)")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    page.focus("[data-add-selected]")
    page.keyboard.press("Enter")
    assert page.input_value("#id_words") == "It"
    page.fill("#id_words", "")
    page.focus("main [type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.input_value("#id_reason") == "card"
    page.focus("#id_word")
    page.keyboard.type("redact")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(".message")
    assert CARD not in page.inner_text(".message-body")
    assert "5500 0000 0000 0004" in page.inner_text(".message-body")
    assert "redacted words" in page.get_attribute(".message-body .redacted", "aria-label")
