"""What goes for good, and what is taken along: a ticket is purged, a person is exported and then erased."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from steward.testing.archives import unpacked
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


def test_a_person_is_exported_and_then_erased(visit, installation):
    page, sender = visit.page, f"eli.{uuid4().hex[:8]}@example.org"
    for who, text in ((sender, "My lamp is broken."), ("farah@example.net", f"Please ask {sender} about it.")):
        mail = written(installation.account()["address"], sender=f"Somebody <{who}>", text=text)
        installation.send([mail], sender=who)
    find(page, installation, "exports", sender)
    page.get_by_role("button", name="Make the export").click()
    page.get_by_role("button", name="Show the passphrase").click()
    passphrase = page.locator("code.secret").inner_text()
    members = unpacked(downloaded(page, "Download the archive"), passphrase)
    assert any(b"My lamp is broken" in content for content in members.values())

    find(page, installation, "erasures", sender)
    page.get_by_role("button", name="Count what would go").click()
    page.locator("li", has_text=f"Please ask {sender} about it").get_by_role("checkbox").check()
    page.fill("input[name=word]", "erase")
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("Gone from everything in use").wait_for()
    told = json.loads(downloaded(page, "Certificate (JSON)"))
    assert (told["of"], told["mentions"]["redacted"]) == ("person", 1)
    assert downloaded(page, "Certificate (PDF)").startswith(b"%PDF-")
    assert sender not in page.content()


def find(page, installation, what, address):
    """As soon as the mail is there."""
    for _ in range(60):
        page.goto(f"{installation.console}settings/privacy/{what}")
        page.fill("input[name=email]", address)
        page.get_by_role("button", name="Find the person").click()
        page.wait_for_load_state()
        if "/new?contact=" in page.url:
            return
        page.wait_for_timeout(500)


def downloaded(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Path(download.value.path()).read_bytes()
