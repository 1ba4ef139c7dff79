"""Under which address a ticket is answered when there are several."""

import pytest

from steward.channels.email.addressing import mail_account_for, mail_account_of
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.lib.actor import SYSTEM
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_reply
from steward.tickets.models import Ticket


@pytest.fixture
def second_mail(support_mail, support):
    """A newer address of Support, before the first one in the alphabet."""
    with account_scope(support.account_id):
        mailbox = Mailbox(address="answers@northwind.localhost", name="Answers")
        return add_mail_account(mailbox, department=support, actor=SYSTEM)


def test_a_second_address_does_not_take_over(support, support_mail, second_mail):
    with account_scope(support.account_id):
        assert mail_account_of(support.id) == support_mail


@pytest.mark.parametrize("tag", ["", "+anything"])
def test_who_wrote_to_an_address_is_answered_from_it(ben, support_mail, second_mail, tag):
    for mail_account in (second_mail, support_mail):
        local, _, domain = mail_account.address.partition("@")
        [came] = receive(mail_account, written(mail_account.address), envelope_to=[f"{local}{tag}@{domain}"])
        with account_scope(ben.account_id):
            ticket = Ticket.objects.select_related("requester").get(pk=came.message.ticket_id)
            assert mail_account_for(ticket) == mail_account
        sent = mail_of(make_reply(ticket, ben))
        assert mail_account.address in str(sent.read["From"])


def test_after_a_transfer_the_new_department_answers_in_its_own_name(second_mail, billing, billing_mail):
    [came] = receive(second_mail, written(second_mail.address))
    with account_scope(billing.account_id):
        Ticket.objects.filter(pk=came.message.ticket_id).update(department=billing)
        assert mail_account_for(Ticket.objects.get(pk=came.message.ticket_id)) == billing_mail
