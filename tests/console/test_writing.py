"""Answers and notes: written once, never lost."""

import re
import threading
from uuid import uuid4

import pytest
from django.db import connection

from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status


class TestReplying:
    def test_it_is_sent_and_the_ticket_is_taken_and_answered(self, bens, of, again, ben, kinds):
        response = bens.post(of("replies"), {"body_html": "<p>Here <b>you</b> are.</p>", "cc": ""})
        assert (response.status_code, response["Location"]) == (303, of())
        assert again().status == Status.ANSWERED
        assert again().assignee_id == ben.id
        assert kinds() == ["incoming", "outgoing"]
        assert b"Here <b>you</b> are." in bens.get(of()).content

    def test_a_script_gets_the_address_alone_and_the_page_is_made_once(self, bens, of, again):
        response = bens.post(of("replies"), {"body_text": "Here."}, headers={"HX-Request": "true"})
        assert (response.status_code, response["HX-Redirect"], response.content) == (200, of(), b"")
        assert again().status == Status.ANSWERED

    def test_who_has_a_ticket_keeps_it(self, bens, of, again, ada, inside, ticket):
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(assignee=ada))
        bens.post(of("replies"), {"body_text": "Here."})
        assert again().assignee_id == ada.id

    def test_send_and_resolve(self, bens, of, again):
        bens.post(of("replies"), {"body_text": "Done.", "then": "resolve"})
        assert again().status == Status.RESOLVED
        assert again().resolved_at

    def test_plain_text_without_scripts_is_escaped(self, bens, of, ticket, inside):
        bens.post(of("replies"), {"body_text": "a < b\n<script>alert(1)</script>", "body_html": ""})
        html = inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing").body_html)
        assert "<script" not in html
        assert "a &lt; b" in html

    def test_cc(self, bens, of, ticket, inside):
        bens.post(of("replies"), {"body_text": "Hi", "cc": 'Gry <gry@example.com>, "A, B" <ab@example.com>'})
        mail = mail_of(inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing")))
        assert mail.row.envelope_to == ["eli@example.org", "gry@example.com", "ab@example.com"]
        assert [a.addr_spec for a in mail.read["Cc"].addresses] == ["gry@example.com", "ab@example.com"]

    @pytest.mark.parametrize(
        "typed",
        [
            "a@x.example; b@y.example",
            "a@x.example,b@y.example,",
            "a@x.example\r\nb@y.example",
            "a@x.example ,; b@y.example",
        ],
    )
    def test_however_addresses_are_set_apart(self, bens, of, ticket, inside, typed):
        assert bens.post(of("replies"), {"body_text": "Hi", "cc": typed}).status_code == 303
        message = inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing"))
        assert [person["email"] for person in message.recipients["cc"]] == ["a@x.example", "b@y.example"]

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"body_text": "   "}, "write something first"),
            ({"body_html": "<p><br></p>"}, "write something first"),
            ({}, "write something first"),
            ({"body_text": "Kept words", "cc": "nobody"}, "is not an e-mail address"),
            ({"body_text": "Kept words", "cc": "a@b.example c@d.example"}, "is not an e-mail address"),
            ({"body_text": "Kept words", "cc": "not <an address>"}, "is not an e-mail address"),
            ({"body_html": "<p>Kept words</p>", "attachment": "none"}, "is not there any more"),
            ({"body_html": "<p>Kept words</p>", "attachment": str(uuid4())}, "is not there any more"),
            ({"body_text": "Kept words", "once": "none"}, "valid UUID"),
            ({"body_text": "Kept words", "reply_to": "given"}, "another address"),
            ({"body_text": "Kept \0words"}, "Null characters"),
        ],
    )
    def test_what_cannot_be_sent_is_kept(self, bens, of, form, words, kinds):
        response = bens.post(of("replies"), form)
        page = response.content.decode()
        assert response.status_code == 422
        assert words in page
        for name in ("body_text", "cc"):
            typed = form.get(name, "").strip().replace("\0", "")
            assert typed.partition("\r")[0].replace("<", "&lt;").replace(">", "&gt;")[:5] in page
        assert "Kept" not in str(form) or "Kept" in page
        assert kinds() == ["incoming"]

    def test_a_closed_ticket_is_not_answered_and_the_text_is_kept(self, bens, of, ticket, inside, kinds):
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED))
        response = bens.post(of("replies"), {"body_html": "<p>A long and careful answer</p>"})
        assert response.status_code == 422
        assert b"This ticket is closed" in response.content
        assert b"A long and careful answer" in response.content
        assert kinds() == ["incoming"]

    def test_a_customer_without_an_address(self, bens, of, ticket, inside):
        inside(lambda: ticket.requester.addresses.all().delete())
        response = bens.post(of("replies"), {"body_text": "Anybody there?"})
        assert response.status_code == 422
        assert b"no address of this customer is known" in response.content
        assert b"Anybody there?" in response.content

    def test_in_a_hidden_ticket_it_stays_hidden(self, bens, of, ticket, inside, again):
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(status=Status.SPAM))
        assert bens.post(of("replies"), {"body_text": "Hi"}).status_code == 303
        assert again().status == Status.SPAM


class TestWhereToAnswer:
    @pytest.fixture
    def asked(self, support_mail):
        [came] = receive(support_mail, written(support_mail.address, headers={"Reply-To": "home@example.org"}))
        return came.message.ticket

    def test_a_differing_wish_is_shown(self, bens, asked):
        page = bens.get(f"/console/tickets/{asked.code}").content.decode()
        assert "home@example.org" in page
        assert re.search(r'name="reply_to"\s+value="known"\s+checked', page)

    def test_the_known_address_unless_chosen(self, bens, asked, inside):
        bens.post(f"/console/tickets/{asked.code}/replies", {"body_text": "Hi", "reply_to": "known"})
        mail = mail_of(inside(lambda: Message.objects.get(ticket=asked, kind="outgoing")))
        assert mail.row.envelope_to == ["eli@example.org"]

    def test_the_given_one_when_chosen(self, bens, asked, inside, support_mail):
        chosen = {"body_text": "Hi", "reply_to": "given", "given": "home@example.org"}
        assert bens.post(f"/console/tickets/{asked.code}/replies", chosen).status_code == 303
        mail = mail_of(inside(lambda: Message.objects.get(ticket=asked, kind="outgoing")))
        assert mail.row.envelope_to == ["home@example.org"]
        to = mail.read["Reply-To"].addresses[0].addr_spec
        [came] = receive(support_mail, written(to, sender="home@example.org", in_reply_to=mail.message_id))
        assert came.message.ticket_id == asked.id
        assert came.message.is_verified

    def test_never_one_that_was_not_shown(self, bens, asked, inside, support_mail):
        """Between looking and sending a mail with another wish may come in."""
        mail = written(support_mail.address, subject=asked.code, headers={"Reply-To": "trap@example.org"})
        receive(support_mail, mail)
        chosen = {"body_text": "Hi", "reply_to": "given", "given": "home@example.org"}
        response = bens.post(f"/console/tickets/{asked.code}/replies", chosen)
        assert response.status_code == 422
        assert inside(lambda: Message.objects.filter(ticket=asked, kind="outgoing").count()) == 0


class TestTwice:
    @pytest.mark.parametrize("tail", ["replies", "notes"])
    def test_the_same_form_writes_one_message(self, bens, of, tail, kinds):
        form = {"body_text": "Once.", "once": str(uuid4())}
        assert [bens.post(of(tail), form).status_code for _ in range(3)] == [303] * 3
        assert len(kinds()) == 2

    def test_the_same_new_ticket_is_one(self, bens, support, inside):
        form = {
            "body_text": "Hi",
            "once": str(uuid4()),
            "to": "new@example.org",
            "subject": "S",
            "department": support.id,
        }
        places = {bens.post("/console/tickets/new", form)["Location"] for _ in range(3)}
        assert len(places) == 1
        assert inside(Ticket.objects.count) == 1

    def test_the_form_of_somebody_else_shows_no_ticket_of_theirs(self, bens, client_of, cleo, billing, support, inside):
        form = {
            "body_text": "Hi",
            "once": str(uuid4()),
            "to": "new@example.org",
            "subject": "S",
            "department": billing.id,
        }
        theirs = client_of(cleo).post("/console/tickets/new", form)["Location"]
        response = bens.post("/console/tickets/new", form | {"department": support.id})
        assert theirs not in response.get("Location", "")

    @pytest.mark.parametrize("path", ["of", "new"])
    def test_at_the_same_moment_too(self, path, transactional_db, client_of, ben, eli, northwind, support):
        """Two requests of one double click, in two connections, neither of which sees the other's rows."""
        ticket = make_ticket(eli)
        form = {"body_text": "Once.", "once": str(uuid4())}
        if path == "new":
            form |= {"to": "new@example.org", "subject": "S", "department": str(support.id)}
        address = "/console/tickets/new" if path == "new" else f"/console/tickets/{ticket.code}/replies"
        statuses, start = [], threading.Barrier(4)

        def click():
            browser = client_of(ben)
            start.wait()
            statuses.append(browser.post(address, form).status_code)
            connection.close()

        clicks = [threading.Thread(target=click) for _ in range(4)]
        for each in clicks:
            each.start()
        for each in clicks:
            each.join()
        assert statuses == [303] * 4
        with account_scope(northwind.id):
            assert Message.objects.filter(kind="outgoing").count() == 1
            assert Ticket.objects.count() == (2 if path == "new" else 1)


class TestNotes:
    def test_a_note_changes_no_status_and_is_mailed_to_nobody(self, bens, of, again, inside, ticket, run_jobs):
        assert bens.post(of("notes"), {"body_html": "<p>Between us</p>"}).status_code == 303
        run_jobs()
        assert again().status == Status.NEW
        assert again().assignee_id is None
        note = inside(lambda: Message.objects.get(ticket=ticket, kind="note"))
        assert note.outgoing_id is None
        assert note.recipients == {}
        assert b"Between us" in bens.get(of()).content

    def test_a_closed_ticket_takes_notes(self, bens, of, ticket, inside):
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED))
        assert bens.post(of("notes"), {"body_text": "For the record"}).status_code == 303

    def test_it_is_quoted_to_no_customer(self, bens, of, ticket, inside):
        bens.post(of("notes"), {"body_text": "Our secret"})
        bens.post(of("replies"), {"body_text": "Dear Eli"})
        mail = mail_of(inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing")))
        assert b"secret" not in mail.raw

    def test_an_empty_one_is_refused(self, bens, of, kinds):
        assert bens.post(of("notes"), {"body_text": " "}).status_code == 422
        assert kinds() == ["incoming"]


def test_the_page_shows_each_message_once_when_many_have_one_moment(bens, ticket, monkeypatch, tmp_path, of):
    clock = tmp_path / "clock"
    clock.write_text("2026-03-03T09:00:00+00:00")
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
    expected = {str(make_message(ticket, body=f"Message {n}").id) for n in range(70)}
    seen, page = [], of()
    while page:
        html = bens.get(page).content.decode()
        seen += re.findall(r'id="m-([0-9a-f-]{36})"', html)
        onward = re.search(r'href="([^"]*\?before=[^"]+)"', html)
        page = onward and onward.group(1)
    assert len(seen) == len(set(seen))
    assert expected <= set(seen)
