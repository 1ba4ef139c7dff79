"""What others' machines send back: reports by a real mail server, absence notes, our own answers."""

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest

from steward.testing.mail_servers import awaited

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

SUPPORT = "support@acme.example.test"


def handed_in(swaks: Any, mail: EmailMessage, *, sender: str, to: str = SUPPORT) -> None:
    swaks("--from", sender, "--to", to, "--data", mail.as_string().replace("\n", "\r\n"))


def mail_of(sender: str, subject: str, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, SUPPORT, subject
    made["Message-ID"] = make_msgid(domain="customers.example")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("I wrote this.\n")
    return made


def test_a_report_by_the_next_server_finds_the_answer_it_is_about(world: Any, relay: Any, swaks: Any, ben: Any) -> None:
    """The relay takes the answer, finds nobody of that name, and reports that to our bounce address."""
    steward = world.steward
    steward.ask("answer_automatically", "acme", SUPPORT, False)
    handed_in(swaks, mail_of("Nobody <nobody@example.org>", "Are you there"), sender="nobody@example.org")
    code = steward.message("acme", "Are you there", kind="incoming")["code"]
    browser = ben()
    browser.reply(code, "<p>We are.</p>")
    bounced = steward.message("acme", "Are you there", kind="outgoing", state="failed")
    assert bounced["reason"] == "bounced"
    assert 'unknown user: "nobody@example.org"' in bounced["words"]
    report = steward.message("acme", "Are you there", kind="incoming", is_automatic=True)
    assert report["code"] == code
    assert report["status"] == "answered"
    assert "unknown user" in browser.page(code)
    assert [raw["envelope_from"] for raw in steward.ask("raw_mails", "acme", "Are you there")] == [
        "nobody@example.org",
        "",
    ]
    assert sum(mail["envelope_to"] == ["nobody@example.org"] for mail in steward.ask("outgoing", "acme")) == 1

    browser.resend(code, bounced["id"])
    again = steward.message("acme", "Are you there", kind="outgoing", state="failed")
    assert again["mail_id"] == bounced["mail_id"]


def test_an_absence_note_changes_nothing_and_is_not_answered(world: Any, swaks: Any, ben: Any) -> None:
    steward = world.steward
    steward.ask("answer_automatically", "acme", SUPPORT, True)
    handed_in(swaks, mail_of("Eli <eli@example.org>", "On holiday soon"), sender="eli@example.org")
    code = steward.message("acme", "On holiday soon", kind="incoming")["code"]
    ben().reply(code, "<p>Enjoy it.</p>")
    answer = steward.message("acme", "On holiday soon", kind="outgoing", state="sent")
    before = len(steward.ask("outgoing", "acme", "automatic answer"))
    note = mail_of(
        "Eli <eli@example.org>",
        "Automatic reply: On holiday soon",
        Auto_Submitted="auto-replied",
        In_Reply_To=f"<{answer['mail_id']}>",
    )
    handed_in(swaks, note, sender="", to=answer["envelope_from"])
    absence = steward.message("acme", "On holiday soon", kind="incoming", is_automatic=True)
    assert (absence["code"], absence["status"]) == (code, "answered")
    assert len(steward.ask("outgoing", "acme", "automatic answer")) == before


def test_two_accounts_that_thank_each_other_stop_after_one_round(world: Any, relay: Any, swaks: Any, ben: Any) -> None:
    steward = world.steward
    if "contoso" not in steward.run("account", "list"):
        steward.run("account", "create", "contoso", "--name", "Contoso", "--owner", "ada@acme.example")
    theirs = "support@contoso.example.test"
    steward.ask("answer_automatically", "acme", SUPPORT, True)
    steward.ask("answer_automatically", "contoso", theirs, True)
    department = steward.ask("departments", "acme")["Support"]
    ben().write(department, theirs, "From us to you", "<p>Hello.</p>")
    written = steward.message("contoso", "From us to you", kind="incoming")
    assert not written["is_automatic"]  # a human did, in the console of another account
    steward.message("acme", "From us to you", kind="outgoing", state="sent")

    # Thanks that lost their header on the way, as some gateways do.
    stripped = mail_of(theirs, "Thanks for nothing", X_Steward_Loop="01a1ffe3-fe2e-71dd-aaa9-2616255f6c7a")
    handed_in(swaks, stripped, sender=theirs)
    handed_in(swaks, mail_of(SUPPORT, "Thanks in return"), sender=SUPPORT, to=theirs)
    steward.message("acme", "Thanks for nothing", kind="incoming")
    steward.message("contoso", "Thanks in return", kind="incoming")
    [thanks] = awaited(lambda: steward.ask("outgoing", "contoso"))
    assert (thanks["envelope_from"], thanks["envelope_to"]) == ("", [SUPPORT])
    came = steward.message("acme", "Thanks in return", kind="incoming")
    assert came["is_automatic"]

    # Answers are made in the order of the mails: once this one is there, none to the mail before is still to come.
    last = "last@customers.example"
    handed_in(swaks, mail_of(last, "After all that"), sender=last)
    made = awaited(lambda: _addressed(steward.ask("outgoing", "acme", "automatic answer"), last))
    assert len(made) == 1
    assert not _addressed(steward.ask("outgoing", "acme", "automatic answer"), theirs)


def _addressed(mails: list[dict[str, Any]], address: str) -> list[dict[str, Any]]:
    return [mail for mail in mails if address in mail["envelope_to"]]
