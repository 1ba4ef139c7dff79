"""A ticket is purged while a colleague has it open: they are told when it is gone."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

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


def test_who_has_it_open_is_told(visit, ben, installation):
    subject, sender = f"Order {uuid4().hex[:8]}", f"eli.{uuid4().hex[:8]}@example.org"
    adas, bens = visit.page, ben.page
    adas.goto(installation.console)
    mail = written(installation.account()["address"], sender=f"Eli <{sender}>", subject=subject)
    installation.send([mail], sender=sender)
    for page in (adas, bens):
        page.locator("#rows .row", has_text=subject).click()
        page.wait_for_selector("#ticket[data-code]")
    code = adas.locator("#ticket").get_attribute("data-code")
    bens.wait_for_selector("#live[data-state=live]", state="attached")

    adas.locator("[popovertarget=status-menu]").click()
    adas.locator("#status-menu button[value=deleted]").click()
    adas.locator(".ticket-actions").get_by_text("Purge…").click()
    adas.fill("input[name=word]", "purge")
    adas.get_by_role("button", name="Purge", exact=True).click()
    adas.get_by_text("Done: all of it is gone").wait_for()

    # Who ordered it is told, too, where it takes longer than the way to the colleague's browser.
    expect(bens.locator("#ticket-gone:not([hidden])")).to_contain_text("it was purged")
    assert bens.goto(f"{installation.console}tickets/{code}").status == 404
    # Faults that the browser tells of itself: what it asked about is gone.
    assert all("404" in complaint for complaint in ben.complaints), ben.complaints
    ben.complaints.clear()
