"""The agreement as a team lead walks it: ended, concluded anew by a click, then one's own text, countersigned."""

import json
from pathlib import Path

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {"target-size": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}}
OPERATOR = "agnes@operator.example"
_SESSION = """
from django.conf import settings
from steward.people.operators import create_operator, stored_operator_session
from steward.people.second_factors import store_totp
operator = create_operator(%r, password=None)
store_totp(operator.user, "A" * 32)
print(settings.SESSION_COOKIE_NAME, stored_operator_session(operator.user))
"""


def faults(page):
    """What axe finds on the page."""
    page.evaluate(AXE.read_text())
    asked = json.dumps({"resultTypes": ["violations"], "rules": RULES})
    found = page.evaluate(f"async () => (await axe.run(document, {asked})).violations")
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]


@pytest.fixture
def office(chromium, installation):
    """A page of an operator who has signed in."""
    name, key = installation.run("django", "shell", "-v", "0", "-c", _SESSION % OPERATOR).split()[-2:]
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": name, "value": key, "url": installation.told["url"]}])
    yield context.new_page()
    context.close()


def downloaded(page, link):
    with page.expect_download() as told:
        link.click()
    return Path(told.value.path()).read_bytes()


def test_an_agreement_from_the_click_to_both_signatures(visit, installation, office):
    page, found = visit.page, []
    page.emulate_media(reduced_motion="reduce")
    here = f"{installation.console}settings/privacy/agreement"
    page.goto(here)
    found += faults(page)
    page.get_by_role("link", name="End the agreement").click()
    found += faults(page)
    page.get_by_label("Type “northwind” to go on").fill("northwind")
    page.get_by_role("button", name="End the agreement").click()
    page.get_by_text("No agreement is in force.").wait_for()

    page.get_by_role("link", name="Conclude ours by click").click()
    found += faults(page)
    page.get_by_label("Your position").fill("Head of support")
    page.get_by_label("Its address").fill("Havnegade 1, Aarhus")
    page.get_by_label("I conclude this agreement").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("The agreement is in force.").wait_for()
    for _again in range(60):
        link = page.locator("dl.agreement a[href$='/file']")
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert downloaded(page, link.first).startswith(b"%PDF-")

    page.get_by_role("link", name="Hand in your own text").click()
    found += faults(page)
    page.get_by_label("Days of notice").fill("60")
    page.get_by_label("Your position").fill("Head of support")
    text = {"name": "ours.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 ours"}
    page.get_by_label("Your agreement, signed by you").set_input_files(files=[text])
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text("waits for review").first.wait_for()

    office.goto(f"{installation.told['url'].rstrip('/')}/operator/agreements")
    office.get_by_role("link", name="Northwind").first.click()
    assert downloaded(office, office.get_by_role("link", name="Agreement", exact=True)) == b"%PDF-1.7 ours"
    office.get_by_role("button", name="Take into review").click()
    found += faults(office)
    both = text | {"buffer": b"%PDF-1.7 both"}
    office.get_by_label("With both signatures").set_input_files(files=[both])
    office.get_by_role("button", name="Bring into force").click()
    office.get_by_role("link", name="The agreement of this account").click()
    found += faults(office)

    page.goto(here)
    page.get_by_text("Your own agreement is countersigned").wait_for()
    assert "at least 60 days before" in page.inner_text("main")
    assert downloaded(page, page.get_by_role("link", name="With both signatures").first) == b"%PDF-1.7 both"
    page.get_by_role("button", name="I have read it").click()
    page.get_by_text("Your own agreement is countersigned").wait_for(state="detached")
    assert found == []
