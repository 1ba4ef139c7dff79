"""Sentences that were codes, halves, or about something else."""

from steward.channels.email.parsing.mail import PROBLEM_CODES
from steward.console.deliveries import delivery_of
from steward.console.problems import SENTENCES, told_problems
from steward.lib.actor import SYSTEM
from steward.people.actions import create_department, join_department
from steward.people.models import DepartmentRole
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of
from steward.testing.tickets import make_reply
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status


def test_every_problem_of_the_parser_has_a_sentence():
    assert set(SENTENCES) == PROBLEM_CODES


def test_problems_are_told_once_each_and_without_codes():
    told = told_problems(["bad_base64", "no_boundary", "wrong_boundary", "something_new"])
    assert told.count("It is not put together") == 1
    assert "Parts of it could not be read" in told
    assert told.endswith("The mail as it came is attached.")
    assert "_" not in told
    assert told_problems([]) == ""


def test_a_mail_that_is_tried_again_says_when(client_of, ben, ticket):
    message = make_reply(ticket, ben)
    mail = mail_of(message).row
    with account_scope(ticket.account_id):
        type(mail).objects.filter(pk=mail.pk).update(
            state="deferred", server_words="mailbox busy", next_attempt_at="2026-03-03T09:00Z"
        )
        delivery = delivery_of(Message.objects.select_related("outgoing").get(pk=message.pk))
    assert delivery.text == "Not sent yet: mailbox busy"
    assert (delivery.at, delivery.next_at.isoformat()) == (None, "2026-03-03T09:00:00+00:00")
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert 'Next try: <time datetime="2026-03-03T09:00:00+00:00"' in page


def test_what_the_server_said_of_a_sent_mail_lies_behind_a_disclosure(client_of, ben, ticket):
    mail = mail_of(make_reply(ticket, ben)).row
    with account_scope(ticket.account_id):
        type(mail).objects.filter(pk=mail.pk).update(state="sent", reason="", server_words="250 queued as 4Xy7<z>")
    page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "<bdi>Sent</bdi>" in page
    disclosed = page.partition('<details class="delivery-words">')[2].partition("</details>")[0]
    assert '<bdi dir="ltr">250 queued as 4Xy7&lt;z&gt;</bdi>' in disclosed
    assert page.count("250 queued as") == 1


def test_send_and_resolve_on_spam_says_what_the_matter_is(client_of, ben, ticket):
    with account_scope(ticket.account_id):
        Ticket.objects.filter(pk=ticket.pk).update(status=Status.SPAM)
    form = {"body_text": "My words", "then": "resolve"}
    response = client_of(ben).post(f"/console/tickets/{ticket.code}/replies", form)
    text = response.content.decode()
    assert response.status_code == 422
    assert "spam or deleted cannot be resolved" in text
    assert "This ticket is closed" not in text
    assert "My words" in text
    with account_scope(ticket.account_id):
        assert not Message.objects.filter(kind="outgoing").exists()


def test_a_supervisor_moves_a_ticket_to_any_department_that_is_open(client_of, ben, ticket, northwind, support):
    with account_scope(northwind.id):
        join_department(ben, support, role=DepartmentRole.SUPERVISOR, actor=SYSTEM)
        gone = create_department("Gone", actor=SYSTEM)
        type(gone).objects.filter(pk=gone.pk).update(archived_at="2026-01-01T00:00Z")
    menu = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode().partition('id="department-menu"')[2]
    menu = menu.partition("</form>")[0]
    assert "Billing" in menu
    assert "Support" in menu
    assert "Gone" not in menu
