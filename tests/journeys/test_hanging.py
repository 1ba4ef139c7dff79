"""The server hangs: after a while the page says so, keeps the text, and tries again."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

DRAFT = re.compile(r"/draft(\?|$)")
SAVE, SEND, UPLOAD, CHANGE = 21_000, 41_000, 61_000, 31_000  # milliseconds, each a second more than the page waits
STATUS = '[popovertarget="status-menu"]'
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('steward.draft')).length"


class Hanging:
    """Requests to an address that the server never gets."""

    def __init__(self, page, address):
        self.page, self.address, self.routes = page, address, []
        page.route(address, lambda route: self.routes.append(route))

    def wait(self):
        while not self.routes:
            self.page.wait_for_timeout(20)

    def end(self):
        """From now on the server answers what it is asked."""
        self.page.unroute(self.address)

    def let_go(self):
        self.wait()
        self.routes[-1].continue_()
        self.end()


class Unheard:
    """Requests to an address that the server gets, and whose answers never come."""

    def __init__(self, page, address):
        self.page, self.answers = page, []
        self.network = page.context.new_cdp_session(page)
        self.network.on("Fetch.requestPaused", lambda paused: self.answers.append(paused))
        self.network.send("Fetch.enable", {"patterns": [{"urlPattern": address, "requestStage": "Response"}]})

    def wait(self):
        while not self.answers:
            self.page.wait_for_timeout(20)

    def end(self):
        self.network.send("Fetch.disable")


@pytest.fixture
def page(visit, installation):
    """A ticket that nobody has touched yet, with the editor open and its clock in our hands."""
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    url = page.evaluate("document.querySelector('#rows .row').href")
    page.clock.install()
    page.goto(url)
    page.keyboard.press("r")
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    return page


def write(page, words):
    page.click(".composer-rich")
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def says(page, words):
    expect(page.locator(".composer-saved")).to_have_text(words)


def answers(page, words):
    return page.locator(".message[data-from=agent]", has_text=words)


def test_a_save_is_given_up_told_kept_and_tried_again(page):
    draft, words = Hanging(page, DRAFT), f"Half a thought {uuid4().hex[:8]}"
    write(page, words)
    says(page, "Saving…")
    draft.wait()
    page.clock.fast_forward(SAVE)
    says(page, "Not saved: the server does not answer. Kept in this browser")
    assert page.evaluate(COPIES) == 1
    write(page, " and more")
    says(page, "Not saved: the server does not answer. Kept in this browser")
    page.clock.fast_forward(SAVE)
    draft.end()
    page.clock.fast_forward(SAVE)
    says(page, "Draft saved")
    assert page.evaluate(COPIES) == 0
    page.reload()
    expect(page.locator(".composer-rich")).to_have_text(f"{words} and more")


def test_an_answer_of_which_nothing_was_heard_goes_out_once(page):
    replies, words = Unheard(page, "*/replies"), f"Heard by nobody {uuid4().hex[:8]}"
    write(page, words)
    says(page, "Draft saved")
    page.keyboard.press("Control+Enter")
    says(page, "Sending…")
    replies.wait()
    page.clock.fast_forward(SEND)
    expect(page.locator(".composer-error")).to_contain_text("The server does not answer")
    expect(page.locator(".composer-rich")).to_contain_text(words)
    replies.end()
    with page.expect_navigation():
        page.clock.fast_forward(4000)
    expect(answers(page, words)).to_have_count(1)
    expect(page.locator(".composer-rich")).to_have_text("")
    page.reload()
    expect(answers(page, words)).to_have_count(1)
    expect(page.locator(".composer-rich")).to_have_text("")


def test_what_is_changed_after_it_is_another_answer(page, visit):
    replies, words = Unheard(page, "*/replies"), f"First {uuid4().hex[:8]}"
    write(page, words)
    says(page, "Draft saved")
    page.keyboard.press("Control+Enter")
    replies.wait()
    page.clock.fast_forward(SEND)
    expect(page.locator(".composer-error")).to_contain_text("The server does not answer")
    replies.end()
    write(page, " and second")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".moved")).to_contain_text("This answer was sent at")
    page.locator(".moved [data-choice=mine]:visible").click()
    says(page, "Draft saved")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(answers(page, words)).to_have_count(2)
    expect(answers(page, f"{words} and second")).to_have_count(1)
    visit.complaints[:] = [said for said in visit.complaints if "status of 409" not in said]


def test_who_sends_files_that_are_on_their_way_sees_them_go_first(page):
    files, replies = Hanging(page, "**/files"), Hanging(page, "**/replies")
    words = f"With a file {uuid4().hex[:8]}"
    write(page, words)
    page.set_input_files("input[name=files]", {"name": "big.bin", "mimeType": "text/plain", "buffer": b"x" * 100_000})
    page.click(".composer-rich")
    page.keyboard.press("Control+Enter")
    says(page, "Uploading…")
    files.let_go()
    says(page, "Sending…")
    with page.expect_navigation():
        replies.let_go()
    expect(answers(page, words)).to_contain_text("big.bin")


def test_a_file_that_does_not_arrive_is_told_and_nothing_goes_without_it(page):
    files = Hanging(page, "**/files")
    write(page, "With a file.")
    page.set_input_files("input[name=files]", {"name": "big.bin", "mimeType": "text/plain", "buffer": b"x"})
    page.click(".composer-rich")
    page.keyboard.press("Control+Enter")
    says(page, "Uploading…")
    files.wait()
    page.clock.fast_forward(UPLOAD)
    expect(page.locator(".composer-files li")).to_contain_text("not uploaded")
    assert "/console/tickets/" in page.url
    expect(answers(page, "With a file.")).to_have_count(0)


def test_a_change_that_is_not_answered_goes_back(page):
    before = page.text_content(STATUS)
    status = Hanging(page, "**/status")
    page.keyboard.press("Escape")
    page.click(STATUS)
    page.click("#status-menu [value=resolved]")
    page.wait_for_selector(f"{STATUS}[data-pending]")
    status.wait()
    page.clock.fast_forward(CHANGE)
    page.locator(".toast", has_text="could not be reached").wait_for()
    assert page.text_content(STATUS) == before
