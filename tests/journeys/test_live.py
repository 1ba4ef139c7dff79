"""Two people side by side: what one does or receives, the other sees without doing anything."""

import time
from uuid import uuid4

import pytest

from steward.testing.letters import written

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.fixture
def ben(stranger, installation):
    """A second browser, in which Ben is signed in."""
    visit = stranger
    person = next(person for person in installation.account()["people"] if person["email"].startswith("ben@"))
    visit.page.goto(installation.console)
    visit.page.fill("input[name=login]", person["email"])
    visit.page.fill("input[name=password]", person["password"])
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#rows")
    return visit


def receive(installation, subject):
    sender = f"eli.{uuid4().hex[:8]}@example.org"
    mail = written(installation.account()["address"], sender=f"Eli <{sender}>", subject=subject)
    installation.send([mail], sender=sender)


def connected(page):
    page.wait_for_selector("#live[data-state=live]", state="attached")
    page.evaluate("window.sameDocument = true")


def row(page, subject):
    return page.locator("#rows .row", has_text=subject)


def open_ticket(page, subject):
    row(page, subject).click()
    page.wait_for_selector("#ticket[data-code]")


def write(page, text):
    page.locator(".composer-rich").click()
    page.keyboard.type(text)


def messages(page):
    return page.locator(".message[data-from=agent]")


def forgive(visit, *expected):
    """Faults that the browser itself tells of when a request is refused or does not arrive."""
    assert all(any(words in complaint for words in expected) for complaint in visit.complaints), visit.complaints
    visit.complaints.clear()


def test_what_comes_in_slides_in_for_both(visit, ben, installation):
    subject = f"Order {uuid4().hex[:8]}"
    for each in (visit, ben):
        each.page.goto(installation.console)
        connected(each.page)
    before = int(visit.page.locator("#list-count").inner_text())
    receive(installation, subject)
    for each in (visit, ben):
        row(each.page, subject).wait_for()
        assert each.page.evaluate("window.sameDocument")
    visit.page.wait_for_function(
        "n => document.getElementById('list-count').textContent.trim() == n", arg=str(before + 1)
    )
    assert visit.page.locator("#view-count-all").inner_text() == str(before + 1)


def test_who_has_scrolled_is_told_and_not_moved(visit, installation):
    page, subject = visit.page, f"Order {uuid4().hex[:8]}"
    page.goto(installation.console)
    connected(page)
    scroller = page.locator(".list-scroll")
    scroller.evaluate("element => { element.scrollTop = 300; }")
    receive(installation, subject)
    pill = page.locator(".list-new button")
    pill.wait_for()
    assert scroller.evaluate("element => element.scrollTop") == 300
    assert row(page, subject).count() == 0
    pill.click()
    row(page, subject).wait_for()


def test_two_who_write_know_of_each_other(visit, ben, installation):
    subject = f"Order {uuid4().hex[:8]}"
    ada, bens = visit.page, ben.page
    for page in (ada, bens):
        page.goto(installation.console)
        connected(page)
    receive(installation, subject)
    row(ada, subject).wait_for()
    open_ticket(ada, subject)
    bens.locator("#rows > [data-entry]", has_text=subject).locator("[data-present]").wait_for()

    open_ticket(bens, subject)
    ada.locator(".ticket-here", has_text="Ben").wait_for()
    bens.locator(".ticket-here", has_text="Ada").wait_for()
    write(ada, "It left this morning.")
    bens.locator(".composer-others", has_text="Ada").get_by_text("is writing").wait_for()

    write(bens, "It is in the lorry.")
    ada.wait_for_selector(".composer-saved[data-state=saved]")
    assert ada.locator(".message[data-from=agent]").count() == 0
    ada.evaluate("document.querySelector('[data-talk]').scrollTo(0, -1e6)")
    bens.keyboard.press("Control+Enter")
    messages(bens).wait_for()
    # At once: before Ada's page shows it for long enough to be read.
    ada.keyboard.press("Control+Enter")
    ada.locator(".composer-error", has_text="answered just now").wait_for()
    assert "It left this morning." in ada.locator(".composer-rich").inner_text(), "nothing is lost"
    messages(ada).get_by_text("It is in the lorry.").wait_for()
    ada.locator(".composer-rich").click()
    ada.keyboard.press("Control+Enter")
    messages(ada).nth(1).wait_for()
    messages(bens).nth(1).wait_for()
    forgive(visit, "422")

    bens.goto(installation.console)
    ada.locator(".ticket-here", has_text="Ben").wait_for(state="detached")


def test_what_changes_behind_an_open_menu_shows_once_that_is_left(visit, ben, installation):
    subject, status = f"Order {uuid4().hex[:8]}", '[popovertarget="status-menu"]'
    ada, bens = visit.page, ben.page
    for page in (ada, bens):
        page.goto(installation.console)
        connected(page)
    receive(installation, subject)
    for page in (ada, bens):
        open_ticket(page, subject)
    ada.click(status)
    bens.wait_for_selector("html[data-hands]")
    with ada.expect_response("**/console/tickets/*/changes"):
        bens.keyboard.press("e")
    bens.locator(status, has_text="Resolved").wait_for()
    ada.wait_for_timeout(300)
    assert "Resolved" not in ada.locator(status).inner_text(), "nothing moves under one's hand"
    ada.keyboard.press("Escape")
    ada.keyboard.press("u")
    ada.locator(status, has_text="Resolved").wait_for()


def test_the_network_is_cut_and_comes_back(visit, installation):
    page, subject = visit.page, f"Order {uuid4().hex[:8]}"
    page.goto(installation.console)
    connected(page)
    visit.context.set_offline(True)
    receive(installation, subject)
    page.locator(".list-trouble").wait_for()
    time.sleep(2)
    assert row(page, subject).count() == 0
    visit.context.set_offline(False)
    row(page, subject).wait_for()
    page.locator(".list-trouble").wait_for(state="hidden")
    assert page.evaluate("window.sameDocument")
    forgive(visit, "ERR_INTERNET_DISCONNECTED")


@pytest.mark.parametrize("has_workers", [True, False], ids=["by a worker", "by a lock"])
def test_the_tabs_of_a_browser_share_one_connection(has_workers, visit, installation):
    if not has_workers:
        visit.context.add_init_script("delete window.SharedWorker")
    first = visit.page
    second = visit.watched(visit.context.new_page())
    visit.requests.clear()
    for page in (first, second):
        page.goto(installation.console)
        connected(page)
    assert sum(url.endswith("/console/events") for url in visit.requests) == (0 if has_workers else 1)
    subject = f"Order {uuid4().hex[:8]}"
    receive(installation, subject)
    for page in (first, second):
        row(page, subject).wait_for()
    # The one that holds the connection goes; the other takes it over and misses nothing.
    first.close()
    subject = f"Order {uuid4().hex[:8]}"
    receive(installation, subject)
    row(second, subject).wait_for()


def test_signing_out_in_one_tab_ends_it_in_all(stranger, installation):
    person = next(person for person in installation.account()["people"] if person["email"].startswith("cleo@"))
    page = stranger.page
    page.goto(installation.console)
    page.fill("input[name=login]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    connected(page)
    other = stranger.watched(stranger.context.new_page())
    other.goto(installation.console)
    connected(other)
    # Behind the back of both tabs, as "end this session" elsewhere does it.
    page.evaluate(
        """() => fetch("/console/sign-out", {
             method: "POST", redirect: "manual",
             headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
           })"""
    )
    for each in (page, other):
        each.wait_for_url("**/sign-in**")
    forgive(stranger, "401")
