"""Mail that leaves: over the relay, over an account's own server, and what is seen when it cannot."""

from collections.abc import Callable
from typing import Any

import pytest

from steward.testing.installation import Installation
from steward.testing.mail_servers import Authority

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

OWN = {"user": "ben@shop.example", "password": "schöner Tag"}


def write_to(steward: Installation, subject: str, *, sender: str = "Eli Berg <eli@example.org>") -> str:
    """A customer writes, by the pipe; returns the code of the ticket."""
    to = "support@acme.example.test"
    mail = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.replace(' ', '-')}@customers.example>\r\n"
        "Date: Mon, 05 Jan 2026 10:00:00 +0000\r\n\r\nIt should have come on Friday.\r\n"
    )
    steward.run("mail-in", "--to", to, "--from", "eli@example.org", stdin=mail)
    return str(steward.message("acme", subject, kind="incoming")["code"])


@pytest.fixture
def shop(world: Any, ben: Any, mail_server: Any) -> Callable[..., Any]:
    """`shop("grey", tls="implicit")`: a department that sends through a mail server of its own, and that server."""
    steward: Installation = world.steward

    def open_shop(name: str, *, scheme: str = "smtps", password: str = OWN["password"], **options: Any) -> Any:
        port = world.ports.pop()
        server = mail_server(port=port, **OWN, **options) if options else None
        steward.ask("add_department", "acme", name)
        steward.run(
            *("mail-account", "add", "acme", "--address", f"{name.lower()}@shop.example", "--department", name),
            *("--name", name, "--smtp", f"{scheme}://ben%40shop.example@127.0.0.1:{port}"),
            stdin=f"{password}\n",
        )
        department = steward.ask("departments", "acme")[name]
        steward.run("agent", "add", "acme", "--email", "ben@acme.example", "--department", name)
        browser = ben()

        def write(to: str, subject: str) -> Any:
            browser.write(department, to, subject, "<p>Your chairs are here.</p>")
            return browser

        return server, write, port

    return open_shop


def test_without_a_relay_mail_is_held_and_leaves_by_itself_once_there_is_one(
    installation: Installation, ben: Any, postfix: Any
) -> None:
    steward = installation.up()
    code = write_to(steward, "Held back")
    browser = ben()
    browser.reply(code, "<p>On its way.</p>")
    held = steward.message("acme", "Held back", kind="outgoing", state="held")
    assert held["reason"] == "no_relay"
    assert "no server for outgoing mail is set" in browser.page(code)

    relay = postfix()
    place = f"127.0.0.1:{relay.port}"
    steward.up(STEWARD_SMTP_RELAY=f"smtp://{place}", STEWARD_EGRESS_ALLOW=place)
    steward.message("acme", "Held back", kind="outgoing", state="sent")
    arrived = relay.maildir("eli").mail("Held back")
    assert arrived["Message-ID"] == f"<{held['mail_id']}>"
    assert "with ESMTP id" in arrived["Received"].replace(
        "\n", " "
    )  # a relay of the same machine may be spoken to in clear


def test_an_answer_arrives_as_people_expect_it(world: Any, relay: Any, ben: Any) -> None:
    steward = world.steward
    steward.ask("add_department", "acme", "Support", signature="<p>Acme Support, <b>Hauptstraße 1</b></p>")
    code = write_to(steward, "Where is it", sender="Grace Hopper <grace@example.org>")
    html = "<p>It is <b>on its way</b>: ½ day.</p><script>alert(1)</script>"
    ben().reply(code, html, files=[["Rechnung ä.txt", "a bill"]], cc="Farah <farah@example.org>")
    sent = steward.message("acme", "Where is it", kind="outgoing", state="sent")
    mail = relay.maildir("grace").mail("Where is it")

    assert str(mail["From"]) == '"Ben, Acme" <support@acme.example.test>'
    assert (str(mail["To"]), str(mail["Cc"])) == ("Grace Hopper <grace@example.org>", "Farah <farah@example.org>")
    assert str(mail["Subject"]) == "Re: Where is it"
    assert mail["In-Reply-To"] == mail["References"] == "<Where-is-it@customers.example>"
    assert mail["Message-ID"] == f"<{sent['mail_id']}>"
    assert mail["Reply-To"].startswith("support+r")
    assert mail["Return-Path"].startswith("<bounce+d")
    assert "ESMTPS" in mail["Received"]
    text, shown = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.index("½ day") < text.index("Hauptstraße 1") < text.index("> It should have come on Friday.")
    assert "<b>on its way</b>" in shown
    assert "<blockquote" in shown
    assert "alert" not in shown
    [enclosed] = mail.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content()) == ("Rechnung ä.txt", b"a bill")
    assert relay.maildir("farah").mail("Where is it")["Message-ID"] == mail["Message-ID"]
    assert ["T", "mail.deliver", "relay.test", relay.port, True, "allowed"] in steward.ask("ledger", "acme")


def test_what_is_refused_for_now_is_sent_later_by_itself_and_by_hand(world: Any, shop: Any) -> None:
    server, write, _ = shop("Grey", tls="implicit", authority=world.authority)
    steward = world.steward
    browser = write("grey@example.net", "Comes by itself")
    write("grey2@example.net", "Comes by hand")
    first = steward.message("acme", "Comes by itself", kind="outgoing", state="deferred")
    assert "451 4.7.1 Greylisted, come again in five minutes" in first["words"]
    assert "Greylisted" in browser.page(first["code"])

    by_hand = steward.message("acme", "Comes by hand", kind="outgoing", state="deferred")
    browser.resend(by_hand["code"], by_hand["id"])
    steward.message("acme", "Comes by hand", kind="outgoing", state="sent")
    mail = server.mail()
    assert f"Message-ID: <{by_hand['mail_id']}>" in mail["mail"]
    assert mail["is_tls"]
    assert mail["is_signed_in"]
    assert mail["sender"].startswith("bounce+d")
    assert mail["sender"].endswith("@shop.example")

    steward.message("acme", "Comes by itself", kind="outgoing", state="sent", seconds=100)
    assert f"Message-ID: <{first['mail_id']}>" in server.mail()["mail"]


def test_what_is_refused_for_good_says_why_and_can_be_sent_again(world: Any, shop: Any) -> None:
    server, write, _ = shop("Gone", scheme="smtp", tls="starttls", authority=world.authority)
    browser = write("moved@example.net", "Refused for good")
    failed = world.steward.message("acme", "Refused for good", kind="outgoing", state="failed")
    assert "550 5.1.1 <moved@example.net>: nobody of that name lives here" in failed["words"]
    assert "nobody of that name lives here" in browser.page(failed["code"])
    browser.resend(failed["code"], failed["id"])
    world.steward.message("acme", "Refused for good", kind="outgoing", state="sent")
    mail = server.mail()
    assert f"Message-ID: <{failed['mail_id']}>" in mail["mail"]
    assert mail["is_tls"]


def test_a_wrong_password_is_told_and_can_be_put_right(world: Any, shop: Any) -> None:
    server, write, port = shop("Keys", password="not this one", tls="implicit", authority=world.authority)
    browser = write("farah@example.net", "Wrong password")
    deferred = world.steward.message("acme", "Wrong password", kind="outgoing", state="deferred")
    assert (deferred["reason"], deferred["words"][:3]) == ("sign_in", "535")
    assert "535" in browser.page(deferred["code"])
    url = f"smtps://ben%40shop.example@127.0.0.1:{port}"
    changing = ("mail-account", "change", "acme", "--address", "keys@shop.example", "--smtp", url)
    world.steward.run(*changing, stdin=f"{OWN['password']}\n")
    world.steward.message("acme", "Wrong password", kind="outgoing", state="sent")
    assert server.mail()["is_signed_in"]


def test_to_a_server_that_cannot_prove_who_it_is_nothing_is_said(
    world: Any, shop: Any, strange_authority: Authority
) -> None:
    liar, write, _ = shop("Liar", tls="implicit", authority=strange_authority)
    write("farah@example.net", "Not trusted")
    deferred = world.steward.message("acme", "Not trusted", kind="outgoing", state="deferred")
    assert "certificate verify failed" in deferred["words"]
    plain, write, _ = shop("Bare", scheme="smtp", tls="none")
    write("farah@example.net", "No upgrade")
    deferred = world.steward.message("acme", "No upgrade", kind="outgoing", state="deferred")
    assert (deferred["reason"], deferred["words"]) == ("tls", "the server offers no STARTTLS")
    _, write, _ = shop("Down")
    write("farah@example.net", "Nobody there")
    deferred = world.steward.message("acme", "Nobody there", kind="outgoing", state="deferred")
    assert "refused" in deferred["words"]
    for server in (liar, plain):
        with pytest.raises(AssertionError, match="nothing more was heard"):
            server.next(seconds=0.5)
