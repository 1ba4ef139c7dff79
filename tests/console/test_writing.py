"""Answers, notes and new tickets: written once, never lost."""

import re
import threading
from typing import ClassVar
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from steward.files.actions import read_file
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.models import Attachment, Draft, DraftAttachment, Message, Ticket
from steward.tickets.statuses import Status


@pytest.fixture
def ticket(eli):
    return make_ticket(eli)


@pytest.fixture
def bens(client_of, ben):
    return client_of(ben)


@pytest.fixture
def of(ticket):
    """`of("replies")`: the address below the ticket."""
    return lambda tail="": f"/console/tickets/{ticket.code}{'/' + tail if tail else ''}"


@pytest.fixture
def inside(northwind):
    """Whatever is asked in the account."""

    def ask(question):
        with account_scope(northwind.id):
            return question()

    return ask


@pytest.fixture
def again(ticket, inside):
    return lambda: inside(lambda: Ticket.objects.select_related("assignee").get(pk=ticket.pk))


def kinds(inside, ticket):
    return inside(lambda: list(Message.objects.filter(ticket=ticket).order_by("at").values_list("kind", flat=True)))


class TestReplying:
    def test_it_is_sent_and_the_ticket_is_taken_and_answered(self, bens, of, again, ben, inside, ticket):
        response = bens.post(of("replies"), {"body_html": "<p>Here <b>you</b> are.</p>", "cc": ""})
        assert (response.status_code, response["Location"]) == (303, of())
        assert again().status == Status.ANSWERED
        assert again().assignee_id == ben.id
        assert kinds(inside, ticket) == ["incoming", "outgoing"]
        assert b"Here <b>you</b> are." in bens.get(of()).content

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
    def test_what_cannot_be_sent_is_kept(self, bens, of, form, words, inside, ticket):
        response = bens.post(of("replies"), form)
        page = response.content.decode()
        assert response.status_code == 422
        assert words in page
        for name in ("body_text", "cc"):
            typed = form.get(name, "").strip().replace("\0", "")
            assert typed.partition("\r")[0].replace("<", "&lt;").replace(">", "&gt;")[:5] in page
        assert "Kept" not in str(form) or "Kept" in page
        assert kinds(inside, ticket) == ["incoming"]

    def test_a_closed_ticket_is_not_answered_and_the_text_is_kept(self, bens, of, ticket, inside):
        inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED))
        response = bens.post(of("replies"), {"body_html": "<p>A long and careful answer</p>"})
        assert response.status_code == 422
        assert b"This ticket is closed" in response.content
        assert b"A long and careful answer" in response.content
        assert kinds(inside, ticket) == ["incoming"]

    def test_a_customer_without_an_address(self, bens, of, ticket, inside):
        inside(lambda: ticket.requester.addresses.all().delete())
        response = bens.post(of("replies"), {"body_text": "Anybody there?"})
        assert response.status_code == 422
        assert b"has nowhere to go" in response.content
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
    def test_the_same_form_writes_one_message(self, bens, of, tail, inside, ticket):
        form = {"body_text": "Once.", "once": str(uuid4())}
        assert [bens.post(of(tail), form).status_code for _ in range(3)] == [303] * 3
        assert len(kinds(inside, ticket)) == 2

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

    def test_an_empty_one_is_refused(self, bens, of, inside, ticket):
        assert bens.post(of("notes"), {"body_text": " "}).status_code == 422
        assert kinds(inside, ticket) == ["incoming"]


class TestDrafts:
    def test_what_was_typed_comes_back(self, bens, of):
        typed = {"kind": "note", "cc": "gry@example.com", "body_html": "<p>Half a <i>sentence</i></p>"}
        assert bens.post(of("draft"), typed).status_code == 204
        page = bens.get(of()).content.decode()
        assert "Half a &lt;i&gt;sentence&lt;/i&gt;" in page
        assert 'value="gry@example.com"' in page
        assert re.search(r'value="note"\s+checked', page)

    def test_it_is_nobody_elses(self, bens, of, client_of, ada):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Mine alone</p>"})
        assert b"Mine alone" not in client_of(ada).get(of()).content

    def test_it_goes_when_it_was_sent(self, bens, of, inside):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Draft</p>"})
        bens.post(of("replies"), {"body_html": "<p>Sent</p>"})
        assert inside(Draft.objects.count) == 0

    def test_it_stays_when_sending_was_refused(self, bens, of, inside):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Draft</p>"})
        bens.post(of("replies"), {"body_html": "<p>Draft</p>", "cc": "nobody"})
        assert inside(Draft.objects.count) == 1

    @pytest.mark.parametrize("junk", ["\0", "\ud800", "a" * 3_000_000, "<script>alert(1)</script>", "%s %(x)s"])
    @pytest.mark.parametrize("name", ["cc", "body_html", "kind"])
    def test_whatever_was_typed_is_no_error(self, bens, of, name, junk):
        body = {name: junk.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        assert bens.post(of("draft"), body).status_code == 204
        page = bens.get(of())
        assert page.status_code == 200
        assert b"<script>alert" not in page.content

    def test_of_a_new_ticket(self, bens, support):
        typed = {"to": "new@example.org", "subject": "Half", "body_html": "<p>Words</p>", "department": support.id}
        assert bens.post("/console/tickets/new/draft", typed).status_code == 204
        page = bens.get("/console/tickets/new").content.decode()
        for words in ("new@example.org", "Half", "&lt;p&gt;Words"):
            assert words in page

    @pytest.mark.parametrize("junk", ["\0", "x" * 100_000, "not an id"])
    def test_whatever_was_typed_in_a_new_ticket_is_no_error(self, bens, junk):
        for name in ("to", "cc", "subject", "department", "body_html"):
            assert bens.post("/console/tickets/new/draft", {name: junk}).status_code == 204
        assert bens.get("/console/tickets/new").status_code == 200


class TestFiles:
    def upload(self, browser, path, name="plan.pdf", content=b"%PDF-1.7", content_type="application/pdf"):
        return browser.post(path, {"file": SimpleUploadedFile(name, content, content_type)})

    def test_it_goes_with_the_answer(self, bens, of, inside, ticket):
        kept = self.upload(bens, of("files")).json()
        assert kept["name"] == "plan.pdf"
        assert kept["id"] in bens.get(of()).content.decode()
        assert bens.post(of("replies"), {"body_text": "See", "attachment": kept["id"]}).status_code == 303
        message = inside(lambda: Message.objects.get(ticket=ticket, kind="outgoing"))
        [enclosure] = mail_of(message).read.iter_attachments()
        assert enclosure.get_payload(decode=True) == b"%PDF-1.7"
        assert enclosure.get_filename() == "plan.pdf"

    def test_a_file_alone_is_an_answer(self, bens, of):
        kept = self.upload(bens, of("files")).json()
        assert bens.post(of("replies"), {"body_text": "", "attachment": kept["id"]}).status_code == 303

    def test_without_scripts_it_comes_with_the_form(self, bens, of, inside, ticket):
        file = SimpleUploadedFile("a.txt", b"content", "text/plain")
        assert bens.post(of("replies"), {"body_text": "See", "files": [file]}).status_code == 303
        attachment = inside(lambda: Attachment.objects.select_related("file").get(message__kind="outgoing"))
        assert b"".join(read_file(attachment.file)) == b"content"

    def test_a_removed_one_does_not_go(self, bens, of, inside):
        first, second = (self.upload(bens, of("files"), name).json()["id"] for name in ("a.txt", "b.txt"))
        bens.post(of("draft"), {"kind": "reply", "attachment": second})
        assert first not in bens.get(of()).content.decode()
        bens.post(of("replies"), {"body_text": "See", "attachment": second})
        assert inside(lambda: list(Attachment.objects.values_list("name", flat=True))) == ["b.txt"]

    def test_the_last_one_can_be_removed_too(self, bens, of, inside):
        self.upload(bens, of("files"))
        bens.post(of("draft"), {"kind": "reply", "attachment": ""})
        assert inside(DraftAttachment.objects.count) == 0

    @pytest.mark.parametrize("junk", ["x" * 36, "\0" * 36, "-" * 36])
    def test_an_id_that_is_none_removes_and_breaks_nothing(self, bens, of, junk):
        self.upload(bens, of("files"))
        assert bens.post(of("draft"), {"kind": "reply", "attachment": junk}).status_code == 204

    def test_the_file_of_somebody_else_does_not_go(self, bens, of, client_of, ada, inside, ticket):
        theirs = self.upload(client_of(ada), of("files")).json()["id"]
        assert bens.post(of("replies"), {"body_text": "See", "attachment": theirs}).status_code == 422
        assert kinds(inside, ticket) == ["incoming"]

    def test_nor_the_file_of_another_ticket(self, bens, of, eli, ticket, inside):
        other = make_ticket(eli)
        theirs = self.upload(bens, f"/console/tickets/{other.code}/files").json()["id"]
        assert bens.post(of("replies"), {"body_text": "See", "attachment": theirs}).status_code == 422

    def test_none_is_said(self, bens, of):
        assert bens.post(of("files")).status_code == 400

    def test_a_reader_uploads_nothing(self, client_of, dana, of):
        assert self.upload(client_of(dana), of("files")).status_code == 403


class TestNewTickets:
    FORM: ClassVar = {"to": "Nils <nils@example.com>", "subject": "Your order", "body_html": "<p>It has left.</p>"}

    def test_it_is_written_and_found(self, bens, support, inside, ben):
        response = bens.post("/console/tickets/new", self.FORM | {"department": support.id})
        assert response.status_code == 303
        ticket = inside(lambda: Ticket.objects.select_related("requester").get())
        assert response["Location"].endswith(ticket.code)
        assert (ticket.status, ticket.assignee_id, ticket.requester.name) == (Status.ANSWERED, ben.id, "Nils")
        mail = mail_of(inside(Message.objects.get))
        assert mail.read["Subject"] == "Your order"
        assert mail.read["In-Reply-To"] is None

    def test_the_customers_answer_joins_it(self, bens, support, inside, support_mail):
        bens.post("/console/tickets/new", self.FORM | {"department": support.id})
        mail = mail_of(inside(Message.objects.get))
        to = mail.read["Reply-To"].addresses[0].addr_spec
        [came] = receive(support_mail, written(to, sender="nils@example.com", in_reply_to=mail.message_id))
        assert inside(Ticket.objects.count) == 1
        assert came.message.is_verified

    def test_it_is_found_by_whom_it_was_written_to(self, bens, support, inside):
        bens.post("/console/tickets/new", self.FORM | {"department": support.id})
        code = inside(Ticket.objects.get).code.encode()
        for query in ("nils", "nils@example.com", "order"):
            assert code in bens.get("/console/search", {"q": query}).content, query

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"to": ""}, "This field is required"),
            ({"to": "nobody"}, "is not an e-mail address"),
            ({"subject": ""}, "This field is required"),
            ({"subject": "s" * 251}, "at most 250"),
            ({"body_html": ""}, "write something first"),
            ({"department": "none"}, "valid UUID"),
            ({"department": str(uuid4())}, "Choose one of your departments"),
        ],
    )
    def test_what_cannot_be_sent_is_kept(self, bens, support, change, words, inside):
        form = self.FORM | {"department": str(support.id)} | change
        response = bens.post("/console/tickets/new", form)
        page = response.content.decode()
        assert response.status_code == 422
        assert words in page
        for name in ("to", "subject", "body_html"):
            assert form[name].replace("<", "&lt;").replace(">", "&gt;") in page
        assert inside(Ticket.objects.count) == 0

    def test_not_for_another_department(self, bens, billing, inside):
        assert bens.post("/console/tickets/new", self.FORM | {"department": billing.id}).status_code == 422
        assert inside(Ticket.objects.count) == 0

    def test_not_by_a_reader(self, client_of, dana, support):
        assert client_of(dana).get("/console/tickets/new").status_code == 403
        assert client_of(dana).post("/console/tickets/new", self.FORM | {"department": support.id}).status_code == 403


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
