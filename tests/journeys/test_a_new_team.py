"""A new team: somebody signs up, confirms by the mail, invites a colleague, who joins in a browser of their own."""

import json
import re
import time
from pathlib import Path
from uuid import uuid4

import pytest

from .conftest import Visit

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def link_in_outbox(visit, installation, pattern):
    """The first link of this form in a mail, once it is there."""
    for _ in range(120):
        told = json.dumps(visit.page.request.get(f"{installation.told['outbox_url']}.json").json())
        if found := re.search(pattern, told):
            return found[0]
        time.sleep(0.25)
    raise AssertionError(f"no mail with {pattern}")


def faults(visit):
    """What axe finds on the page."""
    visit.page.evaluate(AXE.read_text())
    found = visit.page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def test_from_the_front_page_to_a_team_of_two(stranger, chromium, installation):
    page, base = stranger.page, installation.told["url"]
    slug = f"fjord-{uuid4().hex[:8]}"
    page.goto(base)
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Company").fill("Northwind")
    page.locator("[data-slug]").first.wait_for()
    assert page.get_by_label("Address of your help desk").input_value() != "northwind", "that one is taken"
    page.get_by_label("Address of your help desk").fill(slug)
    page.locator("[data-slug-said]", has_text="can be yours").wait_for()
    page.get_by_label("Your name").fill("Gil Berg")
    page.get_by_label("Your e-mail").fill(f"gil@{slug}.example")
    page.get_by_label("I accept the terms").check()
    assert faults(stranger) == []
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Check your mail").wait_for()

    page.goto(link_in_outbox(stranger, installation, rf"{re.escape(base)}/sign-up/[\w-]{{43}}"))
    page.get_by_label("Password").fill("seven boats leave at dawn")
    page.get_by_label("Your position").fill("Owner")
    page.get_by_label("I conclude the data processing agreement").check()
    assert faults(stranger) == []
    page.get_by_role("button", name="Open the account").click()
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("heading", name="First steps").wait_for()
    assert page.locator(".guide-steps li").first.evaluate("step => getComputedStyle(step).display") == "grid"
    assert faults(stranger) == []

    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail addresses").fill(f"Hana Holm <hana@{slug}.example>")
    assert faults(stranger) == []
    page.get_by_role("button", name="Send the invitations").click()
    page.get_by_text("1 invitation is on its way.").wait_for()
    assert faults(stranger) == []

    account = page.url.partition("/console/")[0]
    colleague = Visit(chromium.new_context(viewport={"width": 360, "height": 740}))
    theirs = colleague.page
    theirs.goto(link_in_outbox(stranger, installation, rf"{re.escape(account)}/console/invitations/[\w-]{{43}}"))
    assert theirs.get_by_label("Your name, as customers read it").input_value() == "Hana Holm"
    theirs.get_by_label("Password").fill("nine lamps on the quay")
    assert faults(colleague) == []
    theirs.get_by_role("button", name="Join").click()
    theirs.locator("#list").wait_for()

    page.reload()
    page.get_by_role("link", name="Hana Holm").click()
    page.get_by_role("radio", name="Admin:").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    theirs.close()  # it goes to the sign-in by itself, at a moment nobody knows
    theirs = colleague.page = colleague.watched(colleague.context.new_page())
    theirs.goto(f"{account}/console/settings/profile")
    assert "/console/sign-in" in theirs.url, "another role: they sign in anew"
    theirs.fill("input[name=login]", f"hana@{slug}.example")
    theirs.fill("input[name=password]", "nine lamps on the quay")
    theirs.keyboard.press("Enter")
    theirs.get_by_role("heading", name="My profile").wait_for()
    theirs.get_by_role("radio", name="Dark").check()
    theirs.get_by_role("button", name="Save").click()
    theirs.locator("html[data-theme=dark]").wait_for()
    assert faults(colleague) == []
    for each in (stranger, colleague):
        # axe brings styles of its own, which our policy refuses: that is no complaint about us.
        each.complaints[:] = [said for said in each.complaints if "inline style" not in said]
    assert colleague.complaints == []
    colleague.context.close()


def test_availability_changes_without_leaving_the_page(visit, installation):
    page = visit.page
    page.goto(installation.console)
    page.evaluate("window.sameDocument = true")
    for wanted in ("Away", "Online"):
        page.locator(".bar-me").click()
        page.get_by_role("button", name=wanted, exact=True).click()
        page.locator(f".bar-me [data-availability={wanted.lower()}]").wait_for()
    assert page.evaluate("window.sameDocument")
