"""Writing to a customer first."""

from typing import ClassVar
from uuid import uuid4

import pytest

from steward.testing.letters import mail_of, receive, written
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status


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

    def test_the_form_helps_with_addresses_and_says_what_is_wrong_beside_the_field(self, bens, support):
        page = bens.get("/console/tickets/new").content.decode()
        assert "Eli Aronsen &lt;eli@example.com&gt;" in page
        assert 'aria-describedby="new-to-about"' in page
        wrong = bens.post("/console/tickets/new", self.FORM | {"department": support.id, "cc": "x"}).content.decode()
        assert wrong.count('aria-invalid="true"') == 1
        assert 'id="new-cc-about"' in wrong

    def test_not_for_another_department(self, bens, billing, inside):
        assert bens.post("/console/tickets/new", self.FORM | {"department": billing.id}).status_code == 422
        assert inside(Ticket.objects.count) == 0

    def test_not_by_a_reader(self, client_of, dana, support):
        assert client_of(dana).get("/console/tickets/new").status_code == 403
        assert client_of(dana).post("/console/tickets/new", self.FORM | {"department": support.id}).status_code == 403
