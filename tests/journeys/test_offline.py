"""The network goes: what one does on the page goes on, is told, and reaches the server when it is back."""

from uuid import uuid4

import pytest

STATUS = '[popovertarget="status-menu"]'


@pytest.fixture
def ticket(visit, installation):
    """A ticket that came, and that nobody has touched yet."""
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    page.goto(page.evaluate("document.querySelector('#rows .row').href"))
    page.wait_for_timeout(1500)  # what comes later is fetched ahead
    return page


def type_out(page, *keys):
    for key in keys:
        page.keyboard.press(key) if key in {"Enter", "Escape", "Control+Enter"} else page.keyboard.type(key)


def shows(page, selector, words):
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector)?.textContent.includes(words)", arg=[selector, words]
    )


def test_the_first_touch_does_not_need_the_network(visit, ticket):
    before = ticket.text_content(STATUS)
    visit.context.set_offline(True)
    type_out(ticket, "?")
    ticket.wait_for_selector("#keys[open]")
    assert ticket.evaluate("getComputedStyle(document.getElementById('keys')).borderRadius") != "0px"
    type_out(ticket, "Escape", "s", "resol", "Enter")
    ticket.locator(".toast", has_text="could not be reached").wait_for()
    assert ticket.text_content(STATUS) == before
    visit.context.set_offline(False)
    visit.complaints.clear()  # the browser tells of the requests that failed


def test_what_is_sent_without_a_network_goes_out_when_it_is_back(visit, ticket):
    words = f"Sent in a tunnel {uuid4().hex[:8]}"
    visit.context.set_offline(True)
    type_out(ticket, "r", words, "Control+Enter")
    shows(ticket, ".composer-error:not([hidden])", "goes out as soon as")
    assert words in ticket.text_content(".composer-rich")
    with ticket.expect_navigation():
        visit.context.set_offline(False)
    ticket.locator(".message[data-from=agent]", has_text=words).wait_for()
    ticket.wait_for_timeout(3500)  # when it was to be tried again
    assert ticket.locator(".message[data-from=agent]", has_text=words).count() == 1
    assert ticket.text_content(".composer-rich").strip() == ""
    visit.complaints.clear()


def test_what_is_changed_before_the_network_is_back_waits_for_the_hand(visit, ticket):
    words = f"On second thoughts {uuid4().hex[:8]}"
    visit.context.set_offline(True)
    type_out(ticket, "r", words, "Control+Enter")
    shows(ticket, ".composer-error:not([hidden])", "goes out as soon as")
    type_out(ticket, " no")
    visit.context.set_offline(False)
    ticket.wait_for_selector(".composer-saved[data-state=saved]")
    ticket.wait_for_timeout(3500)
    assert ticket.locator(".message[data-from=agent]", has_text=words).count() == 0
    ticket.reload()
    ticket.locator(".composer-rich", has_text=f"{words} no").wait_for()
    visit.complaints.clear()
