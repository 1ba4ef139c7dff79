"""Who is proposed as Copy of an answer: whoever the newest mail was also from or for, and nobody else."""

import re

import pytest

from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.tickets.models import Draft, Message


@pytest.fixture
def proposed(client_of, ben):
    """`proposed(ticket)`: what the field for Copy holds when the page is opened."""

    def proposed(ticket):
        page = client_of(ben).get(f"/console/tickets/{ticket.code}").content.decode()
        return re.search(r'name="cc"\s+value="([^"]*)"', page).group(1)

    return proposed


def came(mail_account, **headers):
    [mail] = receive(mail_account, written(headers.pop("to", mail_account.address), headers=headers))
    return mail.message


def test_who_else_got_the_mail(proposed, support_mail, billing_mail):
    local = support_mail.address.replace("@", "+abc@")
    message = came(
        support_mail,
        to=f"{support_mail.address}, Gil Ito <gil@example.com>",
        Cc=f'hana@example.com, "Noor, Ida" <ida@example.com>, {billing_mail.address}, {local}, Eli@Example.org, stuff',
    )
    assert proposed(message.ticket) == "Gil Ito &lt;gil@example.com&gt;, hana@example.com, ida@example.com"


def test_nobody_when_it_was_between_the_two(proposed, support_mail):
    assert proposed(came(support_mail).ticket) == ""


def test_another_participant_who_wrote_last(proposed, support_mail, farah):
    message = came(support_mail, Cc="Farah <farah@example.net>")
    with account_scope(message.account_id):
        Message.objects.filter(pk=message.pk).update(sender_email="farah@example.net", sender_name="Farah Nasser")
    assert proposed(message.ticket) == "Farah &lt;farah@example.net&gt;"


@pytest.mark.parametrize("columns", [{"is_verified": False}, {"is_automatic": True}])
def test_nobody_for_the_sake_of_a_mail_that_anybody_or_a_robot_wrote(proposed, support_mail, columns):
    message = came(support_mail, Cc="mallory@example.com")
    with account_scope(message.account_id):
        Message.objects.filter(pk=message.pk).update(**columns)
    assert proposed(message.ticket) == ""


def test_a_draft_holds_what_its_writer_left(proposed, client_of, ben, support_mail):
    message = came(support_mail, Cc="hana@example.com")
    client_of(ben).post(f"/console/tickets/{message.ticket.code}/draft", {"kind": "reply", "cc": "", "body_html": "x"})
    with account_scope(message.account_id):
        assert Draft.objects.get().cc == ""
    assert proposed(message.ticket) == ""


def test_what_is_proposed_can_be_sent(proposed, client_of, ben, support_mail):
    message = came(support_mail, Cc='Hána <hana@example.com>, "Ida (Noor)" <ida@example.com>')
    form = {"body_text": "Hello", "cc": proposed(message.ticket).replace("&lt;", "<").replace("&gt;", ">")}
    assert client_of(ben).post(f"/console/tickets/{message.ticket.code}/replies", form).status_code == 303
    with account_scope(message.account_id):
        answer = Message.objects.get(kind="outgoing")
    assert set(mail_of(answer).row.envelope_to) == {"eli@example.org", "hana@example.com", "ida@example.com"}
