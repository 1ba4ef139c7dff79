"""An agent protects their sign-in, in a real browser: an app with codes, a passkey, a forgotten password."""

import re
from pathlib import Path

import pytest

from steward.testing.codes import code_of_app

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def faults(chromium, stranger):
    """What axe finds in the page that is open, the frame aside. In another browser: axe styles, against our CSP."""

    def faults():
        found = []
        for scheme in ("light", "dark"):
            state = stranger.context.storage_state()
            context = chromium.new_context(storage_state=state, color_scheme=scheme, bypass_csp=True)
            context.add_init_script(path=AXE)
            page = context.new_page()
            page.goto(stranger.page.url)
            violations = page.evaluate("async () => (await axe.run('main')).violations")
            found += [f"{scheme}: {each['id']} {each['nodes'][0]['html'][:120]}" for each in violations]
            context.close()
        return found

    return faults


def type_password(page, installation, password):
    page.goto(f"{installation.console}sign-in")
    page.fill("input[name=login]", installation.person("agent")["email"])
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")


def sign_out(page, installation):
    page.goto(f"{installation.console}settings/sign-in")
    page.evaluate("document.querySelector('#sign-out').submit()")
    page.wait_for_selector("input[name=login]")
    page.goto(f"{installation.console}sign-in")


def keep_codes(page, codes):
    """Copy them and save them as a file; what was done is said."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("status").get_by_text("The codes are copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").split() == [code.strip() for code in codes]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    saved = Path(download.value.path()).read_text()
    assert all(code.strip() in saved for code in codes)
    page.get_by_role("status").get_by_text("The codes are saved as a file.").wait_for()


def test_an_app_a_passkey_and_a_recovery_code(stranger, installation, faults):
    page, password = stranger.page, installation.person("agent")["password"]
    session = stranger.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    type_password(page, installation, password)
    page.wait_for_selector("#rows")
    page.goto(f"{installation.console}settings/sign-in")
    assert faults() == []
    page.get_by_role("link", name="Add an app").click()
    assert page.locator("img.qr-code").evaluate("image => image.complete && image.naturalWidth > 0")
    assert faults() == []
    secret = page.locator("[data-totp-secret]").text_content().replace(" ", "")
    page.fill("input[name=code]", code_of_app(secret, lasting=12))
    page.get_by_role("button", name="Add the app").click()
    codes = page.locator("[data-recovery-codes] li").all_text_contents()
    assert len(codes) == 10
    keep_codes(page, codes)
    page.get_by_role("link", name="I have saved them").click()

    page.get_by_role("link", name="Add a passkey").click()
    page.locator("button:enabled", has_text="Make the passkey").wait_for()
    page.wait_for_function("() => !document.getAnimations().length")  # the button fades in once its script is there
    assert faults() == []
    page.fill("input[name=name]", "My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/settings/sign-in")
    assert page.locator("input[name=name]").input_value() == "My laptop"
    assert faults() == []

    sign_out(page, installation)
    assert faults() == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_selector("#rows")

    sign_out(page, installation)
    type_password(page, installation, password)
    page.wait_for_url("**/second-factor")
    assert faults() == []
    page.fill("input[name=code]", codes[0].lower())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("#rows")

    sign_out(page, installation)
    type_password(page, installation, password)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_selector("#rows")

    page.goto(f"{installation.console}settings/sign-in")
    page.get_by_role("button", name="Remove My laptop").click()
    page.get_by_text("The passkey was removed.").wait_for()
    page.get_by_role("button", name="Remove the app").click()
    page.get_by_role("link", name="Add an app").wait_for()


def test_a_passkey_that_nobody_shows_is_told_calmly(stranger, installation):
    page = stranger.page
    session = stranger.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | {"isUserVerified": False}})
    page.goto(f"{installation.console}sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("No passkey was used.").wait_for()
    assert page.locator("input[name=password]").is_enabled()


def test_a_forgotten_password(stranger, installation, faults):
    page, email = stranger.page, installation.person("agent")["email"]
    page.goto(f"{installation.console}sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    assert faults() == []
    page.fill("input[name=email]", email)
    page.get_by_role("button", name="Send the link").click()
    page.get_by_text("is on its way").wait_for()
    for _ in range(60):
        mails = page.request.get(f"{installation.told['outbox_url']}.json").json()
        found = [each for each in mails if email in each["envelope_to"] and "reset-password/" in each["text"]]
        if found:
            break
        page.wait_for_timeout(250)
    page.goto(re.search(r"http://\S+/reset-password/\S+", found[0]["text"]).group(0))
    assert faults() == []
    page.fill("input[name=password]", installation.person("agent")["password"])
    page.get_by_role("button", name="Save the password").click()
    page.get_by_text("Sign in with the new one.").wait_for()
    type_password(page, installation, installation.person("agent")["password"])
    page.wait_for_selector("#rows")
