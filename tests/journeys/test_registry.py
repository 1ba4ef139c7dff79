"""The list of subprocessors from a draft to published, by operators in a browser, what everybody reads then, and how an
owner objects and is answered; an agreement from its end to both signatures."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from steward.testing.letters import written

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {"target-size": {"enabled": True}, "label-content-name-mismatch": {"enabled": True}}
REPORT = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 report"}
WRITER, THE_OTHER = "rita@operator.example", "otto@operator.example"
_SESSION = """
from django.conf import settings
from steward.people.operators import create_operator, stored_operator_session
from steward.people.second_factors import store_totp
operator = create_operator(%r, password=None)
store_totp(operator.user, "A" * 32)
print(settings.SESSION_COOKIE_NAME, stored_operator_session(operator.user))
"""
# Another company than the demo's own, drafted by one operator and approved by the other, who has signed in.
_DRAFT = """
from django.conf import settings
from msgspec.structs import replace
from steward.people.operators import create_operator, stored_operator_session
from steward.people.second_factors import store_totp
from steward.privacy.egress.registry.document import Engagement, Kind, Subprocessor
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions import approve_draft, change_draft, describe_draft, open_draft
nora, ivar = (create_operator(f"{name}@operator.example", password=None) for name in ("nora", "ivar"))
store_totp(ivar.user, "A" * 32)
use = Engagement(key="skald-voice", purposes=("call.carry",), categories=("user.contact.phone_number",),
                 countries=("NO",), regions=("eu",), is_optional=True)
skald = Subprocessor(key="skald", legal_name="Skald Voice AS", kind=Kind.SERVICE, engagements=(use,))
list_ = published().versions[-1].registry
draft = change_draft(open_draft(operator_id=nora.user_id),
                     replace(list_, subprocessors=(*list_.subprocessors, skald)), operator_id=nora.user_id)
draft = describe_draft(draft, summary={"en": "Calls come."}, effective_at=None, operator_id=nora.user_id)
approve_draft(draft, operator_id=ivar.user_id)
print(settings.SESSION_COOKIE_NAME, stored_operator_session(ivar.user))
"""
SETTINGS = "settings/privacy/subprocessors"


def page_of(chromium, installation, email):
    """A page of an operator who has signed in."""
    name, key = installation.run("django", "shell", "-v", "0", "-c", _SESSION % email).split()[-2:]
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": key, "url": installation.told["url"]}])
    return context.new_page()


def attach_the_report(page, complaints):
    """To what was looked into; beside it a file that is refused, and too many bytes at once."""
    page.click("[data-part=fjord] >> text=Fjord Relay AS")
    files = page.locator("input[name=due_diligence-0-papers]")
    assert not files.is_visible()
    page.check("input[name=due_diligence-0-is_there]")
    files.set_input_files([REPORT, {"name": "setup.exe", "mimeType": "text/plain", "buffer": b"MZ\0"}])
    page.fill("textarea[name=address]", "Kaivegen 1, Bergen")
    page.click("text=Save in the draft")
    assert "“setup.exe” is none of these" in page.inner_text("[data-papers=due_diligence-0-papers]")
    assert page.input_value("textarea[name=address]") == "Kaivegen 1, Bergen"
    complaints.clear()  # of the refusal the browser complains by itself
    page.evaluate("document.querySelector('form[data-most]').dataset.most = 9")
    files.set_input_files([REPORT])
    page.click("text=Save in the draft")
    assert page.locator("[data-too-much]").is_visible()
    files.set_input_files([])
    assert page.locator("[data-too-much]").is_hidden()
    page.fill("input[name=due_diligence-0-papers-0-title]", "Audit of Fjord")
    page.click("text=Save in the draft")
    page.wait_for_selector("[data-part=fjord] >> text=Files 1")


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

    attach_the_report(page, complaints)
    page.click("text=See what it changes")
    assert "Fjord Relay AS (Norway)" in page.inner_text("[data-difference=fjord-mail]")
    page.fill("textarea[name=summary_en]", "Mail goes by Fjord.")
    page.click("text=Save >> nth=0")
    page.wait_for_selector(".toast")
    assert "another operator has to approve it" in page.inner_text("main")
    other = page_of(chromium, installation, THE_OTHER)
    other.goto(page.url)
    with other.expect_download() as download:
        other.click("[data-filed] >> text=Audit of Fjord")
    assert download.value.suggested_filename == "Audit of Fjord.pdf"
    assert Path(download.value.path()).read_bytes() == REPORT["buffer"]
    other.get_by_role("button", name="Approve", exact=True).click()
    other.wait_for_selector("text=Publish it for good")
    page.reload()
    page.click("text=Publish it for good")
    page.wait_for_selector("[data-row=fjord-mail]")
    assert complaints == []

    page.goto(f"{installation.told['url']}/subprocessors")
    assert "Fjord Relay AS" in page.inner_text("main")


@pytest.fixture
def office(chromium, installation):
    """A page of the operator who may publish."""
    name, key = installation.run("django", "shell", "-v", "0", "-c", _DRAFT).split()[-2:]
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": key, "url": installation.told["url"]}])
    yield context.new_page()
    context.close()


def test_from_the_announcement_to_the_answer(office, visit, installation):
    page = visit.page
    office.goto(f"{installation.told['url']}/operator/registry/draft/publication")
    office.get_by_role("button", name="Publish it for good").click()
    office.wait_for_selector("[data-row=skald-voice]")

    page.goto(address_in_mail(page, installation, "Skald Voice AS"))
    coming = page.locator("#use-skald-voice")
    expect(coming).to_contain_text("Unless you object")
    object_to(coming)
    expect(page.locator("#use-skald-voice")).to_contain_text("said no")
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_role("button", name="I have read it")).to_have_count(0)

    office.goto(f"{installation.told['url']}/operator/objections")
    office.locator("tr", has_text="Skald Voice AS").get_by_role("link").click()
    office.get_by_label("another subprocessor does it").check()
    office.get_by_label("Your words to the account").fill("Calls go by Kelda.")
    office.get_by_role("button", name="Record how it ends").click()
    expect(office.locator("main")).to_contain_text("How it ended")

    page.reload()
    expect(page.locator("#use-skald-voice")).to_contain_text("Calls go by Kelda.")
    address_in_mail(page, installation, "Calls go by Kelda.")


def test_what_is_switched_off_is_off_at_once_and_says_so_where_it_is_used(visit, installation):
    page = visit.page
    page.goto(f"{installation.console}{SETTINGS}")
    relay = page.locator("#use-postbode-mail")
    relay.locator("summary").first.click()
    object_to(relay)
    expect(page.locator("#use-postbode-mail")).to_contain_text("said no")

    reply(page, installation, "northwind")
    held = page.locator("[data-state=held]").last
    expect(held).to_contain_text("Held back, for it may not leave")
    expect(held).to_contain_text("objected")

    others = owner_of(visit, installation, "contoso")
    others.goto(f"{installation.account('contoso')['url'].rstrip('/')}/console/{SETTINGS}")
    expect(others.locator("#use-postbode-mail")).to_have_count(1)
    expect(others.locator("#off")).to_have_count(0)
    reply(others, installation, "contoso")
    expect(others.locator("[data-state=sent]").last).to_contain_text("Kept in the outbox of this demo")

    page.goto(f"{installation.console}{SETTINGS}")
    page.locator("#use-postbode-mail").get_by_role("button", name="Agree again").click()
    expect(page.locator("#use-postbode-mail")).not_to_contain_text("said no")


def object_to(row):
    row.locator("form", has=row.page.locator("[name=answer][value=object]")).get_by_role("button").click()


def owner_of(visit, installation, slug):
    """A page of the owner of another account, in a browser of their own."""
    account = installation.account(slug)
    who = next(person for person in account["people"] if "owner" in person["role"].lower())
    page = visit.watched(visit.context.browser.new_context(viewport={"width": 1440, "height": 900}).new_page())
    page.goto(f"{account['url'].rstrip('/')}/console/")
    page.fill("input[name=login]", who["email"])
    page.fill("input[name=password]", who["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#rows")
    return page


def reply(page, installation, slug):
    """Answer a ticket that has just come."""
    account = installation.account(slug)
    mail = written(account["address"], sender="objecting@example.org", subject="Do you carry mail?")
    installation.send([mail], sender="objecting@example.org", to=account["address"])
    page.goto(f"{account['url'].rstrip('/')}/console/")
    page.locator("#rows .row", has_text="Do you carry mail?").first.click()
    page.keyboard.press("r")
    page.keyboard.type("It depends.")
    page.keyboard.press("Control+Enter")


def address_in_mail(page, installation, words):
    """The link of the newest mail to the owner of Northwind with these words: the other account is told, too."""
    place = re.escape(f"{installation.console}{SETTINGS}")
    outbox = f"{installation.told['outbox_url']}.json"
    for _ in range(120):
        mails = [json.dumps(mail, ensure_ascii=False) for mail in page.request.get(outbox).json()]
        for mail in mails:
            if words in mail and (found := re.search(place, mail)):
                return found[0]
        time.sleep(0.25)
    raise AssertionError(f"no mail says {words}")


def faults(page):
    """What axe finds on the page."""
    page.evaluate(AXE.read_text())
    asked = json.dumps({"resultTypes": ["violations"], "rules": RULES})
    found = page.evaluate(f"async () => (await axe.run(document, {asked})).violations")
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]


def downloaded(page, link):
    with page.expect_download() as told:
        link.click()
    return Path(told.value.path()).read_bytes()


def test_an_agreement_from_the_click_to_both_signatures(visit, installation, chromium):
    page, found = visit.page, []
    office = page_of(chromium, installation, "agnes@operator.example")
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
