"""A draft stands in its ticket as it is until somebody is at it; then the editor comes, and nothing is lost."""

from itertools import count

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

TEXT = ".composer-rich"
NUMBERS = count()  # each time another ticket
# The first touch of the text puts the caret behind so many characters of its first line; the editor is not there yet.
TOUCH = """(after) => {
  const root = document.querySelector(".composer-rich");
  const isThere = Boolean(root.closest("steward-composer").writing);
  root.focus();
  getSelection().collapse(document.createTreeWalker(root, NodeFilter.SHOW_TEXT).nextNode(), after);
  return isThere;
}"""


@pytest.fixture
def url(visit, installation):
    """Of a ticket with a draft of two lines and a file."""
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    url = page.locator("#rows .row").nth(next(NUMBERS)).evaluate("row => row.href")
    page.goto(url)
    page.click(TEXT)
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("Hello there")
    page.keyboard.press("Enter")
    page.keyboard.type("and bye")
    page.set_input_files("input[name=files]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.wait_for_selector(".composer-files [name=attachment]", state="attached")
    page.wait_for_timeout(1200)
    page.wait_for_selector(".composer-saved[data-state=saved]", state="attached")
    return url


@pytest.fixture
def page(visit, signed_in, url):
    """The ticket in another browser of the same person, which has kept nothing."""
    context = visit.context.browser.new_context(storage_state=signed_in, viewport={"width": 1440, "height": 900})
    page = visit.watched(context.new_page())
    page.goto(url)
    page.wait_for_selector(f"{TEXT}:not([hidden])")
    yield page
    context.close()


def test_it_is_text_until_it_is_touched_and_the_caret_stays(page):
    page.wait_for_timeout(1000)
    assert page.inner_text(TEXT).split() == ["Hello", "there", "and", "bye"]
    assert page.evaluate(TOUCH, 6) is False
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("my ")
    expect(page.locator(f"{TEXT} > div")).to_have_text(["Hello my there", "and bye"])


def test_who_goes_on_at_its_end_writes_there(page):
    page.keyboard.press("r")
    page.keyboard.type(" now")
    expect(page.locator(f"{TEXT} > div")).to_have_text(["Hello there", "and bye now"])


def test_of_what_is_typed_before_the_editor_comes_a_space_is_enough(page):
    held = []
    page.route("**/writing*.js", lambda route: held.append(route))
    page.keyboard.press("r")
    page.keyboard.type(" ")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("now")
    expect(page.locator(f"{TEXT} > div")).to_have_text(["Hello there", "and bye now"])


@pytest.fixture
def formatted(page):
    """The same draft in bold, loaded anew."""
    page.click(TEXT)
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    page.wait_for_timeout(1200)
    page.wait_for_selector(".composer-saved[data-state=saved]", state="attached")
    page.mouse.move(2, 2)
    page.reload()
    page.wait_for_selector(f"{TEXT}:not([hidden])")
    return page


def test_what_is_more_than_text_is_shown_so_without_the_editor(formatted):
    formatted.wait_for_timeout(1000)
    assert not formatted.evaluate("Boolean(document.querySelector('steward-composer').writing)")
    expect(formatted.locator(f"{TEXT} b")).to_have_text(["Hello there", "and bye"])
    assert formatted.evaluate(TOUCH, 6) is False
    formatted.wait_for_function("() => document.querySelector('steward-composer').writing")
    formatted.keyboard.type("my ")
    expect(formatted.locator(f"{TEXT} b")).to_have_text(["Hello my there", "and bye"])


def test_what_is_typed_into_it_before_the_editor_is_there_stays_so(formatted):
    held = []
    formatted.route("**/writing*.js", lambda route: held.append(route))
    formatted.reload()
    formatted.wait_for_selector(f"{TEXT}:not([hidden])")
    formatted.evaluate(TOUCH, 6)
    formatted.keyboard.type("my ")
    formatted.wait_for_timeout(300)
    assert held, "the editor was there too early for this test"
    for route in held:
        route.continue_()
    formatted.wait_for_function("() => document.querySelector('steward-composer').writing")
    formatted.keyboard.type("dear ")
    expect(formatted.locator(f"{TEXT} b")).to_have_text(["Hello my dear there", "and bye"])
    formatted.wait_for_selector(".composer-saved[data-state=saved]", state="attached")
    formatted.reload()
    expect(formatted.locator(f"{TEXT} b")).to_have_text(["Hello my dear there", "and bye"])


def test_its_file_is_taken_out_at_the_first_press(page):
    expect(page.locator(".composer-files li")).to_have_count(1)
    page.evaluate("document.querySelector('.composer-files [data-remove-file]').click()")
    expect(page.locator(".composer-files li")).to_have_count(0)
