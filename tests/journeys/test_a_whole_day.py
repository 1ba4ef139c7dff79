"""The first day of a new team, with mail servers as Debian ships them: from the front page to a customer's thanks.

One of them sits at a desk, the other has a telephone and reads Arabic. The server is killed twice meanwhile.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from steward.privacy.egress import wall
from steward.testing.codes import code_of_app
from steward.testing.dovecot import Dovecot
from steward.testing.installation import Installation
from steward.testing.letters import written
from steward.testing.mail_servers import Authority, Postfix, awaited, open_folder

from .conftest import Visit, post

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SHOP, ELI, GRACE, FARAH = (f"{name}@example.org" for name in ("shop", "eli", "grace", "farah"))
PASSWORD, OTHERS = "seven boats leave at dawn", "nine lamps on the quay"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
EXPECTED = ("net::ERR_", "status of 422")  # a browser tells of each answer that is missing, and of what was refused


@dataclass
class Place:
    """An installation that anybody may open an account in, a Postfix for all mail, and its mailboxes in a Dovecot."""

    steward: Installation
    postfix: Postfix
    dovecot: Dovecot
    settings: dict[str, str]

    def up(self) -> None:
        self.steward.up(**self.settings)

    def mail(self, person: str, subject: str) -> str:
        """The text of a mail that somebody has got."""
        return words_of(self.postfix.maildir(person).mail(subject))


def words_of(mail: EmailMessage) -> str:
    """What a mail says to who reads plain text."""
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.fixture
def place(_wall: None) -> Iterator[Place]:
    for program in ("postfix", "dovecot"):
        if shutil.which(program) is None or os.geteuid() != 0:
            pytest.skip(f"needs {program}, and to be root for it (Debian: postfix, dovecot-imapd)")
    folder = open_folder("steward-ca-")
    with wall.allow_child("a place with mail servers"):
        made: list[Installation | Postfix | Dovecot] = []
        try:
            authority = Authority(folder)
            made += [dovecot := Dovecot(authority=authority)]
            made += [postfix := Postfix(next_hop={}, tls=authority, dovecot=dovecot.folder)]
            made += [steward := Installation()]
            settings = {
                "STEWARD_DOMAIN": "localhost",  # browsers let it have passkeys without TLS
                "STEWARD_SIGN_UP": "1",
                "STEWARD_HOSTING": "0",  # for companies of the same hands: the relay is their own instruction
                "STEWARD_SMTP_RELAY": f"smtp://127.0.0.1:{postfix.port}",
                "STEWARD_EGRESS_ALLOW": f"127.0.0.1:{postfix.port},127.0.0.1:{dovecot.port}",
                "STEWARD_CA_FILE": str(authority.ca),
            }
            place = Place(steward, postfix, dovecot, settings)
            place.up()
            yield place
        finally:
            for each in reversed(made):
                each.remove()
            shutil.rmtree(folder)


def open_account(page, place):
    """Somebody opens an account; returns the address of its console."""
    page.goto(f"http://localhost:{place.steward.port}")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Company").fill("Lantern Shop")
    page.locator("[data-slug]").first.wait_for()
    assert page.get_by_label("Address of your help desk").input_value() == "lantern-shop"
    page.get_by_label("Your name").fill("Grace Holm")
    page.get_by_label("Your e-mail").fill(GRACE)
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/sign-up/sent")
    page.goto(re.search(r"http://\S+/sign-up/\S+", place.mail("grace", "Confirm your address"))[0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Open the account").click()
    page.get_by_role("button", name="Enter").click()
    page.get_by_role("heading", name="First steps").wait_for()
    return page.url.partition("/console/")[0] + "/console/"


def connect_mailbox(page, place):
    """The shop's own mailbox: first with a wrong password, of which the servers say so."""
    page.get_by_role("link", name="Add your mail address").click()
    page.get_by_role("link", name="Add an address").click()
    page.fill("[name=address]", SHOP)
    for way, port in (("imap", place.dovecot.port), ("smtp", place.postfix.port)):
        page.fill(f"[name={way}_host]", "127.0.0.1")
        page.fill(f"[name={way}_port]", str(port))
        page.fill(f"[name={way}_username]", "shop")
        page.fill(f"[name={way}_password]", "wrong")
    page.select_option("[name=smtp_tls]", label="STARTTLS")
    for way, refusal in (("imap", "[AUTHENTICATIONFAILED]"), ("smtp", "535 5.7.8")):
        page.click(f"button[value={way}]")
        page.locator(f"#trial-{way} [data-tone=bad]", has_text=refusal).wait_for()
        page.fill(f"[name={way}_password]", "secret")
        page.click(f"button[value={way}]")
        page.locator(f"#trial-{way} .trial-end").wait_for()
        assert page.evaluate("document.activeElement.matches('.mail-try .button')"), "the hands stay where they are"
    page.dblclick("button[value=mail]")
    page.locator("#trial-smtp li").nth(6).wait_for()
    page.get_by_role("button", name="Add the address").click()
    page.get_by_role("heading", name=SHOP).wait_for()


def invite_admin(page, console):
    page.goto(f"{console}settings/agents/new")
    page.get_by_label("E-mail addresses").fill(f"Farah Nasser <{FARAH}>")
    page.check("[name=role][value=admin]")
    page.get_by_role("button", name="Send the invitations").click()
    page.locator("main", has_text=FARAH).get_by_role("button", name="Take back").wait_for()


def join(page, place):
    """The colleague comes in by the mail, and has chosen Arabic on the way."""
    page.goto(re.search(r"http://\S+/invitations/\S+", place.mail("farah", "invites you"))[0])
    page.get_by_role("link", name="العربية").click()
    page.locator("html[dir=rtl]").wait_for()
    page.fill("[name=password]", OTHERS)
    page.locator("main [type=submit]").click()
    page.locator("html[dir=rtl] #list").wait_for()


def require_second_factors(page, console):
    """Of owners and admins: who says so is the first to need one."""
    page.goto(f"{console}settings/security")
    page.get_by_role("radio", name="Owners and admins").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("This account requires a second factor").wait_for()
    page.get_by_role("link", name="Add an app").click()
    page.fill(
        "[name=code]", code_of_app(page.locator("[data-totp-secret]").text_content().replace(" ", ""), lasting=12)
    )
    page.get_by_role("button", name="Add the app").click()
    page.locator("[data-recovery-codes] li").nth(9).wait_for()
    page.goto(console)
    page.locator("#list").wait_for()


def add_passkey(visit, console):
    """The colleague is led to it at the next step, and gets nowhere else before."""
    session = visit.context.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    visit.page.goto(console)
    assert visit.page.url.endswith("/settings/sign-in")
    visit.page.locator("main a[href$=passkeys]").click()
    visit.page.wait_for_url("**/passkeys")  # with its scripts
    visit.page.locator("main form [type=submit]").click()
    visit.page.locator("[data-recovery-codes] li").nth(9).wait_for()
    visit.page.goto(console)
    visit.page.locator("#list").wait_for()


def live(page):
    page.wait_for_selector("#live[data-state=live]", state="attached")


def write(page, words):
    """Go on with what is written, once the composer is there."""
    page.locator(".composer-rich:not([hidden])").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def saved(page, state="saved"):
    page.wait_for_selector(f".composer-saved[data-state={state}]", timeout=30_000)


def shows(page, words):
    page.locator(".message", has_text=words).wait_for(timeout=30_000)


def answers_to_eli(place):
    return [mail for mail in place.postfix.maildir("eli").mails() if "lantern" in mail["Subject"]]


def test_from_the_front_page_to_a_customer_with_an_answer(place, stranger, chromium):
    desk, grace = stranger, stranger.page
    console = open_account(grace, place)
    connect_mailbox(grace, place)
    invite_admin(grace, console)
    phone = Visit(chromium.new_context(viewport={"width": 360, "height": 740}, locale="ar"))
    farah = phone.page
    join(farah, place)
    require_second_factors(grace, console)
    add_passkey(phone, console)

    for page in (grace, farah):
        live(page)
        page.evaluate("window.sameDocument = true")
    post(place.postfix.port, [written(SHOP, sender=f"Eli <{ELI}>", subject="My lantern")], sender=ELI, to=SHOP)
    for page in (grace, farah):
        page.locator("#rows .row", has_text="My lantern").wait_for(timeout=90_000)
        assert page.evaluate("window.sameDocument"), "it slid in"

    # Both open it. What one writes is heard of by the other.
    for page in (grace, farah):
        page.locator("#rows .row", has_text="My lantern").click()
        page.wait_for_selector("#ticket[data-code]")
    write(farah, "غادر الفانوس هذا الصباح")
    grace.locator(".composer-others", has_text="Farah").wait_for()
    saved(farah)
    width = farah.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "nothing sticks out on the phone"

    # The part that serves pages is killed: who writes loses nothing and does nothing about it.
    write(grace, "It left ")
    saved(grace)
    place.steward.kill("web")
    write(grace, "this morning, ")
    live(grace)
    saved(grace)

    # All of it is killed. Both are told, and when it is back all goes on by itself, what was sent meanwhile included.
    place.steward.kill()
    write(grace, "by boat.")
    saved(grace, "unsaved")
    grace.keyboard.press("Control+Enter")
    grace.locator(".composer-error", has_text="could not be reached").wait_for()
    place.up()
    shows(grace, "It left this morning, by boat.")
    for page in (grace, farah):
        live(page)
    saved(farah)
    shows(farah, "It left this morning, by boat.")
    assert "غادر" in farah.locator(".composer-rich").inner_text(), "what the other one writes stays"

    # It arrives once, from the shop; and what the customer writes back slides into the ticket.
    [answer] = awaited(lambda: answers_to_eli(place))
    assert "It left this morning, by boat." in words_of(answer)
    assert SHOP in answer["From"]
    assert "ESMTPSA" in answer["Received"], "with a password, under TLS"
    thanks = written(SHOP, sender=f"Eli <{ELI}>", subject="Re: My lantern", text="Thank you!",
                     in_reply_to=answer["Message-ID"].strip("<>"))  # fmt: skip
    post(place.postfix.port, [thanks], sender=ELI, to=SHOP)
    for page in (grace, farah):
        shows(page, "Thank you!")
    assert len(answers_to_eli(place)) == 1
    assert sum("Test of" in mail["Subject"] for mail in place.postfix.maildir("grace").mails()) == 1

    for each in (desk, phone):
        each.complaints[:] = [said for said in each.complaints if not any(words in said for words in EXPECTED)]
    assert phone.complaints == []
    phone.context.close()
