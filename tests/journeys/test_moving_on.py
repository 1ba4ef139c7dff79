"""Going on after an answer as one has chosen, and a row that is back where it was."""

import itertools

import pytest

STATUS = '[popovertarget="status-menu"]'


@pytest.fixture
def page(visit, installation):
    page = visit.page
    page.goto(f"{installation.console}?view=status:new")
    page.wait_for_selector("#rows .row")
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")
    return page


def choose(page, installation, wish):
    """Choose in the profile where one goes, and come back to the list."""
    page.goto(f"{installation.console}settings/profile")
    page.check(f'[name="afterwards"][value="{wish}"]')
    with page.expect_navigation():
        page.click(".settings-foot [type=submit]")
    page.goto(f"{installation.console}?view=status:new")
    page.wait_for_selector("#rows .row")


def open_row(page, number=0):
    code = codes(page)[number]
    page.click(f"#row-{code} .row")
    page.wait_for_selector(f'#ticket[data-code="{code}"]')
    return code


def codes(page):
    return page.eval_on_selector_all("#rows > [data-entry]", "all => all.map(each => each.id.slice(4))")


def send(page, words, keys="Control+Enter"):
    page.keyboard.press("r")
    page.wait_for_function("() => document.activeElement.matches('.composer-rich')")
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press(keys)


def test_on_to_the_next_ticket(page, installation):
    choose(page, installation, "next")
    code = open_row(page)
    follows = codes(page)[1]
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")
    send(page, "On we go")
    page.wait_for_selector(f'#ticket[data-code="{follows}"]')
    assert "view=status" in page.url
    page.wait_for_selector(".toast[data-send]")
    with page.expect_navigation():
        page.keyboard.press("z")
    page.wait_for_selector(f'#ticket[data-code="{code}"]')
    page.locator(".composer-rich", has_text="On we go").wait_for()

    page.goto(f"{installation.console}?view=status:new")
    code = open_row(page)
    follows = codes(page)[1]
    page.keyboard.press("e")
    page.wait_for_selector(f'#ticket[data-code="{follows}"]')
    page.wait_for_selector(".toast[data-undo]")
    page.keyboard.press("z")
    page.wait_for_selector(f"#row-{code}")
    page.wait_for_selector(f'#ticket[data-code="{follows}"]')


def test_back_to_the_list(page, installation):
    choose(page, installation, "list")
    gone = open_row(page)
    with page.expect_navigation():
        page.click('[data-key="e"]')
    assert page.url.endswith("/console/?view=status%3Anew")
    page.wait_for_selector(".toast[data-undo]")
    page.keyboard.press("z")
    page.wait_for_selector(".toast:not([data-undo])")
    page.wait_for_selector(f"#row-{gone}")

    code = open_row(page)
    send(page, "Back we go", "Control+Shift+Enter")
    assert page.url.endswith("/console/?view=status%3Anew")
    assert code not in codes(page)
    page.wait_for_selector(".toast[data-send]")


def test_staying(page, installation):
    choose(page, installation, "stay")
    code = open_row(page)
    page.keyboard.press("e")
    page.wait_for_function("selector => document.querySelector(selector).textContent.includes('Resolved')", arg=STATUS)
    assert page.get_attribute("#ticket", "data-code") == code


def test_a_row_that_is_back_is_where_it_was(page, installation):
    page.set_viewport_size({"width": 1280, "height": 420})
    page.goto(installation.console)
    page.wait_for_selector("#rows .row")
    at = 8
    before = codes(page)
    code = open_row(page, at)
    page.evaluate("document.querySelector('[data-scroll]').scrollTop = 400")
    top = "code => Math.round(document.getElementById(`row-${code}`).getBoundingClientRect().top)"
    seen = page.evaluate(top, before[at + 2])
    page.click(STATUS)
    page.click('#status-menu [value="spam"]')
    page.wait_for_selector(f"#row-{code}", state="detached")
    page.wait_for_selector(".toast[data-undo]")
    page.keyboard.press("z")
    page.wait_for_selector(f"#row-{code}", state="attached")
    assert codes(page)[: at + 3] == before[: at + 3]
    assert page.is_hidden(".list-new")
    assert page.get_attribute(f"#row-{code} .row", "aria-current") == "true"
    assert abs(page.evaluate(top, before[at + 2]) - seen) <= 1, "what one reads stays where it is"


def test_an_answer_brings_a_ticket_to_the_top_and_one_goes_on_from_where_it_was(page, installation):
    choose(page, installation, "stay")
    page.goto(installation.console)
    page.wait_for_selector("#rows .row")
    page.keyboard.press("Shift")  # the first touch brings what answers to keys
    page.wait_for_selector("html[data-hands]")
    before = codes(page)
    for code, follows in itertools.pairwise(before[2:5]):
        if code == before[2]:
            open_row(page, 2)
        send(page, "Thank you")
        page.wait_for_function("code => document.querySelector('#rows > [data-entry]').id === `row-${code}`", arg=code)
        page.wait_for_function("() => document.activeElement.matches('.row')")
        page.keyboard.press("]")
        page.wait_for_selector(f'#ticket[data-code="{follows}"]')
        page.wait_for_selector(".composer-rich:not([hidden])")
