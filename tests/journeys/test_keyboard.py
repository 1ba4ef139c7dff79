"""Answering ticket after ticket without a mouse; the palette, and taking things back."""

import re
from uuid import uuid4

import pytest

STATUS = '[popovertarget="status-menu"]'
UNSEEN = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return "the focus is nowhere";
    const { outlineStyle, boxShadow } = getComputedStyle(at);
    const isInBox = at.closest("steward-composer, .palette-box")?.matches(":focus-within");
    const isShown = outlineStyle !== "none" || boxShadow !== "none" || isInBox;
    return at.checkVisibility() && isShown ? "" : `not to be seen: ${at.outerHTML.slice(0, 120)}`;
}"""


@pytest.fixture
def page(visit, installation):
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    page.wait_for_selector("#rows .row")
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")
    return page


def opened(page, former=""):
    page.wait_for_function(
        "former => ![former, undefined].includes(document.getElementById('ticket').dataset.code)", arg=former
    )
    page.wait_for_selector("steward-composer .composer-rich:not([hidden])")
    return page.get_attribute("#ticket", "data-code")


def press(page, *keys):
    """Press keys one by one; after each, as soon as what is being swapped is in place, the focus is to be seen."""
    for key in keys:
        page.keyboard.press(key)
        for _ in range(100):
            if not (unseen := page.evaluate(UNSEEN)):
                break
            page.wait_for_timeout(50)  # a piece is being swapped
        else:
            raise AssertionError(f"after {key}: {unseen}")


def test_five_tickets_in_a_row(page):
    press(page, "j", "Enter")
    answered = []
    for _ in range(5):
        code = opened(page, answered[-1] if answered else "")
        words = f"By keyboard {uuid4().hex[:8]}"
        press(page, "r")
        page.keyboard.type(words)
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        page.locator(".message[data-from=agent]", has_text=words).wait_for()
        page.wait_for_function("document.activeElement.matches('.row')")
        answered.append(code)
        # What was answered has left the list: the next one took its place.
        press(page, "Enter")
    assert len(set(answered)) == 5


def test_everything_in_the_header_by_its_key(page):
    press(page, "j", "j", "Enter")
    code = opened(page)

    def shows(selector, words):
        page.wait_for_function(
            "([selector, words]) => document.querySelector(selector)?.textContent.includes(words)",
            arg=[selector, words],
        )

    press(page, "a")
    page.keyboard.type("ben")
    press(page, "Enter")
    shows('[popovertarget="assign-menu"]', "Ben")
    press(page, "d")
    page.keyboard.type("bill")
    press(page, "Enter")
    shows('[popovertarget="department-menu"]', "Billing")
    press(page, "t")
    page.wait_for_selector("#tag-menu [data-filter]")
    page.keyboard.type("by hand")
    press(page, "Enter")
    shows("#ticket-tags", "#by hand")
    press(page, "u")
    assert page.evaluate("document.activeElement.closest('li').id") == f"row-{code}"
    press(page, "s")
    page.keyboard.type("spam")
    press(page, "Enter")
    shows(STATUS, "Spam")
    page.wait_for_selector(".toast[data-undo]", state="attached")
    press(page, "z")
    page.wait_for_function("selector => !document.querySelector(selector).textContent.includes('Spam')", arg=STATUS)
    press(page, "h", "Escape", "e")
    shows(STATUS, "Resolved")
    press(page, "]")
    assert opened(page, code) != code


def test_an_answer_is_taken_back(page, installation):
    press(page, "j", "j", "j", "Enter")
    opened(page)
    before = page.text_content(STATUS)
    words = f"Not yet {uuid4().hex[:8]}"
    press(page, "r")
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.locator(".message[data-from=agent]", has_text=words).wait_for()
    page.wait_for_selector(".toast[data-send]")
    with page.expect_navigation():
        page.keyboard.press("z")
    page.locator(".composer-rich", has_text=words).wait_for()
    assert page.locator(".message[data-from=agent]", has_text=words).count() == 0
    assert page.text_content(STATUS) == before
    page.wait_for_timeout(5500)
    page.goto(installation.told["outbox_url"])
    assert words not in page.content()


def test_a_new_ticket_is_taken_back(page, installation):
    with page.expect_navigation():
        page.keyboard.press("c")
    words = f"Not yet {uuid4().hex[:8]}"
    page.fill("#new-to", "Nils <nils@example.com>")
    page.fill("#new-subject", "Your order")
    page.click(".composer-rich")
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.locator(".message[data-from=agent]", has_text=words).wait_for()
    page.wait_for_selector(".toast[data-send]")
    with page.expect_navigation(url="**/tickets/new"):
        page.keyboard.press("z")
    page.locator(".composer-rich", has_text=words).wait_for()
    assert "nils@example.com" in page.input_value("#new-to")
    assert page.input_value("#new-subject") == "Your order"
    page.wait_for_timeout(5500)
    page.goto(installation.told["outbox_url"])
    assert words not in page.content()


def test_keys_do_nothing_while_one_types(page):
    press(page, "j", "Enter")
    code = opened(page)
    before = page.text_content(STATUS)
    press(page, "r")
    page.keyboard.type("reeeezus #[]? ja/nein")
    assert page.get_attribute("#ticket", "data-code") == code
    assert page.text_content(STATUS) == before
    assert page.locator("dialog[open], :popover-open").count() == 0
    page.keyboard.press("Escape")
    for held in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{held}+e")
    press(page, "?")
    page.keyboard.press("e")
    assert page.locator("#keys[open]").count() == 1
    assert page.text_content(STATUS) == before


def test_the_palette(page):
    press(page, "j", "Enter")
    code = opened(page)
    press(page, "Control+k")
    field = page.get_by_role("combobox")
    field.fill("assign to ben")
    page.wait_for_function("document.querySelector('#palette [aria-selected=true]')?.textContent.includes('Ben')")
    assert (
        page.evaluate(
            "document.getElementById(document.querySelector('[role=combobox]').getAttribute('aria-activedescendant')).ariaSelected"
        )
        == "true"
    )
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[popovertarget=\"assign-menu\"]').textContent.includes('Ben')")
    # What was typed stays when it is closed in between.
    press(page, "Control+k")
    page.keyboard.type("time zo")
    page.keyboard.press("Escape")
    assert page.locator("#palette[open]").count() == 0
    press(page, "Control+k")
    assert field.input_value() == "time zo"
    page.locator("#palette [role=option]", has_text="General").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/console/settings/general"))
    press(page, "Control+k")
    page.locator("#palette [role=option]", has_text=code).wait_for()
    page.keyboard.type(code)
    page.keyboard.press("Enter")  # at once: what is not found yet is waited for
    page.wait_for_url(re.compile(f"/console/tickets/{code}"))


def test_a_slow_answer_is_dropped(page):
    """What comes late for fewer letters does not take the place of what was found for more."""

    def slowly(route):
        if "q=a&" in f"{route.request.url}&":
            page.wait_for_timeout(600)
        route.continue_()

    press(page, "Control+k")
    page.route("**/console/palette*", slowly)
    page.keyboard.type("a")
    page.wait_for_timeout(100)
    page.keyboard.type("gents")
    page.locator("#palette [role=option]", has_text="Agents").first.wait_for()
    page.wait_for_timeout(800)
    assert "Agents" in page.text_content("#palette-list [role=option]")


def test_what_the_server_does_not_take_goes_back(visit, page):
    press(page, "j", "Enter")
    opened(page)
    before = page.text_content(STATUS)
    page.route("**/status", lambda route: (page.wait_for_timeout(400), route.abort()))
    page.keyboard.press("e")
    page.wait_for_function(
        "document.querySelector('[popovertarget=\"status-menu\"][data-pending]')?.textContent.includes('Resolved')"
    )
    page.locator(".toast", has_text="could not be reached").wait_for()
    assert page.text_content(STATUS) == before
    assert page.locator("[data-pending]").count() == 0
    visit.complaints.clear()  # the browser tells of the request that failed
