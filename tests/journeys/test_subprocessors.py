"""The list of subprocessors as anybody opens it: without scripts, in all colours and sizes, and followed by mail."""

import json
import re
import time
from pathlib import Path

import pytest

from .conftest import Visit

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {"target-size": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}}


@pytest.fixture(scope="module")
def page_of(installation):
    """The address of the page. A demo without a list of its own gets those of the past."""
    base = f"{installation.told['url'].rstrip('/')}/subprocessors"
    if not installation.run("registry", "list"):
        installation.run("registry", "load-example")
    return base


@pytest.fixture
def reader(chromium):
    """Somebody whose browser runs no scripts."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    visit = Visit(context)
    yield visit
    context.close()
    assert visit.complaints == []


def faults(visit):
    """What axe finds, with everything open."""
    visit.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    visit.page.evaluate(AXE.read_text())
    asked = json.dumps({"resultTypes": ["violations"], "rules": RULES})
    found = visit.page.evaluate(f"async () => (await axe.run(document, {asked})).violations")
    return [(each["id"], [(node["target"], node["html"][:120]) for node in each["nodes"][:3]]) for each in found]


def test_it_reads_without_scripts(reader, page_of):
    page = reader.page
    page.goto(page_of)
    row = page.locator(".sub-table tbody").first
    name = row.locator(".sub-name").inner_text()
    more = row.get_by_text("Taken on by contract").or_(row.get_by_text("Legal name")).first
    assert more.is_hidden()
    row.locator("summary").press("Enter")
    assert more.is_visible()
    page.get_by_role("link", name="European Union").click()
    assert "region=eu" in page.url
    page.get_by_label("As of").fill(today(reader))
    page.get_by_role("button", name="Show").click()
    assert "region=eu" in page.url
    page.get_by_role("link", name="Dansk").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Underdatabehandlere"
    assert page.locator(".sub-name").first.inner_text() == name, "another language is the same list"
    assert "region=eu" in page.url
    page.get_by_role("link", name=re.compile("forskel")).first.click()
    assert page.locator("#differences li").count() > 0
    page.emulate_media(media="print")
    assert page.locator(".sub-all").first.is_visible(), "on paper everything is open"


def today(visit):
    return visit.page.get_by_label("As of").input_value()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(language, scheme, stranger, page_of):
    page, found = stranger.page, []
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for asked in ("", "&version=2&compare=1"):
        for width in (1280, 360, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{page_of}?lang={language}{asked}")
            found += [(asked, width, each) for each in faults(stranger)]
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (asked, width)
    assert found == []


def test_an_accounts_own_page_and_back(stranger, page_of, installation):
    stranger.page.goto(f"{installation.account()['url'].rstrip('/')}/subprocessors")
    assert "Northwind" in stranger.page.locator("main").inner_text()
    assert stranger.page.locator(".sub-name").first.is_visible()
    assert faults(stranger) == []


def test_following_it_by_mail(stranger, page_of, installation):
    page = stranger.page
    page.goto(page_of)
    page.get_by_role("link", name="Mail me when this changes").click()
    page.get_by_label("Your e-mail").fill("gil@fjord.example")
    assert faults(stranger) == []
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("heading", name="Check your mail").wait_for()
    assert faults(stranger) == []
    page.goto(link_in_outbox(stranger, installation))
    page.get_by_role("button", name="Yes, send me mails").click()
    page.get_by_text("Your address is confirmed.").wait_for()
    assert faults(stranger) == []
    page.get_by_role("button", name="End these mails").click()
    page.get_by_role("heading", name="No more mails").wait_for()
    assert faults(stranger) == []


def link_in_outbox(visit, installation):
    for _ in range(120):
        told = json.dumps(visit.page.request.get(f"{installation.told['outbox_url']}.json").json())
        if found := re.search(r"http://[^\s\"\\]+/subprocessors/subscription/[\w-]{43}", told):
            return found[0]
        time.sleep(0.25)
    raise AssertionError("no mail with a link")
