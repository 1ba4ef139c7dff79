"""A person is invited without a mouse; what the page says is said to who cannot see it, too."""

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

# What live regions say: what is put into them after the page was there, each time.
LISTEN = """
window.said = [];
addEventListener("DOMContentLoaded", () => {
  const heard = (part) => part.nodeType === 3 ? part.parentElement : part;
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      for (const added of addedNodes) {
        if (heard(target)?.closest("[role=status], [role=alert], [aria-live]")) said.push(added.textContent.trim());
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
});
"""
UNSEEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return "the focus is nowhere";
  const { outlineStyle, boxShadow, borderColor } = getComputedStyle(at);
  return at.checkVisibility() && (outlineStyle !== "none" || boxShadow !== "none") ? "" : at.outerHTML.slice(0, 120);
}"""


@pytest.fixture
def page(visit, installation):
    visit.context.add_init_script(LISTEN)
    visit.page.goto(f"{installation.console}settings/agents")
    return visit.page


def tab_to(page, selector):
    """Press Tab until the focus is there; on the way it is always to be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN) == ""
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def to_the_content(page):
    """The first Tab of each page is the way past everything that is on all of them."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.skip')")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main'")


def test_somebody_is_invited_without_a_mouse(page, visit):
    to_the_content(page)
    tab_to(page, "a[href$='agents/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/agents/new")

    to_the_content(page)
    tab_to(page, "[name=people]")
    page.keyboard.type("nobody at all")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-error]")
    # What is wrong is where one is at once, and its words belong to the field.
    page.wait_for_function("() => document.activeElement.name === 'people'")
    about = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )
    assert page.text_content("[data-error]").strip() in about
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"

    page.keyboard.press("Control+a")
    page.keyboard.type("Ivo Ilves <ivo@northwind.example>")
    tab_to(page, "[name=role]")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.matches('[name=role]:checked')")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/agents*")
    page.get_by_text("1 invitation is on its way.").wait_for()
    page.wait_for_function("() => said.some((words) => words.includes('1 invitation is on its way.'))")
    page.wait_for_timeout(300)
    assert page.evaluate("said.filter((words) => words.includes('1 invitation is on its way.')).length") == 1

    # The way past the navigation, taken once, holds for the page that follows the form.
    tab_to(page, "form[action*=invitations] button")
    assert page.locator("tr", has_text="ivo@northwind.example").count() == 1
    # Of the form that was refused the browser complains by itself.
    visit.complaints[:] = [said for said in visit.complaints if "status of 422" not in said]
