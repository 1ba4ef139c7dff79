"""The sample data, played into a database."""

import dataclasses
import os

import pytest

from steward.channels.email.models import Arrival
from steward.demo.outbox import kept_mails
from steward.demo.reading import catch_up
from steward.demo.scripts import samples
from steward.lib import clock
from steward.notifications.models import Notice
from steward.notifications.queries import count_unread
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.keys.store import account_key
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.models import Attachment, Message, Participant, Ticket
from steward.tickets.statuses import Status

pytestmark = [pytest.mark.system, pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def load():
    from steward.project import demo_accounts

    return demo_accounts.load


def under(slug, sample):
    return dataclasses.replace(sample, slug=slug)


def test_northwind_has_everything_a_visitor_should_see(load, settle):
    began = clock.now()
    load(under("sample-nw", samples()[0]))
    assert (clock.now() - began).total_seconds() < 60
    assert "STEWARD_TEST_CLOCK" not in os.environ
    account = Account.objects.get(slug="sample-nw")
    assert account_key(account.id)
    with account_scope(account.id):
        tickets = list(Ticket.objects.all())
        assert len(tickets) == 62
        assert {ticket.status for ticket in tickets} == set(Status.values)
        assert all(ticket.created_at <= ticket.changed_at <= clock.now() for ticket in tickets)
        assert min(ticket.created_at for ticket in tickets) < clock.now() - (clock.now() - began) * 2
        assert Participant.objects.filter(is_verified=False).count() == 1
        assert Message.objects.filter(kind="note").count() > 8
        assert Attachment.objects.filter(is_inline=True).count() == 2
        assert Ticket.objects.filter(message_count__gte=10).exists()
        # Every answer has its mail, and every customer's answer found its thread.
        outgoing = Message.objects.filter(kind="outgoing")
        assert all(message.outgoing_id and message.internet_id for message in outgoing)
        assert Message.objects.filter(kind="incoming").count() > len(tickets) + 15
        assert not Arrival.objects.filter(account_id=account.id).exists()
        assert len(kept_mails()) == outgoing.count()
        settle()  # within a test nothing is committed, and events have no position yet
        catch_up()
        people = list(Membership.objects.prefetch_related("departments"))
        unread = {member.name: count_unread(member, actor_of(member)) for member in people}
        assert max(unread.values()) <= 4, unread
        assert sum(unread.values()) > 3, unread
        told = {member.name: Notice.objects.filter(membership=member).count() for member in people}
        assert min(told.values()) > 3, told


def test_nothing_of_an_account_stays_when_loading_fails(load):
    sample = samples()[1]
    broken = dataclasses.replace(sample.tickets[0], to="Nowhere")
    with pytest.raises(KeyError):
        load(dataclasses.replace(sample, slug="sample-ct", tickets=[broken]))
    assert not Account.objects.filter(slug="sample-ct").exists()
    assert "STEWARD_TEST_CLOCK" not in os.environ
