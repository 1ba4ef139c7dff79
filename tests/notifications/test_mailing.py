"""The mails that tell people: what is in them, when they leave, and when they do not."""

from datetime import timedelta
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
import time_machine
from django.db import connection

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import account_for
from steward.contacts.models import Contact
from steward.contacts.restriction import restrict_contact
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.live.presence import look_at
from steward.notifications.actions import change_defaults, choose, read_all
from steward.notifications.mailing import MOST_MAILS
from steward.notifications.models import Notice, Recipient
from steward.notifications.queries import MOST_COUNTED, PAGE, count_unread, list_notices
from steward.notifications.tasks import tell as task
from steward.notifications.upkeep import forget_old_notices
from steward.notifications.wishes import DEFAULTS, Kind, Mail, Wish
from steward.outbox.actions import note_bounce
from steward.outbox.models import OutgoingMail
from steward.outbox.restriction import is_about_restricted
from steward.people.models import Membership, User
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.privacy.keys.cipher import decrypt
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.jobs import queued
from steward.testing.letters import receive, written
from steward.testing.queries import queries_of
from steward.testing.tickets import make_message, make_ticket, make_tickets
from steward.tickets.actions import assign_ticket, change_status
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

SECRET = "My card number is 4242"


@pytest.fixture
def travel():
    """`travel(minutes=1)`: later from now on."""
    with time_machine.travel(now(), tick=False) as traveller:
        yield lambda **distance: traveller.shift(timedelta(**distance))


@pytest.fixture
def given(eli, ada, ben):
    """Tickets that Ada gives to Ben."""

    def given(number=1, **ticket):
        made = [make_ticket(eli, **ticket) for _ in range(number)]
        for each in made:
            with account_scope(each.account_id):
                assign_ticket(Ticket.objects.get(pk=each.pk), ben, actor=acting(ada))
        return made

    return given


@pytest.fixture
def burst(eli, ada, ben, support):
    """`burst(1_000)`: so many tickets that Ada gives to Ben while the worker is busy; one job tells of them."""

    def burst(number):
        made = make_tickets([eli], departments=[support], number=number)
        with account_scope(ben.account_id):
            for ticket in Ticket.objects.filter(pk__in=[each.pk for each in made]):
                assign_ticket(ticket, ben, actor=acting(ada))
            # The first one goes through everything, and the others find nothing: they are not what is measured.
            connection.cursor().execute("DELETE FROM procrastinate_jobs WHERE task_name = 'notifications.tell'")
            enqueue(task)

    return burst


@pytest.fixture
def mails(tell, travel, run_jobs, northwind):
    """Tell, wait a little, mail; every mail that was ever put into the outbox for that, oldest first."""

    def mails(*, wait=None):
        tell()
        travel(**(wait or {"seconds": 20}))
        run_jobs("notifications.mail")
        with account_scope(northwind.id):
            found = OutgoingMail.objects.filter(purpose="notification").order_by("id")
            return [read(mail) for mail in found]

    return mails


def read(mail):
    content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    return message_from_bytes(content, policy=policy.default)


def text_of(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


def wish(member, kind, mail, **columns):
    with account_scope(member.account_id):
        chosen = {"rhythm": "daily", "hour": 8, "time_zone": ""} | columns
        choose(member, {**DEFAULTS, kind: Wish(mail=mail)}, actor=acting(member), **chosen)


class TestOneMail:
    def test_says_why_and_where_and_nothing_of_the_customer(self, mails, given, ada):
        [ticket] = given(subject="Invoice of Eli Berg", body=SECRET)
        [mail] = mails()
        assert mail["Subject"] == f"[{ticket.code}] Ada assigned this ticket to you"
        assert mail["To"] == "Ben <ben@northwind.example>"
        url = f"/console/tickets/{ticket.code}"
        for words in (text_of(mail), text_of(mail, "html")):
            assert url in words
            assert "/console/settings/notifications" in words
        whole = mail.as_string()
        assert not any(each in whole for each in (SECRET, "Invoice", "Eli", "eli@"))

    def test_is_marked_so_that_no_machine_answers_it(self, mails, given, northwind):
        given()
        [mail] = mails()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"].endswith("/console/settings/notifications>")
        assert mail["X-Steward-Loop"] == str(northwind.id)
        with account_scope(northwind.id):
            assert OutgoingMail.objects.get(purpose="notification").envelope_from == ""

    def test_an_answer_to_it_is_refused_by_our_own_server(self, mails, given):
        given()
        [mail] = mails()
        assert mail["Reply-To"] == "no-reply@northwind.localhost"
        assert account_for(mail["Reply-To"]) is None

    def test_shows_the_words_where_the_account_wants_that(self, mails, given, northwind):
        with account_scope(northwind.id):
            change_defaults(DEFAULTS, shows_text=True, actor=SYSTEM)
        given(subject="The invoice", body=SECRET)
        [mail] = mails()
        assert mail["Subject"].endswith("Ada assigned this ticket to you: The invoice")
        assert SECRET in text_of(mail)
        assert SECRET in text_of(mail, "html")

    def test_is_in_the_language_of_the_reader(self, mails, given, ben):
        with account_scope(ben.account_id):
            Membership.objects.filter(pk=ben.pk).update(language="ar")
        given()
        [mail] = mails()
        assert '<div lang="ar" dir="rtl">' in text_of(mail, "html")

    def test_leaves_once(self, mails, given):
        given()
        assert len(mails()) == 1
        assert len(mails(wait={"hours": 3})) == 1


class TestNoMail:
    def test_when_it_was_read_meanwhile(self, mails, given, tell, ben):
        given()
        tell()
        with account_scope(ben.account_id):
            read_all(ben)
        assert mails() == []

    def test_when_the_ticket_is_open_in_front_of_them(self, mails, given, tell, ben):
        [ticket] = given()
        tell()
        with account_scope(ben.account_id):
            look_at(ticket, ben, tab=uuid4(), is_writing=False)
        assert mails() == []

    def test_when_they_do_not_see_the_ticket_any_more(self, mails, given, tell, ben, billing):
        [ticket] = given()
        tell()
        with account_scope(ben.account_id):
            Ticket.objects.filter(pk=ticket.pk).update(department=billing)
        assert mails() == []

    def test_when_it_turned_out_to_be_spam(self, mails, given, tell, ada):
        [ticket] = given()
        tell()
        with account_scope(ada.account_id):
            change_status(ticket, Status.SPAM, actor=acting(ada))
        assert mails() == []

    def test_when_they_chose_otherwise_meanwhile(self, mails, given, tell, ben):
        given()
        tell()
        wish(ben, Kind.ASSIGNED, Mail.NEVER)
        assert mails() == []

    def test_when_the_account_is_suspended(self, mails, given, northwind):
        given()
        Account.objects.filter(pk=northwind.pk).update(state=Account.State.SUSPENDED)
        assert mails() == []

    def test_to_an_address_at_which_the_account_receives(self, mails, given, ben, support_mail):
        User.objects.filter(pk=ben.user_id).update(email=support_mail.address)
        given()
        assert mails() == []

    def test_when_nobody_was_there_to_tell_them_for_days(self, mails, given, travel, northwind):
        given()
        travel(days=2)
        assert mails() == []
        with account_scope(northwind.id):
            assert Notice.objects.filter(kind="assigned").exists()


class TestMany:
    def test_a_few_at_once_are_a_mail_each(self, mails, given):
        given(3)
        assert len(mails()) == 3

    def test_more_at_once_are_one_mail(self, mails, given, northwind):
        tickets = given(5)
        [mail] = mails()
        assert mail["Subject"] == "5 notifications"
        assert all(ticket.code in text_of(mail) and ticket.code in text_of(mail, "html") for ticket in tickets)

    def test_a_flood_of_new_tickets_is_one_mail_that_lists_some(self, mails, eli, support, ben):
        wish(ben, Kind.NEW_TICKET, Mail.AT_ONCE)
        make_tickets([eli], departments=[support], number=120)
        found = mails()
        assert len(found) == 1
        assert found[0]["Subject"] == "120 notifications"
        assert text_of(found[0]).count("/console/tickets/") == 50
        assert "And 70 more." in text_of(found[0])

    @pytest.mark.system
    def test_a_thousand_events_for_one_person(self, mails, burst, tell, ben, northwind):
        """Each told once, a bell that stops counting, a summary instead of a flood, by batches and not by events."""
        queries = []
        for number in (100, 1_000):
            burst(number)
            queries.append(len(queries_of(tell)))
        assert queries[1] <= 4 * queries[0], queries
        with account_scope(northwind.id):
            notices = Notice.objects.filter(membership=ben, kind="assigned")
            assert notices.count() == notices.values("event_id").distinct().count() == 1_100
            asked = queries_of(lambda: (count_unread(ben, acting(ben)), list_notices(ben, acting(ben)).notices))
            assert count_unread(ben, acting(ben)) == MOST_COUNTED
            assert len(list_notices(ben, acting(ben)).notices) == PAGE
        assert len([query for query in asked if "SAVEPOINT" not in query]) <= 6, asked
        found = mails()
        assert [mail["Subject"] for mail in found] == ["1000 notifications", "100 notifications"], "a job takes 1000"
        assert text_of(found[0]).count("/console/tickets/") == 50
        assert len(mails(wait={"hours": 2})) == 2, "nothing twice"
        with account_scope(northwind.id):
            assert not Notice.objects.filter(kind="assigned", mailed_at__isnull=True).exists()
            assert Notice.objects.filter(kind="assigned").count() == 1_100

    def test_nobody_gets_more_than_some_an_hour_and_nothing_is_lost(self, mails, given, northwind):
        for _ in range(MOST_MAILS + 8):
            given()
            found = mails()
        assert len(found) == MOST_MAILS
        found = mails(wait={"hours": 1})
        assert len(found) == MOST_MAILS + 1
        with account_scope(northwind.id):
            assert not Notice.objects.filter(mailed_at__isnull=True, kind="assigned").exists()

    def test_the_job_is_queued_once_for_what_is_due_together(self, tell, given):
        for _ in range(4):
            given()
            tell()
        assert len(queued("notifications.mail")) == 1

    def test_a_job_that_was_lost_keeps_no_mail_back_for_ever(self, mails, given, ben, northwind, travel):
        with account_scope(northwind.id):
            Recipient.objects.create(membership=ben, next_mail_at=now() - timedelta(hours=2))
        given()
        assert len(mails()) == 1


class TestSummary:
    def test_comes_at_the_hour_of_the_reader(self, tell, mails, given, ben):
        wish(ben, Kind.ASSIGNED, Mail.DIGEST, hour=7, time_zone="Asia/Ho_Chi_Minh")
        given(2)
        tell()
        with account_scope(ben.account_id):
            due = set(Notice.objects.filter(kind="assigned").values_list("mail_due_at", flat=True))
        assert [(moment.hour, moment.minute) for moment in due] == [(0, 0)]
        assert mails() == []
        [mail] = mails(wait={"days": 1})
        assert mail["Subject"] == "2 notifications"

    def test_what_comes_later_is_in_the_next_one(self, mails, given, ben):
        wish(ben, Kind.ASSIGNED, Mail.DIGEST, rhythm="hourly")
        given()
        assert len(mails(wait={"hours": 1})) == 1
        given()
        assert len(mails(wait={"hours": 1})) == 2


class TestLoops:
    def test_a_mail_of_ours_that_comes_back_causes_no_other(self, mails, given, ben, run_jobs, support_mail):
        """Ben forwards his mail to the account's address: the forwarded one becomes a ticket, and ends there."""
        wish(ben, Kind.NEW_TICKET, Mail.AT_ONCE)
        given()
        [mail] = mails()
        for _ in range(3):
            receive(support_mail, mail.as_bytes())
            assert len(mails()) == 1

    def test_what_any_machine_writes_is_listed_but_not_mailed(self, mails, told, ben, support_mail):
        wish(ben, Kind.NEW_TICKET, Mail.AT_ONCE)
        receive(support_mail, written(support_mail.address, headers={"Auto-Submitted": "auto-generated"}))
        assert mails() == []
        assert "Ben new_ticket" in told()

    def test_that_a_notification_bounced_is_told_nobody(self, mails, given, told, northwind):
        given()
        mails()
        with account_scope(northwind.id):
            mail = OutgoingMail.objects.get(purpose="notification")
            note_bounce(mail.pk, recipients=mail.envelope_to, bounced=mail.envelope_to[0], words="no such user")
        assert told() == ["Ben assigned"]


def test_answers_are_mailed_with_a_link_to_the_message(mails, eli, ben):
    ticket = make_ticket(eli, assignee=ben)
    message = make_message(ticket)
    [mail] = mails()
    assert f"/console/tickets/{ticket.code}#m-{message.pk}" in text_of(mail)
    assert mail["Subject"] == f"[{ticket.code}] The customer answered"


def test_a_server_of_the_account_sends_in_its_own_name(mails, given, northwind, support_mail):
    with account_scope(northwind.id):
        server = declare_connector(
            Declaration(
                kind=Connector.Kind.SMTP,
                destination=Destination("mail.northwind.example", 587),
                tls=Connector.Tls.STARTTLS,
            ),
            actor=SYSTEM,
        )
        MailAccount.objects.filter(pk=support_mail.pk).update(smtp=server)
    given()
    [mail] = mails()
    assert mail["From"] == f"Northwind <{support_mail.address}>"
    assert mail["Reply-To"] == "no-reply@northwind.localhost"


def test_mails_go_with_the_notices_they_tell_of(travel, given, mails, northwind):
    """A mail that no notice leads to could not be erased with the ticket it quotes."""
    given()
    assert len(mails()) == 1
    travel(days=91)
    forget_old_notices()
    with account_scope(northwind.id):
        assert not Notice.objects.exists()
        assert not OutgoingMail.objects.filter(purpose="notification").exists()


class TestAPersonWhoseDataAreOnlyKept:
    def restrict(self, contact):
        with account_scope(contact.account_id):
            restrict_contact(contact, Contact.Ground.CONTESTED, actor=SYSTEM)

    def test_no_mail_tells_of_their_ticket_but_the_bell_does(self, mails, given, ben, eli):
        self.restrict(eli)
        given()
        assert mails() == []
        with account_scope(ben.account_id):
            assert count_unread(ben, acting(ben)) == 1

    def test_one_that_waits_already_does_not_leave_any_more(self, mails, given, northwind, eli, farah, ada, ben):
        given()
        other = make_ticket(farah)
        with account_scope(other.account_id):
            assign_ticket(Ticket.objects.get(pk=other.pk), ben, actor=acting(ada))
        assert len(mails()) == 2
        self.restrict(eli)
        with account_scope(northwind.id):
            told = OutgoingMail.objects.filter(purpose="notification").order_by("id")
            assert sorted(map(is_about_restricted, told)) == [False, True]
