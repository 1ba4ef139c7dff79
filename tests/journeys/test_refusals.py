"""A server that refuses, fails or answers something else: it is said, nothing typed is lost, and one can go on."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

SIGN_IN = "<!doctype html><title>Sign in</title><form><input name=login></form>"
NO_JSON = {"status": 409, "content_type": "text/html", "body": "<h1>Conflict</h1>"}
FAULT = {"status": 500, "content_type": "text/html", "body": "<h1>A fault</h1>"}


@pytest.fixture
def page(visit, installation):
    """A ticket with an open composer. The browser tells of each refusal: that is what the tests are about."""
    visit.page.goto(installation.console)
    visit.page.locator("#rows .row").first.click()
    visit.page.wait_for_selector("#ticket[data-code] .composer-rich")
    yield visit.page
    visit.complaints[:] = [said for said in visit.complaints if "Failed to load resource" not in said]


def write(page, words):
    page.locator(".composer-rich").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_a_file_that_meets_the_sign_in_page_has_failed(page):
    page.route("**/files", lambda route: route.fulfill(status=200, content_type="text/html", body=SIGN_IN))
    with page.expect_file_chooser() as chosen:
        page.locator("input[name=files]").evaluate("(field) => field.click()")
    chosen.value.set_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a plan"})
    expect(page.locator('.composer-files li[data-state="failed"]')).to_be_visible()
    page.locator(".composer-files [data-remove-file]").click()
    write(page, "Sent without the plan.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#entries")).to_contain_text("Sent without the plan.")


def test_a_save_that_could_not_be_understood_is_tried_again(page):
    answers = [NO_JSON]
    page.route("**/draft", lambda route: route.fulfill(**answers.pop()) if answers else route.continue_())
    write(page, "Once more")
    expect(page.locator(".composer-saved[data-state=saved]")).to_be_visible(timeout=10_000)
    assert not answers


def test_a_sign_out_that_was_refused_is_said(page):
    page.route("**/sign-out", lambda route: route.fulfill(**FAULT))
    before = page.url
    page.click("[popovertarget=me-menu]")
    page.locator("#sign-out button").click()
    expect(page.locator(".toast", has_text="refused")).to_be_visible()
    assert page.url == before


def test_what_a_page_asks_for_by_itself_never_takes_its_place(page):
    page.route("**/tags/choices", lambda route: route.fulfill(**FAULT))
    before = page.url
    page.locator("#ticket-tags .badge-button").click()
    expect(page.locator(".toast", has_text="refused")).to_be_visible()
    assert page.url == before


@pytest.fixture
def waiting(page):
    """Requests for the editor, which is kept back as by a bad line until `arrives(waiting)`."""
    held = []
    page.route("**/writing*.js", lambda route: held.append(route))
    page.reload()
    page.wait_for_selector("#ticket[data-code] .composer-rich")
    return held


def arrives(waiting):
    assert waiting, "the editor was there too early for this test"
    for route in waiting:
        route.continue_()


def test_what_is_sent_before_the_editor_is_there_is_sent(page, waiting):
    write(page, "Quicker than the line.")
    page.locator('[data-send="reply"]:visible').first.click()
    page.wait_for_timeout(500)
    arrives(waiting)
    expect(page.locator("#entries")).to_contain_text("Quicker than the line.", timeout=15_000)


def test_what_is_typed_before_the_editor_is_there_is_saved(page, waiting):
    write(page, "Typed early.")
    page.wait_for_timeout(500)
    arrives(waiting)
    expect(page.locator(".composer-saved[data-state=saved]")).to_be_visible(timeout=10_000)
    expect(page.locator(".composer-rich")).to_have_text("Typed early.")


def test_a_file_chosen_before_the_editor_is_there_is_kept(page, waiting):
    page.route("**/files", lambda route: route.fulfill(status=201, json={"id": str(uuid4()), "name": "a", "size": 1}))
    with page.expect_file_chooser() as chosen:
        page.locator("input[name=files]").evaluate("(field) => field.click()")
    chosen.value.set_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a plan"})
    page.wait_for_timeout(500)
    arrives(waiting)
    expect(page.locator(".composer-files li input[name=attachment]")).to_be_attached(timeout=15_000)
