"""One person, one ticket, two tabs: whatever is typed in either stays until somebody decides."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from steward.testing.letters import written

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

# Its address, not its script.
DRAFT = re.compile(r"/draft(\?|$)")
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('steward.draft'))"


class Tab:
    """A page with an open composer."""

    def __init__(self, visit, url):
        self.page = visit.watched(visit.context.new_page())
        self.page.goto(url)
        self.text = self.page.locator(".composer-rich")
        self.notice = self.page.locator(".moved")
        expect(self.text).to_be_visible()

    def write(self, words, *, state="saved"):
        self.page.bring_to_front()
        self.text.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words)
        self.page.wait_for_selector(f".composer-saved[data-state={state}]")

    def write_unheard(self, words):
        """Typed while nothing of this tab reaches the server."""
        self.page.route(DRAFT, lambda route: route.abort())
        self.write(words, state="unsaved")

    def is_heard(self):
        self.page.unroute(DRAFT)
        expect(self.notice).to_be_visible(timeout=20_000)

    def choose(self, choice):
        self.notice.locator(f"[data-choice={choice}]:visible").click()

    def copies(self):
        return self.page.evaluate(COPIES)


@pytest.fixture
def address(visit, installation):
    """Of a ticket that nobody else opens."""
    key = uuid4().hex[:8]
    installation.send(
        [written(installation.account()["address"], sender=f"t{key}@example.org", subject=f"Tabs {key}")],
        sender="t@example.org",
    )
    page = visit.page
    page.goto(installation.console)
    row = page.locator("#rows .row", has_text=key)
    for _ in range(40):
        if row.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    return f"{installation.account()['url'].rstrip('/')}{row.first.get_attribute('href')}"


@pytest.fixture
def forgiving(visit):
    """Refused saves, and those that this test keeps from the server, are what it is about."""
    yield
    expected = ("net::ERR_", "status of 409")
    visit.complaints[:] = [said for said in visit.complaints if not any(words in said for words in expected)]


def test_a_tab_in_which_nothing_is_typed_follows(visit, address):
    one, other = Tab(visit, address), Tab(visit, address)
    one.write("Written once")
    expect(other.text).to_contain_text("Written once")
    other.write(", and again")
    expect(one.text).to_contain_text("Written once, and again")
    expect(one.notice).to_be_hidden()


def test_two_texts_wait_for_a_choice(visit, address, forgiving):
    one, other = Tab(visit, address), Tab(visit, address)
    other.write_unheard("From the second")
    one.write("From the first")
    place = other.text.bounding_box()
    other.is_heard()
    expect(other.notice).to_contain_text("Another tab saved a different text at")
    expect(other.notice.locator("blockquote")).to_have_text("From the first")
    assert other.text.bounding_box() == place, "nothing moves under the hands"
    assert len(other.copies()) == 1, "the server does not have it, so this browser does"

    other.page.reload()
    expect(other.text).to_have_text("From the second")
    expect(other.notice).to_be_visible()
    other.choose("both")
    other.page.wait_for_selector(".composer-saved[data-state=saved]")
    assert other.copies() == []
    expect(one.text).to_contain_text("From the second")
    expect(one.text).to_contain_text("From the first")


@pytest.mark.parametrize(("choice", "text"), [("mine", "From the second"), ("theirs", "From the first")])
def test_one_of_two_texts(visit, address, forgiving, choice, text):
    one, other = Tab(visit, address), Tab(visit, address)
    other.write_unheard("From the second")
    one.write("From the first")
    other.is_heard()
    other.choose(choice)
    other.page.wait_for_selector(".composer-saved[data-state=saved]")
    for each in (one, other):
        expect(each.text).to_have_text(text)
    assert other.copies() == []


def test_what_was_sent_in_one_does_not_come_back_from_the_other(visit, address, forgiving):
    one, other = Tab(visit, address), Tab(visit, address)
    one.write("Nearly done")
    expect(other.text).to_contain_text("Nearly done")
    other.write_unheard(", with a late thought")
    one.write(", and done")
    one.page.keyboard.press("Control+Enter")
    one.page.locator(".talk", has_text="and done").wait_for()
    other.is_heard()
    expect(other.notice).to_contain_text("This answer was sent at")
    expect(other.text).to_contain_text("with a late thought")

    one.page.reload()
    expect(one.text).not_to_contain_text("Nearly done")
    other.choose("mine")
    other.page.wait_for_selector(".composer-saved[data-state=saved]")
    expect(one.text).to_contain_text("with a late thought")


def test_who_has_not_seen_that_it_was_sent_sends_nothing_twice(visit, address, forgiving):
    one, other = Tab(visit, address), Tab(visit, address)
    one.write("Only once")
    expect(other.text).to_contain_text("Only once")
    other.page.route(DRAFT, lambda route: route.abort())
    one.page.keyboard.press("Control+Enter")
    one.page.locator(".talk", has_text="Only once").wait_for()
    other.page.unroute(DRAFT)
    other.page.bring_to_front()
    other.text.click()
    other.page.keyboard.press("Control+Enter")
    expect(other.notice).to_contain_text("This answer was sent at")
    assert "/console/tickets/" in other.page.url
    other.choose("theirs")
    expect(other.text).to_have_text("")


def test_signing_out_leaves_nothing_in_this_browser(stranger, installation, address):
    page, person = stranger.page, installation.person()
    page.goto(address)
    page.fill("input[name=login]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#ticket[data-code]")
    tab, beside = Tab(stranger, address), Tab(stranger, f"{installation.console}tickets/new")
    tab.write_unheard("Not to be found by the next")
    sign_out = tab.page.locator("#sign-out button")
    tab.page.click("[popovertarget=me-menu]")
    sign_out.click()
    warning = tab.page.locator("#unsaved")
    expect(warning).to_be_visible()
    expect(warning.locator("li")).to_have_count(1)
    warning.get_by_role("button", name="Stay signed in").click()
    assert len(tab.copies()) == 1

    tab.page.unroute(DRAFT)
    tab.page.click("[popovertarget=me-menu]")
    sign_out.click()
    tab.page.locator("input[name=password]").wait_for()
    beside.page.locator("input[name=password]").wait_for()
    assert tab.page.evaluate("Object.keys(localStorage)") == []
    tab.page.go_back()
    tab.page.locator("input[name=password]").wait_for()
    expect(tab.page.locator("#ticket")).to_have_count(0)
    stranger.complaints[:] = [said for said in stranger.complaints if "net::ERR_" not in said]


KEPT = "[localStorage, sessionStorage].flatMap((store) => Object.entries(store)).flat().join(' ')"


def enter(page, person, address):
    page.goto(address)
    page.fill("input[name=login]", person["email"])
    page.fill("input[name=password]", person["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#ticket[data-code]")


def test_a_session_that_ended_leaves_nothing_to_read_and_what_was_typed_is_there_for_its_author(
    stranger, installation, address
):
    """Whoever sits down next at this browser, signed in or with its tools, reads none of it."""
    author, other = installation.person(), installation.person("agent")
    enter(stranger.page, author, address)
    stranger.page.keyboard.press("Control+k")
    stranger.page.locator("#palette input").wait_for()
    stranger.page.keyboard.press("Escape")
    tab = Tab(stranger, address)
    tab.write_unheard("Not to be found by the next")
    [session] = [cookie for cookie in stranger.context.cookies() if "console" in cookie["name"]]
    stranger.context.clear_cookies(name=session["name"])
    for page in (stranger.page, tab.page):
        page.goto(address)
        page.locator("input[name=password]").wait_for()
        kept = page.evaluate(KEPT)
        for secret in ("found", "Tabs", author["email"], author["name"]):
            assert secret not in kept
    assert len(tab.copies()) == 1

    tab.page.unroute(DRAFT)
    enter(tab.page, other, address)
    tab.write("By somebody else")
    expect(tab.text).to_have_text("By somebody else")
    tab.page.click("[popovertarget=me-menu]")
    tab.page.locator("#sign-out button").click()
    tab.page.locator("input[name=password]").wait_for()
    assert len(tab.copies()) == 1, "it is not theirs to throw away"

    enter(tab.page, author, address)
    expect(tab.text).to_have_text("Not to be found by the next")
    tab.page.wait_for_selector(".composer-saved[data-state=saved]")
    assert tab.copies() == []
    stranger.complaints[:] = [said for said in stranger.complaints if "net::ERR_" not in said]


def test_copies_that_nobody_came_back_for_are_thrown_away(visit, address, forgiving):
    old, unread = "steward.draft somebody /old x", "steward.draft somebody /new x"
    put = f"localStorage.setItem({old!r}, `${{Date.now() - 31 * 864e5}} sealed:x`)"
    tab = Tab(visit, address)
    tab.page.evaluate(put)
    tab.page.evaluate(f"localStorage.setItem({unread!r}, `${{Date.now()}} sealed:x`)")
    tab.page.reload()
    tab.write("Something")
    assert tab.copies() == [unread]
    tab.page.evaluate("localStorage.clear()")
