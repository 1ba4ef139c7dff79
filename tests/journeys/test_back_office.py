"""An operator is added by a command, adds a second factor, looks at accounts and runs a failed job again."""

from pathlib import Path

import pytest

from steward.testing.codes import code_of_app

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
EMAIL, PASSWORD = "olga@operator.example", "eleven kites above town"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# A job that was given up; a worker sees it only when it is.
_FAIL = """
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES "
                   "('default', 'tickets.wake', '{}') RETURNING id")
    [number] = cursor.fetchone()
    for status in ("doing", "failed"):
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])
"""
PAGES = ("", "accounts", "accounts/northwind", "jobs", "mail", "installation", "log", "me")


def test_from_the_command_line_to_a_retried_job(stranger, installation, chromium):
    page, office = stranger.page, f"{installation.told['url']}/operator/"
    assert "sign in at" in installation.run("operator", "create", "--email", EMAIL, typed=f"{PASSWORD}\n")
    installation.run("django", "shell", "-c", _FAIL)

    page.goto(office)
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator("[data-totp-secret]").text_content().replace(" ", "")
    page.fill("input[name=code]", code_of_app(secret, lasting=12))
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-recovery-codes]")
    assert page.locator("[data-recovery-codes] li").count() == 10
    page.click("text=I have saved them")
    page.wait_for_selector("h1 >> text=Everything runs")

    page.click("nav >> text=Accounts")
    page.wait_for_selector("h1 >> text=Accounts")
    assert page.locator("tbody tr").count() == 2
    page.click("nav >> text=Jobs")
    page.wait_for_selector("h1 >> text=Jobs")
    assert "tickets.wake" in page.inner_text("tbody")
    assert page.inner_text("[data-number=failed]") == "1"
    page.click("tbody >> text=Run again")
    page.wait_for_selector(".toast")
    assert page.inner_text("[data-number=failed]") == "0"
    page.click("nav >> text=Operators’ log")
    page.wait_for_selector("h1 >> text=Operators’ log")
    assert "Ran a failed job again" in page.inner_text("tbody")
    assert faults(chromium, stranger, office) == []
    assert stranger.complaints == []


def test_a_passkey_from_enrolling_to_the_last_one(stranger, installation):
    """Set up in place of an app, signed in with alone and after the password, renamed, and never the last to go."""
    page, office = stranger.page, f"{installation.told['url']}/operator/"
    email = "nils@operator.example"
    installation.run("operator", "create", "--email", email, typed=f"{PASSWORD}\n")
    session = stranger.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    type_password(page, office, email)
    page.get_by_role("link", name="Use a passkey instead").click()
    page.fill("input[name=name]", "Laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_selector("[data-recovery-codes]")
    codes = page.locator("[data-recovery-codes] li").all_text_contents()
    page.click("text=I have saved them")

    sign_out(page, office)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_selector("h1 >> text=Everything runs")

    sign_out(page, office)
    type_password(page, office, email)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_selector("h1 >> text=Everything runs")

    sign_out(page, office)
    type_password(page, office, email)
    page.fill("input[name=code]", codes[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("h1 >> text=Everything runs")

    page.goto(f"{office}me")
    page.fill("input[name=name]", "Old laptop")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_selector(".toast")
    assert page.input_value("input[name=name]") == "Old laptop"
    page.get_by_role("button", name="Remove Old laptop").click()
    page.get_by_text("The back office requires a second factor.").wait_for()
    assert page.input_value("input[name=name]") == "Old laptop"
    assert stranger.complaints == []


def test_a_passkey_that_nobody_shows_is_told_calmly(stranger, installation):
    page, office = stranger.page, f"{installation.told['url']}/operator/"
    session = stranger.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | {"isUserVerified": False}})
    page.goto(f"{office}sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.locator("[data-passkey-trouble]", has_text="No passkey was").wait_for()
    assert page.locator("input[name=password]").is_enabled()


def type_password(page, office, email):
    page.goto(f"{office}sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page, office):
    page.goto(f"{office}me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_selector("input[name=email]")


def faults(chromium, stranger, office):
    """What axe finds in the back office. In another browser: axe styles what it tries, against our CSP."""
    found = []
    state = stranger.context.storage_state()
    for scheme, width, language in (("light", 1280, "en"), ("dark", 1280, "en"), ("light", 360, "ar")):
        size = {"width": width, "height": 800}
        context = chromium.new_context(storage_state=state, color_scheme=scheme, bypass_csp=True, viewport=size)
        context.add_init_script(path=AXE)
        page = context.new_page()
        for path in PAGES:
            page.goto(f"{office}{path}?lang={language}")
            violations = page.evaluate("async () => (await axe.run()).violations")
            where = f"{path} {scheme} {width}"
            found += [f"{where}: {each['id']} {each['nodes'][0]['html'][:120]}" for each in violations]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{where}: wider than the screen")
        context.close()
    return found
