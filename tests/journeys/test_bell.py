"""One is told, in another browser, without a reload: a colleague mentions one in a note."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from steward.testing.letters import written

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]


# What would be on the desktop: a browser without a head has none.
DESKTOP = """
globalThis.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title) {
    super();
    localStorage.setItem("test.desktop", (localStorage.getItem("test.desktop") ?? "") + `${title};`);
  }
};
"""


def signed_in_as(visit, installation, role):
    """A page of somebody else, in a browser of their own."""
    who = installation.person(role)
    context = visit.context.browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(DESKTOP)
    page = visit.watched(context.new_page())
    page.goto(installation.console)
    page.fill("input[name=login]", who["email"])
    page.fill("input[name=password]", who["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#rows")
    return page, who


@pytest.fixture
def address(visit, installation):
    """Of a ticket that came just now."""
    key = uuid4().hex[:8]
    installation.send(
        [written(installation.account()["address"], sender=f"b{key}@example.org", subject=f"Bell {key}")],
        sender="b@example.org",
    )
    visit.page.goto(installation.console)
    row = visit.page.locator("#rows .row", has_text=key)
    expect(row).to_be_visible(timeout=20_000)
    return f"{installation.account()['url'].rstrip('/')}{row.first.get_attribute('href')}"


def unread(page):
    return int(page.locator("#bell").get_attribute("data-unread"))


def test_a_mention_rings_the_bell_of_a_colleague(visit, installation, address):
    bens, ben = signed_in_as(visit, installation, "agent")
    bens.goto(f"{installation.console}notifications")
    came = bens.locator(".notice", has_text=address.rpartition("/")[2].partition("?")[0])
    for _ in range(40):  # that the ticket is new is told, too
        if came.count():
            break
        bens.wait_for_timeout(250)
        bens.reload()
    bens.wait_for_selector("#live[data-state=live]", state="attached")
    bell = bens.locator("#bell")
    other_tab = visit.watched(bens.context.new_page())
    other_tab.goto(installation.console)
    other_tab.wait_for_selector("#live[data-state=live]", state="attached")
    before = unread(bens)

    page = visit.page
    page.goto(address)
    page.locator(".tab", has=page.locator("[value=note]")).click()
    page.locator(".composer-rich").click()
    page.keyboard.type(f"Please look, @{ben['name'][:3]}")
    expect(page.locator("#mentions [aria-selected=true]")).to_have_attribute("data-name", ben["name"])
    page.keyboard.press("Enter")
    expect(page.locator(".composer-rich [data-mention]")).to_have_text(f"@{ben['name']}")
    page.keyboard.type("thanks")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message[data-from=note] [data-mention]")).to_have_text(f"@{ben['name']}")

    expect(bell).to_have_attribute("data-unread", str(before + 1), timeout=20_000)
    expect(other_tab.locator("#bell")).to_have_attribute("data-unread", str(before + 1), timeout=20_000)
    expect(bens.locator(".bell-new a")).to_be_visible()
    bens.wait_for_timeout(500)  # for a second one, which must not come
    assert (
        bens.evaluate("localStorage.getItem('test.desktop')")
        == f"{installation.person()['name']} mentioned you in a note;"
    )
    bens.locator(".bell-new a").click()
    notice = bens.locator(".notice").first
    expect(notice).to_have_attribute("data-unread", "")
    notice.locator(".notice-link").click()
    expect(bens).to_have_url(re.compile(r"/console/tickets/.+#m-"))
    # The page says that it shows the ticket, and its notices (that it is new, too) are read.
    expect(bell).not_to_have_attribute("data-unread", str(before + 1), timeout=20_000)
    bens.goto(f"{installation.console}notifications")
    expect(bens.locator(".notice").first).not_to_have_attribute("data-unread", "")
    bens.set_viewport_size({"width": 360, "height": 740})
    hidden = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"
    assert bens.eval_on_selector_all(".notice-what", hidden) == [], "on a phone one reads what it is about, too"

    bens.locator(".page-actions form button").click()
    expect(bell).to_have_attribute("data-unread", "0")
    bens.context.close()
