"""Choosing one among hundreds: by the first letters, by keyboard, before the answer has come, and without scripts."""

from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
ASSIGNEE = '[popovertarget="assign-menu"]'
PEOPLE = "#assign-menu [data-people] .menu-item"
MAKE = """
from steward.people.models import Department
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.crowds import crowd_in
with account_scope(Account.objects.get(slug="northwind").pk):
    departments = list(Department.objects.select_related("account"))
for department in departments:
    crowd_in(department, [*(f"Agent {n:03}" for n in range(200)), "Łukasz Żak", "Ludwik Żak"])
"""


@pytest.fixture(scope="module")
def crowd(installation):
    """Two hundred more solvers in each department of the demo."""
    installation.run("django", "shell", "-c", MAKE)


NUMBERS = count()


@pytest.fixture
def address(crowd, visit, installation):
    """Of a ticket that waits, each time another one."""
    visit.page.goto(f"{installation.console}?view=status:new")
    visit.page.wait_for_selector("#rows .row")
    return visit.page.locator("#rows .row").nth(next(NUMBERS)).evaluate("row => row.href")


@pytest.fixture
def page(visit, address):
    page = visit.page
    page.goto(address)
    page.mouse.move(300, 300)
    page.wait_for_selector("html[data-hands]")
    return page


class Held:
    """Requests to an address that wait on their way to the server until they are let through."""

    def __init__(self, page, address):
        self.page, self.address, self.routes = page, address, []
        page.route(address, lambda route: self.routes.append(route))

    def let_go(self):
        while not self.routes:
            self.page.wait_for_timeout(20)
        self.routes[-1].continue_()  # those before it were given up for it
        self.page.unroute(self.address)


def test_by_the_first_letters_and_enter_before_the_answer(page):
    held = Held(page, "**/assignees?*")
    page.keyboard.press("a")
    page.keyboard.type("lukasz")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert "Żak" not in page.inner_text(ASSIGNEE)
    held.let_go()
    expect(page.locator(ASSIGNEE)).to_contain_text("Łukasz Żak")
    expect(page.locator(ASSIGNEE)).to_be_focused()
    page.wait_for_selector(f"{ASSIGNEE}:not([data-pending])")
    page.keyboard.press("m")
    expect(page.locator(ASSIGNEE)).to_contain_text("Ada")


def test_what_was_found_is_said_and_chosen_by_arrows(page):
    said = page.locator("#assign-menu [role=status]")
    page.keyboard.press("a")
    assert page.locator(PEOPLE).count() <= 20
    page.keyboard.type("zak")
    expect(said).to_have_text("2 found")
    expect(page.locator(PEOPLE)).to_have_text(["LLudwik Żak", "ŁŁukasz Żak"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(PEOPLE).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(ASSIGNEE)).to_contain_text("Łukasz Żak")
    page.wait_for_selector(f"{ASSIGNEE}:not([data-pending])")
    page.keyboard.press("a")
    expect(page.locator(f"{PEOPLE}[aria-current]")).to_contain_text("Łukasz Żak")
    page.keyboard.type("agent")
    expect(said).to_have_text("200 found. The first ones are shown.")
    page.locator("#assign-menu [data-filter]").fill("nobody such")
    expect(said).to_have_text("Nobody with that name or address can be assigned to this ticket.")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(said).to_have_text("")
    expect(page.locator(f"{PEOPLE}[aria-current]")).to_contain_text("Łukasz Żak")


def test_offline_it_is_said(page, visit):
    page.route("**/assignees?*", lambda route: route.abort())
    page.keyboard.press("a")
    page.keyboard.type("lukasz")
    page.keyboard.press("Enter")
    expect(page.locator("#assign-menu [role=status]")).to_contain_text("could not be reached")
    assert page.input_value("#assign-menu [data-filter]") == "lukasz"
    visit.complaints[:] = [each for each in visit.complaints if "ERR_FAILED" not in each]


def test_a_server_that_hangs_is_told_as_one_that_cannot_be_reached(page):
    page.clock.install()
    held = []
    page.route("**/assignees?*", lambda route: held.append(route))
    page.keyboard.press("a")
    page.keyboard.type("lukasz")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    page.clock.fast_forward(11_000)
    expect(page.locator("#assign-menu [role=status]")).to_contain_text("could not be reached")


def test_the_palette_knows_everybody(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("lukasz")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Assign to Łukasz Żak")
    page.keyboard.press("Enter")
    expect(page.locator(ASSIGNEE)).to_contain_text("Łukasz Żak")


def test_a_mention_before_the_answer(page):
    held = Held(page, "**/mentionable?q=lu*")
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("Dear @luk")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    held.let_go()
    expect(page.locator(".composer-rich [data-mention]")).to_have_text("@Łukasz Żak")
    page.keyboard.type("and @zzz")
    page.keyboard.press("Enter")
    page.keyboard.type("bye")
    expect(page.locator(".composer-rich > div")).to_have_text(["Dear @Łukasz Żak and @zzz", "bye"])


def test_a_mention_by_arrows(page):
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('steward-composer').writing")
    page.keyboard.type("@zak")
    expect(page.locator("#mentions [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator(".composer-rich [data-mention]")).to_contain_text("Żak")


@pytest.fixture
def removal(crowd, visit, installation):
    """The page that removes one of them."""
    visit.page.goto(f"{installation.console}settings/agents?q=Agent {next(NUMBERS):03}")
    visit.page.click("tbody tr:first-child a")
    visit.page.click("a[href$='/removal']")
    return visit.page


def test_who_gets_the_tickets_of_somebody_who_goes(removal):
    menu = "[popovertarget=heir-menu]"
    expect(removal.locator(menu)).to_contain_text("Nobody")
    removal.click(menu)
    assert removal.locator("#heir-menu [data-people] .menu-item").count() <= 20
    removal.keyboard.type("lukasz")
    expect(removal.locator("#heir-menu [data-people] .menu-item").first).to_contain_text("Łukasz Żak")
    removal.keyboard.press("Enter")
    expect(removal.locator(menu)).to_contain_text("Łukasz Żak")
    expect(removal.locator("[name=word]")).to_be_focused()
    removal.keyboard.type("remove")
    removal.keyboard.press("Enter")
    expect(removal.locator(".toast")).to_contain_text("no longer works here")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_its_open_menu_is_clean(chromium, signed_in, removal, scheme, width):
    # In another browser: axe styles what it tries, against our policy.
    size = {"width": width, "height": 800}
    context = chromium.new_context(storage_state=signed_in, color_scheme=scheme, bypass_csp=True, viewport=size)
    page = context.new_page()
    page.goto(removal.url)
    page.click("[popovertarget=heir-menu]")
    page.keyboard.type("agent 01")
    expect(page.locator("#heir-menu [role=status]")).to_contain_text("The first ones are shown")
    page.evaluate(AXE.read_text())
    violations = page.evaluate("async () => (await axe.run()).violations")
    assert [(each["id"], each["nodes"][0]["html"][:160]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_same_without_scripts(chromium, signed_in, removal):
    context = chromium.new_context(storage_state=signed_in, java_script_enabled=False)
    page = context.new_page()
    page.goto(removal.url)
    page.click("[popovertarget=heir-menu]")
    page.fill("#heir-menu [name=q]", "lukasz")
    page.keyboard.press("Enter")
    page.click("main [role=status] a:has-text('Łukasz') >> nth=0")
    expect(page.locator("[popovertarget=heir-menu]")).to_contain_text("Łukasz Żak")
    context.close()


def test_without_scripts(chromium, signed_in, address):
    context = chromium.new_context(storage_state=signed_in, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.click(ASSIGNEE)
    page.click("#assign-menu noscript a, #assign-menu a")
    page.fill("#who", "lukasz")
    page.keyboard.press("Enter")
    page.click("main li button:has-text('Łukasz')")
    expect(page.locator(ASSIGNEE)).to_contain_text("Łukasz Żak")
    context.close()
