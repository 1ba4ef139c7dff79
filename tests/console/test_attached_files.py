"""Files of an answer: all that the form names are sent, or nothing is."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Draft, Message

PICTURE = b"\x89PNG\r\n\x1a\n"


def sent(ticket):
    with account_scope(ticket.account_id):
        return Message.objects.filter(kind__in=["outgoing", "note"]).count()


@pytest.mark.parametrize("way", ["replies", "notes"])
def test_a_file_that_another_tab_removed_keeps_the_answer_here(client_of, ben, ticket, path, way):
    bens = client_of(ben)
    kept = bens.post(f"{path}/files", {"file": SimpleUploadedFile("plan.txt", b"x", "text/plain")}).json()
    with account_scope(ticket.account_id):
        Draft.objects.get(author=ben, ticket=ticket).attachments.all().delete()
    response = bens.post(f"{path}/{way}", {"body_text": "See the plan", "attachment": [kept["id"]]})
    assert (response.status_code, sent(ticket)) == (422, 0)
    assert "See the plan" in response.content.decode()
    assert "Attach it again" in response.content.decode()


@pytest.mark.parametrize("way", ["replies", "notes"])
def test_an_id_that_is_none_is_refused_before_anything_is_sent(client_of, ben, ticket, path, way):
    response = client_of(ben).post(f"{path}/{way}", {"body_text": "See the plan", "attachment": ["x" * 36]})
    assert (response.status_code, sent(ticket)) == (422, 0)
    assert "See the plan" in response.content.decode()


def test_a_new_ticket_too(client_of, ben, support, ticket):
    form = {"to": "new@example.org", "subject": "Hi", "department": support.id, "body_text": "See the plan"}
    response = client_of(ben).post("/console/tickets/new", form | {"attachment": ["none"]})
    assert (response.status_code, sent(ticket)) == (422, 0)
    assert "See the plan" in response.content.decode()


def with_image(eli, content_type, *, is_html):
    image = NewAttachment("photo", PICTURE, content_type, "photo@x", is_inline=True)
    ticket = make_ticket(eli, body='<img src="cid:photo@x" alt="A photo">', attachments=[image])
    with account_scope(ticket.account_id):
        Message.objects.filter(ticket=ticket).update(is_html=is_html)
        return ticket, Message.objects.get(ticket=ticket)


@pytest.mark.parametrize(
    ("content_type", "is_html", "is_listed"),
    [("image/png", True, False), ("image/png", False, True), ("image/heic", True, True), ("image/svg+xml", True, True)],
)
def test_what_the_text_cannot_show_is_listed_as_a_file(client_of, ben, eli, content_type, is_html, is_listed):
    ticket, message = with_image(eli, content_type, is_html=is_html)
    bens = client_of(ben)
    page = bens.get(f"/console/tickets/{ticket.code}").content.decode()
    assert bool(re.search(r'class="file-name">photo<', page)) == is_listed
    body = bens.get(f"/console/messages/{message.id}/body").content.decode()
    assert ("/console/attachments/" in body) == (content_type == "image/png")
