"""What goes after how many days: to the second, by the rule that says it most exactly, and never what is held."""

import pytest
from django.core.files.storage import default_storage

from steward.channels.email.access import mail_as_it_came
from steward.channels.email.models import RawMail
from steward.events.models import Event
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.people.access import actor_of
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.retention.actions import (
    RuleRefused,
    apply_rule,
    change_rule,
    drop_rule,
    make_rule,
    take_offer,
)
from steward.privacy.retention.forecasting import forecast
from steward.privacy.retention.models import COUNTS_FROM, Kind, RetentionRule, RetentionRun, Since
from steward.privacy.retention.offered import OFFERED
from steward.privacy.retention.selecting import deciding_rules, due
from steward.privacy.retention.tasks import apply_everywhere
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON
from steward.testing.jobs import queued, run_jobs
from steward.testing.letters import receive, written
from steward.testing.tickets import make_message, make_reply, make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Message, Ticket
from steward.tickets.queries import search_tickets
from steward.tickets.statuses import Status

DAY = 24 * 60  # minutes, as `clock` takes them


@pytest.fixture
def rule(northwind):
    """Makes a rule that is on."""

    def made(kind=Kind.TICKETS, *, days=30, since=Since.ACTIVITY, **where):
        with account_scope(northwind.id):
            rule = make_rule(kind, days=days, since=since, actor=SYSTEM, **where)
            change_rule(rule, {"is_on": True}, actor=SYSTEM)
        return rule

    return made


def due_now(account, rule):
    with account_scope(account.id):
        return set(due(rule, deciding_rules()).values_list("pk", flat=True))


@pytest.mark.parametrize("since", COUNTS_FROM[Kind.TICKETS])
def test_to_the_second(northwind, eli, clock, rule, since):
    clock()
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        Ticket.objects.update(status=Status.RESOLVED, resolved_at=NOON)
    thirty_days = rule(since=since)
    clock(30 * DAY, seconds=-1)
    assert due_now(northwind, thirty_days) == set()
    clock(30 * DAY)
    assert due_now(northwind, thirty_days) == {ticket.pk}


def test_activity_is_what_happened_last(northwind, eli, clock, rule):
    clock()
    ticket = make_ticket(eli)
    by_activity, by_creation = rule(since=Since.ACTIVITY, status=Status.OPEN), rule(since=Since.CREATION)
    clock(20 * DAY)
    with account_scope(northwind.id):
        Ticket.objects.update(status=Status.OPEN)
    make_message(ticket)
    clock(30 * DAY)
    assert due_now(northwind, by_activity) == set()
    assert due_now(northwind, by_creation) == set(), "the rule for open tickets decides"
    with account_scope(northwind.id):
        drop_rule(by_activity, actor=SYSTEM)
    assert due_now(northwind, by_creation) == {ticket.pk}


def test_the_most_exact_rule_decides(northwind, eli, support, billing, clock, rule):
    clock()
    here, there = make_ticket(eli, department=support), make_ticket(eli, department=billing)
    spam = make_ticket(eli, department=billing, status=Status.SPAM)
    everywhere = rule(days=30)
    of_spam = rule(days=10, status=Status.SPAM)
    clock(40 * DAY)
    assert due_now(northwind, everywhere) == {here.pk, there.pk}
    assert due_now(northwind, of_spam) == {spam.pk}
    in_billing = rule(days=None, department=billing)
    assert due_now(northwind, everywhere) == {here.pk}
    assert due_now(northwind, of_spam) == set()
    assert due_now(northwind, in_billing) == set(), "kept for ever"
    with account_scope(northwind.id):
        change_rule(in_billing, {"is_on": False}, actor=SYSTEM)
    assert due_now(northwind, everywhere) == {here.pk, there.pk}


def test_a_rule_of_another_kind_decides_nothing(northwind, eli, billing, clock, rule):
    clock()
    ticket = make_ticket(eli, department=billing)
    everywhere = rule(days=30)
    rule(Kind.FILES, days=None, department=billing)
    clock(30 * DAY)
    assert due_now(northwind, everywhere) == {ticket.pk}


def test_a_new_rule_is_off_and_nothing_is_on_by_itself(northwind, eli, clock):
    clock()
    ticket = make_ticket(eli, status=Status.DELETED)
    with account_scope(northwind.id):
        assert deciding_rules() == []
        rules = [take_offer(offer, actor=SYSTEM) for offer in OFFERED]
        assert deciding_rules() == []
    clock(5_000 * DAY)
    assert [apply_rule(northwind.id, each.pk) for each in rules] == [None] * len(rules)
    apply_everywhere()
    assert queued("retention.apply") == []
    with account_scope(northwind.id):
        assert Ticket.objects.filter(pk=ticket.pk).exists()
        assert forecast(rules[0]).number == 1


@pytest.mark.parametrize(
    ("kind", "days", "since"),
    [
        (Kind.TICKETS, 30, Since.ARRIVAL),
        (Kind.FILES, 30, Since.CREATION),
        (Kind.TICKETS, 0, Since.ACTIVITY),
        (Kind.TICKETS, 36_501, Since.ACTIVITY),
    ],
)
def test_what_makes_no_sense_is_refused(northwind, kind, days, since):
    with account_scope(northwind.id), pytest.raises(RuleRefused):
        make_rule(kind, days=days, since=since, actor=SYSTEM)


def test_one_rule_for_one_place(northwind, rule, billing):
    first = rule()
    rule(department=billing)
    with account_scope(northwind.id):
        with pytest.raises(RuleRefused):
            make_rule(Kind.TICKETS, days=3, since=Since.ACTIVITY, actor=SYSTEM)
        with pytest.raises(RuleRefused):
            change_rule(first, {"days": 0}, actor=SYSTEM)
        change_rule(first, {"days": 31}, actor=SYSTEM)
        change_rule(first, {"days": 31}, actor=SYSTEM)
        told = Event.objects.filter(object_id=first.pk).order_by("id").values_list("kind", flat=True)
        assert list(told) == ["retention_rule.made", "retention_rule.changed", "retention_rule.changed"]


@pytest.mark.django_db(transaction=True)
def test_tickets_go_whole_and_the_run_is_written_down(northwind, eli, farah, clock, rule):
    clock()
    gone, held, young = make_ticket(eli), make_ticket(farah), None
    thirty_days = rule()
    with account_scope(northwind.id):
        place_hold(LegalHold.On.TICKET, held.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    clock(29 * DAY)
    young = make_ticket(eli)
    clock(30 * DAY)
    with account_scope(northwind.id):
        expected = forecast(thirty_days)
        assert (expected.number, expected.held, expected.sample) == (1, 1, [gone])
    apply_everywhere()
    run_jobs()
    with account_scope(northwind.id):
        assert set(Ticket.objects.values_list("pk", flat=True)) == {held.pk, young.pk}
        [run] = RetentionRun.objects.all()
        assert (run.rule_id, run.number, run.days, run.kind) == (thirty_days.pk, 1, 30, "tickets")
        assert Event.objects.filter(kind="retention.applied", object_id=run.pk).exists()
        drop_rule(thirty_days, actor=SYSTEM)
        assert RetentionRun.objects.get().rule_id is None
    apply_everywhere()
    assert queued("retention.apply") == []


@pytest.mark.django_db(transaction=True)
def test_files_go_with_the_mails_that_hold_them_and_words_stay(northwind, eli, ada, clock, rule, support_mail):
    clock()
    pdf = NewAttachment("okapi.pdf", b"%PDF-1.4 okapi", "application/pdf")
    ticket = make_ticket(eli, body="Here it is, quokka.", attachments=[pdf])
    [came] = receive(support_mail, written(support_mail.address, text="x"))
    with account_scope(northwind.id):
        message = Message.objects.get(ticket=ticket)
        RawMail.objects.filter(pk=came.raw.pk).update(message=message)
        stored = File.objects.get().storage_key
    files = rule(Kind.FILES, since=Since.ARRIVAL)
    clock(30 * DAY)
    run = apply_rule(northwind.id, files.pk)
    assert (run.number, run.size) == (1, len(pdf.content))
    assert apply_rule(northwind.id, files.pk) is None
    with account_scope(northwind.id):
        message.refresh_from_db()
        assert (message.body_text, message.findings["files_removed"]) == ("Here it is, quokka.", 1)
        assert not Attachment.objects.exists()
        assert not File.objects.exists()
        assert not default_storage.exists(stored)
        assert RawMail.objects.get(pk=came.raw.pk).size == 0
        assert search_tickets(actor_of(ada), "okapi").tickets == []
        assert [line.id for line in search_tickets(actor_of(ada), "quokka").tickets] == [ticket.pk]


def test_files_of_answers_that_have_not_left_stay(northwind, eli, ada, clock, rule):
    clock()
    answer = make_reply(make_ticket(eli), ada)
    with account_scope(northwind.id):
        file = File.objects.create(storage_key="x", size=1, sha256=b"", content_type="text/plain", created_at=NOON)
        Attachment.objects.create(message=answer, file=file, name="x")
    files = rule(Kind.FILES, since=Since.ARRIVAL)
    clock(30 * DAY)
    assert due_now(northwind, files) == set()


def test_mails_as_they_came_are_emptied_and_known_again(northwind, clock, rule, support_mail):
    clock()
    mail = written(support_mail.address, text="Hello")
    [came] = receive(support_mail, mail)
    raw_mails = rule(Kind.RAW_MAIL, days=90, since=Since.ARRIVAL)
    clock(90 * DAY, seconds=-1)
    assert apply_rule(northwind.id, raw_mails.pk) is None
    clock(90 * DAY)
    run = apply_rule(northwind.id, raw_mails.pk)
    assert (run.number, run.size) == (1, came.raw.size)
    assert apply_rule(northwind.id, raw_mails.pk) is None
    with account_scope(northwind.id):
        with pytest.raises(RawMail.DoesNotExist):
            mail_as_it_came(came.message)
        assert "Hello" in Message.objects.get(pk=came.message.pk).body_text
    [again] = receive(support_mail, mail)
    assert again.raw.state == RawMail.State.KNOWN


def test_a_hold_on_a_customer_keeps_their_files_and_mails(northwind, clock, rule, support_mail):
    clock()
    [came] = receive(support_mail, written(support_mail.address, text="Hello"))
    raw_mails = rule(Kind.RAW_MAIL, since=Since.ARRIVAL)
    clock(30 * DAY)
    with account_scope(northwind.id):
        requester = came.message.ticket.requester_id
        place_hold(LegalHold.On.CONTACT, requester, basis=LegalHold.Basis.LEGAL_DUTY, actor=SYSTEM)
        assert (forecast(raw_mails).number, forecast(raw_mails).held) == (0, 1)
    assert apply_rule(northwind.id, raw_mails.pk) is None


def test_mails_that_became_no_message_are_in_no_department(northwind, support, clock, rule, support_mail):
    clock()
    mail = written(support_mail.address, text="Hello")
    [came], [twice] = receive(support_mail, mail), receive(support_mail, mail)
    anywhere = rule(Kind.RAW_MAIL, since=Since.ARRIVAL)
    here = rule(Kind.RAW_MAIL, since=Since.ARRIVAL, department=support, status=Status.NEW)
    clock(30 * DAY)
    assert due_now(northwind, anywhere) == {twice.raw.pk}
    assert due_now(northwind, here) == {came.raw.pk}


def test_rules_of_another_account_are_not_seen(northwind, contoso, omar, clock, rule):
    clock()
    ticket = make_ticket(omar)
    mine = rule()
    clock(30 * DAY)
    assert due_now(northwind, mine) == set()
    with account_scope(contoso.id):
        assert not RetentionRule.objects.exists()
        assert Ticket.objects.filter(pk=ticket.pk).exists()
