"""Where one is after opening a ticket and after going back, and what is said of it (WCAG 2.2, 2.4.3 and 4.1.3)."""

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]


@pytest.fixture
def page(visit, installation):
    page = visit.page
    page.goto(installation.console)
    page.wait_for_selector("#rows .row")
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")
    return page


def test_by_the_keyboard_at_its_heading_and_back_at_its_row(page):
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('#ticket h1')")
    subject = page.locator("#ticket h1").text_content()
    assert page.title().startswith(subject)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    focused = {"role": "heading", "name": subject, "level": 1}
    assert focused in [
        {
            "role": node["role"]["value"],
            "name": node["name"]["value"],
            "level": next((each["value"]["value"] for each in node["properties"] if each["name"] == "level"), None),
        }
        for node in tree
        if any(each["name"] == "focused" and each["value"]["value"] for each in node.get("properties", []))
    ]
    assert page.locator("#opened-said").text_content() == ""
    page.keyboard.press("u")
    page.wait_for_function("() => document.activeElement.matches('#rows .row[aria-current]')")


def test_by_the_mouse_it_is_said_and_the_list_keeps_the_focus(page):
    row = page.locator("#rows .row").nth(2)
    row.click()
    page.wait_for_function("() => document.getElementById('opened-said').textContent")
    code = page.get_attribute("#ticket", "data-code")
    subject = page.locator("#ticket h1").text_content()
    assert page.locator("#opened-said").text_content() == f"Ticket {code} opened: {subject}"
    assert row.evaluate("row => row === document.activeElement")
    page.locator("#walk-down").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("code => !document.getElementById('opened-said').textContent.includes(code)", arg=code)
    assert page.evaluate("document.activeElement.id") == "walk-down"


def test_going_back_to_the_list_is_at_the_row_one_came_from(page):
    page.locator("#rows .row").nth(2).click()
    page.wait_for_selector("#ticket[data-code]")
    code = page.get_attribute("#ticket", "data-code")
    page.go_back()
    page.wait_for_selector("#ticket:not([data-code])", state="attached")
    page.wait_for_function("code => document.activeElement.closest('li')?.id === `row-${code}`", arg=code)


def test_who_wants_one_line_for_each_ticket_gets_it(page):
    height = "document.querySelector('#rows .row').offsetHeight"
    two = page.evaluate(height)
    page.evaluate("document.documentElement.dataset.density = 'one'")
    assert page.evaluate(height) < two * 0.8
