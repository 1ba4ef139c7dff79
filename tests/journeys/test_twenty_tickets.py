"""Twenty tickets answered by somebody whose hands never leave the keyboard, and never wait for the page."""

import json
import time
from uuid import uuid4

import pytest

pytestmark = pytest.mark.timeout(400)

TICKETS = 20
TAKEN_BACK, WITH_NOTE, ASSIGNED, RESOLVED = 4, 8, 12, 16
# What stands in the tickets, and what left by mail: the codes of tickets by the words that were written.
ASK = """
import json
from steward.demo.outbox import kept_mails
from steward.demo.shown import ticket_code
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Message
key, told = "%s", {"outgoing": {}, "note": {}, "mail": {}}
with account_scope(Account.objects.get(slug="northwind").pk):
    for message in Message.objects.filter(body_text__contains=key).select_related("ticket__assignee__user"):
        told[message.kind].setdefault(message.body_text, []).append(message.ticket.code)
        told[message.ticket.code] = [message.ticket.status, getattr(message.ticket.assignee, "name", "")]
for mail in kept_mails(limit=60):
    if key in mail.text:
        words = next(line for line in mail.text.splitlines() if key in line)
        told["mail"].setdefault(words, []).append(ticket_code(mail))
print(json.dumps(told))
"""


def told(installation, key):
    return json.loads(installation.run("django", "shell", "-v", "0", "-c", ASK % key).splitlines()[-1])


def more_mails(page, installation, key):
    """As many as the demo's new tickets lack."""
    page.goto(f"{installation.console}?view=status:new")
    lacking = TICKETS + 1 - page.locator("#rows .row").count()
    for number in range(lacking):
        sender = f"nora.{key}.{number}@example.org"
        header = [f"From: {sender}", f"Subject: Question {number}", f"Message-ID: <{key}.{number}@example.org>"]
        installation.send(["\r\n".join([*header, "", "How so?", ""]).encode()], sender=sender)
    page.wait_for_function("count => document.querySelectorAll('#rows .row').length >= count", arg=TICKETS + 1)


def opened(page, former):
    page.wait_for_function(
        "former => ![former, undefined].includes(document.getElementById('ticket').dataset.code)", arg=former
    )
    return page.get_attribute("#ticket", "data-code")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def send(page):
    """The page that comes after it has the offer to take it back, or the note."""
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def take_back(page):
    """And send it after all, with a word more."""
    page.wait_for_selector(".toast[data-send]")
    with page.expect_navigation():
        press(page, "z")
    page.wait_for_selector("steward-composer .composer-rich:not(:empty)")
    page.wait_for_function("() => document.activeElement.matches('.composer-rich')")
    page.keyboard.type(" after all")
    send(page)


def add_note(page, words):
    press(page, "n")
    page.keyboard.type(words)
    send(page)


def choose(page, key, words):
    press(page, key)
    page.keyboard.type(words)
    press(page, "Enter")


def test_twenty_tickets_without_a_mouse(visit, installation):
    page, key = visit.page, uuid4().hex[:8]
    more_mails(page, installation, key)
    press(page, "j", "Enter")
    answered, code = {}, ""
    for number in range(TICKETS):
        code = opened(page, code)
        words = f"Answer {key} {number:02}"
        if number == WITH_NOTE:
            add_note(page, f"Note {key}")
        press(page, "r")
        page.keyboard.type(words)
        send(page)
        if number == TAKEN_BACK:
            take_back(page)
            words += " after all"
        if number == ASSIGNED:
            choose(page, "a", "ada")
        if number == RESOLVED:
            choose(page, "s", "resolved")
        answered[words] = [code]
        press(page, "]")
    codes = [code for (code,) in answered.values()]
    assert len(set(codes)) == TICKETS

    end = time.monotonic() + 30
    while (kept := told(installation, key))["mail"].keys() != answered.keys():
        assert time.monotonic() < end, kept["mail"]
        time.sleep(1)
    assert kept["outgoing"] == kept["mail"] == answered
    assert kept["note"] == {f"Note {key}": [codes[WITH_NOTE]]}
    assert kept[codes[ASSIGNED]][1].startswith("Ada")
    assert [kept[code][0] for code in codes] == ["answered"] * RESOLVED + ["resolved"] + ["answered"] * (
        TICKETS - RESOLVED - 1
    )
