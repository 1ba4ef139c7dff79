"""What fast hands press before the page is ready for it is not lost, and happens where it was meant."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from steward.testing.letters import written

ASSIGNEE = '[popovertarget="assign-menu"]'
STATUS = '[popovertarget="status-menu"]'
NAMED = {"Enter", "Escape", "Control+Enter"}


@pytest.fixture
def page(visit, installation):
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    page.wait_for_selector("#rows .row")
    return page


class Late:
    """Requests to an address that wait on their way to the server until they are let through."""

    def __init__(self, page, address):
        self.page, self.address, self.routes = page, address, []
        page.route(address, lambda route: self.routes.append(route))

    def wait(self):
        while not self.routes:
            self.page.wait_for_timeout(20)

    def come(self, how="continue_"):
        self.wait()
        for route in self.routes:
            getattr(route, how)()
        self.page.unroute(self.address)


def type_out(page, *keys):
    """Keys as fast as the browser takes them; a word is typed letter after letter."""
    for key in keys:
        if key in NAMED:
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def code_of(page):
    return page.get_attribute("#ticket", "data-code")


def open_first(page):
    """The first ticket of the list that nobody has touched; its code."""
    type_out(page, "j", "Enter")
    page.wait_for_function("() => document.getElementById('ticket').dataset.code")
    page.wait_for_selector("steward-composer .composer-rich:not([hidden])")
    page.wait_for_selector("html[data-hands]")
    return code_of(page)


def shows(page, selector, words):
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector)?.textContent.includes(words)", arg=[selector, words]
    )


def test_what_is_typed_before_a_menu_tells_that_it_is_open(page):
    open_first(page)
    kept = page.evaluate(
        """async () => {
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
            document.execCommand("insertText", false, "ben");
            const menu = document.getElementById("assign-menu");
            await new Promise((resolve) => menu.addEventListener("toggle", () => setTimeout(resolve), { once: true }));
            return document.activeElement.value;
        }"""
    )
    assert kept == "ben"
    page.keyboard.press("Enter")
    shows(page, ASSIGNEE, "Ben")
    # One that opens again shows everything, and nothing of what was typed.
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.value") == ""
    assert page.locator("#assign-menu .menu-item:visible").count() > 2


def test_a_tag_is_typed_and_taken_before_the_tags_have_come(page):
    open_first(page)
    choices = Late(page, "**/tags/choices")
    tag = f"fast {uuid4().hex[:6]}"
    type_out(page, "t", tag, "Enter")
    choices.come()
    shows(page, "#ticket-tags", f"#{tag}")
    page.wait_for_function("() => !document.querySelector('[data-pending]')")
    assert page.evaluate("document.activeElement !== document.body")


def test_keys_wait_for_the_ticket_that_was_opened(page):
    first = open_first(page)
    before = page.text_content("#ticket-line")
    ticket = Late(page, "**/console/tickets/*-*?*")
    words = f"Meant for the next {uuid4().hex[:8]}"
    type_out(page, "]", "a", "ben", "Enter", "r", words)
    assert code_of(page) == first
    assert page.text_content("#ticket-line") == before
    ticket.come()
    page.wait_for_function("code => document.getElementById('ticket').dataset.code !== code", arg=first)
    shows(page, ASSIGNEE, "Ben")
    page.locator(".composer-rich", has_text=words).wait_for()
    type_out(page, "Escape", "[")
    page.wait_for_function("code => document.getElementById('ticket').dataset.code === code", arg=first)
    assert page.text_content("#ticket-line") == before
    assert words not in page.text_content(".composer-rich")


def test_keys_before_the_scripts_of_the_first_touch_are_there(page):
    hands = Late(page, "**/hands.*.js")
    page.reload()
    words = f"From the first key on {uuid4().hex[:8]}"
    type_out(page, "j", "j", "Enter", "d", "bill", "Enter", "n", words)
    hands.come()
    page.locator(".composer-rich", has_text=words).wait_for()
    shows(page, '[popovertarget="department-menu"]', "Billing")
    assert page.is_checked('[name="kind"][value="note"]')


def test_keys_pressed_while_an_answer_is_sent_are_meant_for_the_page_after_it(page):
    first = open_first(page)
    replies = Late(page, "**/replies")
    words, more = f"Sent {uuid4().hex[:8]}", f"More {uuid4().hex[:8]}"
    type_out(page, "r", words)
    page.locator(".composer-rich", has_text=words).wait_for()
    page.wait_for_selector(".composer-saved[data-state=saved]")
    type_out(page, "Control+Enter")
    page.wait_for_selector(".composer-saved[data-state=sending]")
    type_out(page, "]", "n", more)
    assert more not in page.text_content(".composer-rich")
    replies.come()
    page.locator(".composer-rich", has_text=more).wait_for()
    assert code_of(page) != first
    assert page.is_checked('[name="kind"][value="note"]')


def test_what_is_typed_while_an_answer_is_refused_goes_on_in_it(visit, page):
    open_first(page)
    replies = Late(page, "**/replies")
    words = f"Refused {uuid4().hex[:8]}"
    type_out(page, "r", words)
    page.wait_for_selector(".composer-saved[data-state=saved]")
    type_out(page, "Control+Enter")
    page.wait_for_selector(".composer-saved[data-state=sending]")
    type_out(page, " and more")
    replies.come("abort")
    page.wait_for_selector(".composer-error:not([hidden])")
    page.locator(".composer-rich", has_text=f"{words} and more").wait_for()
    visit.complaints.clear()  # the browser tells of the request that failed


def test_a_passkey_is_made_no_sooner_than_its_script_is_there(visit, installation):
    page = visit.page
    page.goto(f"{installation.console}settings/sign-in/passkeys")
    script = Late(page, "**/passkey-forms.*.js")
    page.reload(wait_until="commit")
    button = page.get_by_role("button", name="Make the passkey")
    button.wait_for()
    assert button.is_disabled()
    page.fill("input[name=name]", "My laptop")
    page.keyboard.press("Enter")
    script.come()
    page.wait_for_function("() => !document.querySelector('form[data-passkey] button[type=submit]').disabled")
    assert page.input_value("input[name=name]") == "My laptop"
    assert page.locator("[data-error]").count() == 0


def test_a_key_with_the_right_alt_is_held_like_others(visit, page):
    # Chromium is told what a keyboard says on which [ needs that key: Control and Alt, and that both are AltGraph.
    visit.context.add_init_script(
        "KeyboardEvent.prototype.getModifierState = function (name) { return name === 'AltGraph' && this.altKey; }"
    )
    page.goto(page.evaluate("document.querySelectorAll('#rows .row')[1].href"))
    second = code_of(page)
    hands = Late(page, "**/hands.*.js")
    page.reload()
    keyboard = visit.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        keyboard.send("Input.dispatchKeyEvent", {"type": kind, "key": "[", "code": "Digit8", "modifiers": 1 | 2})
    hands.come()
    page.wait_for_function("former => document.getElementById('ticket').dataset.code !== former", arg=second)


def is_live(response):
    """The page was asked for again as something happened elsewhere."""
    return response.request.headers.get("x-requested-with") == "live"


@pytest.fixture
def told(installation):
    """Send a mail to the one ticket of this test; its subject."""
    key = uuid4().hex[:8]
    sender, first = f"{key}@example.org", f"first.{key}@example.org"

    def send(text, **parts):
        mail = written(installation.account()["address"], sender=sender, subject=f"Quick {key}", text=text, **parts)
        installation.send([mail], sender=sender)
        return f"Quick {key}"

    return SimpleNamespace(first=lambda: send("One", message_id=first), more=lambda: send("Two", in_reply_to=first))


def test_a_row_that_is_pressed_while_news_of_it_come_opens(page, told):
    row = page.locator("#rows .row", has_text=told.first())
    row.wait_for()
    news = Late(page, "**/console/changes*")
    told.more()
    news.wait()
    row.locator(".row-subject").hover()
    with page.expect_response(is_live):
        page.mouse.down()
        news.come()
    page.wait_for_timeout(300)
    page.mouse.up()
    page.wait_for_function("() => document.getElementById('ticket').dataset.code")
    page.locator(".message", has_text="Two").wait_for()


def test_a_row_that_is_pressed_before_the_scripts_are_there_opens_though_news_of_it_come(page, told):
    row = page.locator("#rows .row", has_text=told.first())
    row.wait_for()
    hands, news = Late(page, "**/hands.*.js"), Late(page, "**/console/changes*")
    page.reload()
    told.more()
    news.wait()
    row.locator(".row-subject").click()
    with page.expect_response(is_live):
        news.come()
    page.wait_for_timeout(300)
    hands.come()
    page.wait_for_function("() => document.getElementById('ticket').dataset.code")


def test_what_was_asked_for_before_something_is_undone_is_out_of_date(page):
    open_first(page)
    before, held = page.text_content(STATUS), []
    page.route("**/console/tickets/*/changes", lambda route: route.continue_() if held else held.append(route))
    type_out(page, "s", "spam", "Enter")
    shows(page, STATUS, "Spam")
    while not held:
        page.wait_for_timeout(20)
    asked = "url => fetch(url, { headers: { 'X-Requested-With': 'live' } }).then((answer) => answer.text())"
    stale = page.evaluate(asked, held[0].request.url)
    assert "Spam" in stale
    type_out(page, "z")
    page.wait_for_function(
        "([selector, was]) => document.querySelector(selector).textContent === was", arg=[STATUS, before]
    )
    held[0].fulfill(body=stale, content_type="text/html")
    page.wait_for_timeout(300)
    assert page.text_content(STATUS) == before
    type_out(page, "e")
    shows(page, STATUS, "Resolved")
