"""From what happens to who is told, through the actions that everything else uses."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.live.presence import look_at
from steward.notifications.actions import change_defaults, choose, read_all
from steward.notifications.models import Notice, NoticeClock
from steward.notifications.occasions import Facts
from steward.notifications.queries import count_unread, list_notices
from steward.notifications.telling import KINDS, tell_of_new_events
from steward.notifications.upkeep import forget_old_notices
from steward.notifications.wishes import DEFAULTS, Kind, Mail, Wish
from steward.outbox.actions import note_bounce
from steward.people.actions import leave_department
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.jobs import queued
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket, make_tickets
from steward.tickets.actions import assign_ticket, change_status, transfer_ticket
from steward.tickets.models import Message, Ticket
from steward.tickets.statuses import Status

NOTHING = Wish(is_listed=False, mail=Mail.NEVER, on_desktop=False)


def give(ticket, to, by):
    with account_scope(ticket.account_id):
        assign_ticket(Ticket.objects.get(pk=ticket.pk), to, actor=acting(by))


def wish(member, **kinds):
    with account_scope(member.account_id):
        wishes = {**DEFAULTS, **{Kind(kind): wish for kind, wish in kinds.items()}}
        choose(member, wishes, rhythm="daily", hour=8, time_zone="", actor=acting(member))


def unread(member):
    with account_scope(member.account_id):
        return count_unread(member, acting(member))


def listed(member):
    with account_scope(member.account_id):
        return list_notices(member, acting(member)).notices


class TestWhatHappens:
    def test_a_new_ticket_is_told_to_its_department(self, told, eli):
        make_ticket(eli)
        assert sorted(told()) == ["Ada new_ticket", "Ben new_ticket", "Dana new_ticket"]

    def test_given_to_somebody_it_is_new_to_them_no_more(self, told, eli, ada, ben):
        ticket = make_ticket(eli)
        told()
        give(ticket, ben, ada)
        assert sorted(told()) == ["Ada new_ticket", "Ben assigned", "Dana new_ticket"]

    def test_given_and_new_at_once_is_told_once(self, told, eli, ada, ben):
        give(make_ticket(eli), ben, ada)
        assert told() == ["Ben assigned"]

    def test_what_one_takes_is_no_news(self, told, eli, ben):
        give(make_ticket(eli), ben, ben)
        assert told() == []

    def test_the_customer_answers_whoever_has_the_ticket(self, told, eli, ben):
        ticket = make_ticket(eli, assignee=ben)
        make_message(ticket)
        assert told() == ["Ben answered"]

    def test_the_customer_answers_those_who_took_part_when_nobody_has_it(self, told, eli, ben, ada):
        ticket = make_ticket(eli, assignee=ada)
        make_note(ticket, ben)
        give(ticket, None, ada)
        make_message(ticket)
        assert [each for each in told() if "answered" in each] == ["Ben answered"]

    def test_who_is_mentioned_and_sees_the_ticket_is_told(self, told, eli, ada, ben, cleo):
        ticket = make_ticket(eli, assignee=ada)
        mention = "".join(f'<bdi data-mention="{each.id}">@{each.name}</bdi> ' for each in (ben, cleo, ada))
        note = make_note(ticket, ada, body=f"<p>{mention}</p>")
        assert f'data-mention="{ben.id}"' in note.body_html
        assert told() == ["Ben mentioned"]

    def test_a_whole_name_that_was_typed_counts(self, told, eli, ada):
        make_note(make_ticket(eli, assignee=ada), ada, body="<p>@Ben, have a look</p>")
        assert told() == ["Ben mentioned"]

    def test_an_answer_to_the_customer_names_nobody(self, told, eli, ada, ben):
        make_reply(make_ticket(eli, assignee=ada), ada, body=f'<p><bdi data-mention="{ben.id}">@Ben</bdi></p>')
        assert told() == []
        with account_scope(ada.account_id):
            assert "mention" not in Message.objects.get(kind="outgoing").body_html

    def test_the_author_hears_that_an_answer_bounced(self, told, eli, ben, run_jobs):
        reply = make_reply(make_ticket(eli, assignee=ben), ben)
        run_jobs("email.send")
        with account_scope(ben.account_id):
            mail = Message.objects.get(pk=reply.pk).outgoing
            note_bounce(mail.pk, recipients=mail.envelope_to, bounced=mail.envelope_to[0], words="no such user")
        assert told() == ["Ben failed"]

    def test_spam_is_told_nobody(self, told, eli, ada):
        ticket = make_ticket(eli)
        with account_scope(ada.account_id):
            change_status(ticket, Status.SPAM, actor=acting(ada))
        assert told() == []

    def test_a_ticket_that_is_moved_is_new_there(self, told, eli, ada, billing):
        ticket = make_ticket(eli)
        with account_scope(ada.account_id):
            transfer_ticket(Ticket.objects.get(pk=ticket.pk), billing, actor=acting(ada))
        assert "Cleo new_ticket" in told()
        assert not any(each.startswith(("Ben", "Dana")) for each in told())


class TestOnce:
    def test_going_through_again_tells_nobody_again(self, told, eli, northwind):
        make_ticket(eli)
        first = told()
        with account_scope(northwind.id):
            NoticeClock.objects.update(position=0)
            tell_of_new_events(plan=lambda *_: None)
        assert told() == first

    def test_a_job_that_dies_leaves_nothing_and_runs_again(self, told, eli, northwind, settle):
        make_ticket(eli)
        settle()

        def die(*_):
            raise SystemExit

        wish_all = {**DEFAULTS, Kind.NEW_TICKET: Wish()}
        with account_scope(northwind.id):
            before = NoticeClock.objects.values_list("position", flat=True).first()
        with pytest.raises(SystemExit), account_scope(northwind.id):
            change_defaults(wish_all, shows_text=False, actor=SYSTEM)
            tell_of_new_events(plan=die)
        with account_scope(northwind.id):
            assert not Notice.objects.exists()
            assert NoticeClock.objects.values_list("position", flat=True).first() == before
        assert len(told()) == 3

    def test_a_burst_is_told_in_few_strokes(self, tell, eli, farah, support, northwind):
        make_tickets([eli, farah], departments=[support], number=260)
        tell()
        with account_scope(northwind.id):
            assert Notice.objects.count() == 260 * 3
            # Two batches of events: two words on the stream for each person, and not one for each ticket.
            assert Event.objects.filter(kind="notice.added").count() == 2 * 3

    @pytest.mark.parametrize(("happens", "known"), [
        ("answer", {"Ben"}),
        ("note", {"Ada", "Ben"}),
        ("typed", {"Ada", "Ben", "Dana"}),
        ("ticket", {"Ada", "Ben", "Dana"}),
    ])  # fmt: skip
    def test_of_all_members_those_are_read_who_may_be_told(
        self, tell, settle, northwind, eli, ada, ben, happens, known
    ):
        ticket = make_ticket(eli, assignee=ben)
        tell()
        if happens == "answer":
            make_message(ticket)
        elif happens == "ticket":
            make_ticket(eli)
        else:
            make_note(ticket, ada, body="<p>@Ben</p>" if happens == "typed" else "<p>Mind the vat.</p>")
        settle()
        with account_scope(northwind.id):
            reached = NoticeClock.objects.values_list("position", flat=True).get()
            new = list(Event.objects.filter(position__gt=reached, kind__in=KINDS))
            assert set(Facts.behind(new).names.values()) == known

    def test_an_event_with_nothing_left_in_it_is_passed_over(self, told, eli, ada, ben, northwind):
        give(make_ticket(eli), ben, ada)
        with account_scope(northwind.id):
            Event.objects.update(changes=None, salt=None)
        assert [each for each in told() if "assigned" in each] == []


class TestWishes:
    def test_who_wants_nothing_gets_nothing(self, told, eli, dana):
        wish(dana, new_ticket=NOTHING)
        make_ticket(eli)
        assert sorted(told()) == ["Ada new_ticket", "Ben new_ticket"]

    def test_what_is_only_mailed_is_not_in_the_list(self, told, eli, ada, ben):
        wish(ben, assigned=Wish(is_listed=False, on_desktop=False))
        give(make_ticket(eli), ben, ada)
        assert told() == ["Ben assigned"]
        assert unread(ben) == 0
        assert listed(ben) == []
        assert len(queued("notifications.mail")) == 1

    def test_who_looks_at_the_ticket_needs_no_mail(self, told, eli, ada, ben):
        ticket = make_ticket(eli, assignee=ben)
        with account_scope(ben.account_id):
            look_at(ticket, ben, tab=uuid4(), is_writing=False)
        make_message(ticket)
        assert told() == ["Ben answered"]
        [notice] = listed(ben)
        assert notice.read_at
        assert not notice.on_desktop
        assert queued("notifications.mail") == []


class TestReading:
    def test_what_one_does_not_see_any_more_is_not_counted_nor_shown(self, told, eli, ada, ben, support):
        give(make_ticket(eli), ben, ada)
        told()
        assert unread(ben) == 1
        with account_scope(ben.account_id):
            leave_department(ben, support.pk, actor=acting(ada))
        assert (unread(ben), listed(ben)) == (0, [])

    def test_all_at_once(self, told, eli, ada, ben):
        for _ in range(3):
            give(make_ticket(eli), ben, ada)
        told()
        assert unread(ben) == 3
        with account_scope(ben.account_id):
            read_all(ben)
        assert unread(ben) == 0

    def test_after_three_months_they_go(self, told, eli, northwind):
        make_ticket(eli)
        assert len(told()) == 3
        assert forget_old_notices() == 0
        with time_machine.travel(now() + timedelta(days=91)):
            assert forget_old_notices() == 3
