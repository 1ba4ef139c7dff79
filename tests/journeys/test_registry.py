"""The list of subprocessors from a draft to published, by operators in a browser, and what everybody reads then."""

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

WRITER, THE_OTHER = "rita@operator.example", "otto@operator.example"
_SESSION = """
from django.conf import settings
from steward.people.operators import create_operator, stored_operator_session
from steward.people.second_factors import store_totp
operator = create_operator(%r, password=None)
store_totp(operator.user, "A" * 32)
print(settings.SESSION_COOKIE_NAME, stored_operator_session(operator.user))
"""


def page_of(chromium, installation, email):
    """A page of an operator who has signed in."""
    name, key = installation.run("django", "shell", "-v", "0", "-c", _SESSION % email).split()[-2:]
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": key, "url": installation.told["url"]}])
    return context.new_page()


def test_a_subprocessor_from_the_draft_to_the_public_page(installation, chromium):
    page, complaints = page_of(chromium, installation, WRITER), []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{installation.told['url']}/operator/")

    page.click("nav >> text=Subprocessors")
    page.click("text=Begin the next version")
    page.click("text=Add a subprocessor")
    page.fill("input[name=key]", "fjord")
    page.fill("input[name=legal_name]", "Fjord Relay AS")
    page.fill("input[name=website]", "https://fjord.example")
    assert not page.is_checked("input[name=website_unsaid]"), "who types has something to state"
    page.click("text=Save in the draft")
    page.wait_for_selector(".toast")

    page.click("[data-part=fjord] >> text=Add what it is engaged for")
    page.fill("input[name=key]", "fjord-mail")
    page.click("text=Save in the draft")
    assert page.input_value("input[name=key]") == "fjord-mail", "refused without a purpose, and kept"
    complaints.clear()  # of the refusal the browser complains by itself
    page.check("input[name=purposes][value='mail.deliver']")
    page.fill("textarea[name=countries]", "Norway")
    page.fill("textarea[name=description_en]", "Carries our mail.")
    page.click("text=Save in the draft")
    page.wait_for_selector("[data-part=fjord-mail]")
    assert "Norway" in page.inner_text("[data-part=fjord-mail]")

    page.click("text=See what it changes")
    assert "Fjord Relay AS (Norway)" in page.inner_text("[data-difference=fjord-mail]")
    page.fill("textarea[name=summary_en]", "Mail goes by Fjord.")
    page.click("text=Save >> nth=0")
    page.wait_for_selector(".toast")
    assert "another operator has to approve it" in page.inner_text("main")
    other = page_of(chromium, installation, THE_OTHER)
    other.goto(page.url)
    other.get_by_role("button", name="Approve", exact=True).click()
    other.wait_for_selector("text=Publish it for good")
    page.reload()
    page.click("text=Publish it for good")
    page.wait_for_selector("[data-row=fjord-mail]")
    assert complaints == []

    page.goto(f"{installation.told['url']}/subprocessors")
    assert "Fjord Relay AS" in page.inner_text("main")
