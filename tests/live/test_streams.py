"""Contract 7, and who hears what: streams against the real database, while others write."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from steward.events.actions import record
from steward.events.models import Event
from steward.events.queries import last_position
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.live import hub as hubs
from steward.live import stream as streams
from steward.people.models import DepartmentMembership, DepartmentRole, Membership, Role, SecurityPolicy, Session, User
from steward.tenancy import directory
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing import cast
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets import actions

pytestmark = pytest.mark.system


def position(account):
    with account_scope(account.id):
        return last_position()


def write(account, number=1):
    with account_scope(account.id):
        for _ in range(number):
            record("ticket.resolved", account, actor=SYSTEM)


def kinds(listener):
    return [message["data"]["kind"] for message in listener.of("message")]


class Writers:
    """Threads that commit, and roll back, at random moments."""

    def __init__(self, accounts, *, threads=5, rounds=40):
        self.accounts, self.rounds, self.faults = accounts, rounds, []
        self.threads = [threading.Thread(target=self.write, args=(seed,)) for seed in range(threads)]

    def write(self, seed):
        chance = random.Random(seed)
        try:
            for _ in range(self.rounds):
                fails = chance.random() < 0.1
                with account_scope(chance.choice(self.accounts).id):
                    for _ in range(chance.randint(1, 3)):
                        record("ticket.resolved", self.accounts[0], actor=SYSTEM)
                    time.sleep(chance.random() * 0.01)
                    transaction.set_rollback(fails)
        except Exception as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def are_writing(self):
        return any(thread.is_alive() for thread in self.threads)

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()
        assert self.faults == []


def test_whoever_reconnects_all_the_time_misses_nothing_and_repeats_nothing(
    serving, second_serving, client_of, ada, northwind, contoso
):
    first, client, chance = position(northwind), client_of(ada), random.Random(7)
    heard = [[] for _ in range(6)]
    listeners = [serving.listen(client, after=first) for _ in heard]
    with Writers([northwind, contoso]) as writers:
        while writers.are_writing():
            time.sleep(chance.random() * 0.05)
            number = chance.randrange(len(heard))
            old = listeners[number]
            old.hang_up()
            heard[number] += old.positions
            process = chance.choice([serving, second_serving])
            listeners[number] = process.listen(client, after=old.last)
    last = position(northwind)
    for number, listener in enumerate(listeners):
        listener.wait(lambda one: (one.last or 0) >= last)
        heard[number] += listener.positions
        assert heard[number] == list(range(first + 1, last + 1)), number


@pytest.fixture
def no_looking(monkeypatch):
    """What is told only because the counters are looked at comes after the test."""
    monkeypatch.setattr(hubs, "LOOK", 600.0)


def test_a_commit_is_told_without_looking(no_looking, serving, client_of, ada, northwind):
    listener = serving.listen(client_of(ada)).opened()
    for _ in range(5):
        before = len(listener.positions)
        write(northwind)
        listener.wait(lambda one, before=before: len(one.positions) > before)


def test_what_nobody_told_is_found_two_seconds_later(serving, client_of, ada, northwind, monkeypatch):
    listener = serving.listen(client_of(ada)).opened()
    monkeypatch.setattr("steward.events.actions.tell", lambda *_: None)
    write(northwind)
    listener.wait(lambda one: one.positions, seconds=4)


def test_only_ids_kinds_positions_and_codes_go_over_it(serving, client_of, ada, ben, eli):
    listener = serving.listen(client_of(ada)).opened()
    ticket = make_ticket(eli, subject="A secret subject", body="A secret text")
    make_note(ticket, ben, body="<p>A secret note</p>")
    listener.wait(lambda one: "note.added" in kinds(one))
    told = listener.of("message")
    assert all(set(each["data"]) <= {"kind", "type", "id", "ticket", "by"} for each in told)
    assert {each["data"].get("ticket") for each in told} == {ticket.code}
    assert told[-1]["data"]["by"] == str(ben.id)
    assert "ecret" not in str(told)
    assert "Eli" not in str(told)


def test_members_hear_of_their_departments_only(serving, client_of, ada, ben, cleo, eli, support, billing):
    ears = {person.name: serving.listen(client_of(person)).opened() for person in (ada, ben, cleo)}
    ours, theirs = make_ticket(eli, department=support), make_ticket(eli, department=billing)
    ears["Ada"].wait(lambda one: {m["data"]["ticket"] for m in one.of("message")} == {ours.code, theirs.code})
    ears["Ben"].wait(lambda one: {m["data"]["ticket"] for m in one.of("message")} == {ours.code})
    ears["Cleo"].wait(lambda one: {m["data"]["ticket"] for m in one.of("message")} == {theirs.code})
    # And the same for who comes later and hears of it from the table.
    for person, ticket in ((ben, ours), (cleo, theirs)):
        late = serving.listen(client_of(person), after=ears["Ada"].positions[0] - 1).opened()
        assert {message["data"]["ticket"] for message in late.of("message")} == {ticket.code}


def test_a_ticket_that_is_taken_away_is_told_to_both_departments(serving, client_of, ben, cleo, eli, support, billing):
    ticket = make_ticket(eli, department=support)
    bens, cleos = serving.listen(client_of(ben)).opened(), serving.listen(client_of(cleo)).opened()
    with account_scope(ticket.account_id):
        actions.transfer_ticket(ticket, billing, actor=cast.acting(ben))
    for listener in (bens, cleos):
        listener.wait(lambda one: "ticket.transferred" in kinds(one))
    make_message(ticket)
    cleos.wait(lambda one: "message.received" in kinds(one))
    assert "message.received" not in kinds(bens)


def test_another_account_hears_nothing(serving, client_of, ada, zoe, eli, northwind):
    zoes, adas = serving.listen(client_of(zoe)).opened(), serving.listen(client_of(ada)).opened()
    make_ticket(eli)
    adas.wait(lambda one: one.positions)
    time.sleep(0.1)
    assert zoes.of("message") == []
    assert serving.listen(client_of(zoe, at=northwind)).ended().status == 401


def test_nobody_listens_without_a_session(serving, visitor_at, northwind):
    assert serving.listen(visitor_at(northwind)).ended().status == 401
    assert serving.listen(visitor_at()).ended().status == 404


def test_the_past_is_told_up_to_a_limit(serving, client_of, ada, northwind, monkeypatch):
    monkeypatch.setattr(hubs, "BACK", 20)
    begin = position(northwind)
    write(northwind, 30)
    near = serving.listen(client_of(ada), after=begin + 12).opened()
    assert near.of("hello")[0]["id"] == begin + 12
    assert near.positions == list(range(begin + 13, begin + 31))
    for lost in (begin + 9, begin + 31, 10**15):
        listener = serving.listen(client_of(ada), after=lost).opened()
        assert listener.of("reset")[0]["id"] == begin + 30
        assert listener.positions == []
        write_one_more = position(northwind)
        assert write_one_more == begin + 30


def test_many_events_come_in_several_answers(serving, client_of, ada, northwind, monkeypatch):
    monkeypatch.setattr("steward.live.reading.MOST", 7)
    monkeypatch.setattr(hubs, "MOST", 7)
    begin = position(northwind)
    early = serving.listen(client_of(ada)).opened()
    write(northwind, 30)
    early.wait(lambda one: len(one.positions) == 30)
    late = serving.listen(client_of(ada), after=begin).opened()
    assert early.positions == late.positions == list(range(begin + 1, begin + 31))


def test_who_does_not_read_is_cut_off_and_resumes(serving, client_of, ada, northwind, monkeypatch):
    monkeypatch.setattr(streams, "MOST_UNREAD", 2_000)
    begin = position(northwind)
    slow, quick = serving.listen(client_of(ada)).opened(), serving.listen(client_of(ada)).opened()
    slow.stop_reading()
    for _ in range(40):
        write(northwind)
    quick.wait(lambda one: len(one.positions) == 40)
    slow.ended()
    resumed = serving.listen(client_of(ada), after=slow.last).opened()
    assert slow.positions + resumed.positions == list(range(begin + 1, begin + 41))


def end_session(ben):
    Session.objects.all().delete()


def sign_out(ben):
    from steward.testing.browsing import visitor_at

    browser = visitor_at(cast.account("northwind"))
    browser.cookies = ben.browser.cookies
    assert browser.post("/console/sign-out").status_code == 302


def remove_membership(ben):
    with account_scope(ben.account_id):
        Membership.objects.filter(pk=ben.pk).delete()


def make_admin(ben):
    with account_scope(ben.account_id):
        Membership.objects.filter(pk=ben.pk).update(role=Role.ADMIN)


def leave_department(ben):
    with account_scope(ben.account_id):
        DepartmentMembership.objects.filter(membership=ben).delete()


def become_reader(ben):
    with account_scope(ben.account_id):
        DepartmentMembership.objects.filter(membership=ben).update(role=DepartmentRole.READER)


def suspend_account(ben):
    Account.objects.filter(pk=ben.account_id).update(state=Account.State.SUSPENDED)
    directory.forget()


def change_policy(ben):
    with account_scope(ben.account_id):
        SecurityPolicy.objects.update_or_create(defaults={"networks": ["203.0.113.0/24"]})


def change_password(ben):
    ben.user.set_password("another fine day for a walk")
    ben.user.save()


def shut_out(ben):
    User.objects.filter(pk=ben.user_id).update(is_active=False)


ENDINGS = [
    (end_session, 401), (sign_out, 401), (remove_membership, 401), (make_admin, 200), (leave_department, 200),
    (become_reader, 200), (suspend_account, 403), (change_policy, 403), (change_password, 401), (shut_out, 401),
]  # fmt: skip


@pytest.mark.parametrize(("end", "status"), ENDINGS, ids=[end.__name__ for end, _ in ENDINGS])
def test_it_ends_at_once_with_session_membership_and_rights(end, status, serving, client_of, ben, zoe, eli):
    ben.browser = client_of(ben)
    bens, zoes = serving.listen(ben.browser).opened(), serving.listen(client_of(zoe)).opened()
    end(ben)
    bens.ended(seconds=1)
    if end is not end_session:
        time.sleep(0.05)
        assert not zoes.is_over
    make_ticket(eli)
    assert bens.of("message") == []
    again = serving.listen(ben.browser, after=bens.last)
    again.wait(lambda one: one.status)
    assert again.status == status


def test_it_ends_while_it_catches_up(serving, client_of, ben, eli, monkeypatch):
    monkeypatch.setattr("steward.live.reading.MOST", 2)
    begin = position(ben.account)
    for _ in range(5):
        make_ticket(eli)
    listener = serving.listen(client_of(ben), after=begin, reads=False)
    listener.wait(lambda one: one.status)
    time.sleep(0.3)
    leave_department(ben)
    time.sleep(0.3)
    serving.do(listener.reads.set)
    listener.ended()
    assert listener.positions == [], "what was being written then was the greeting"
    assert listener.said_after_the_end == []


def test_what_an_ending_took_away_is_not_heard_by_coming_again(serving, client_of, ben, eli):
    bens = serving.listen(client_of(ben)).opened()
    leave_department(ben)
    bens.ended()
    make_ticket(eli)
    again = serving.listen(client_of(ben), after=bens.last).opened()
    time.sleep(0.1)
    assert again.of("message") == []


def test_a_session_that_expires_is_found_by_looking(serving, client_of, ben, monkeypatch):
    monkeypatch.setattr(hubs, "CHECK", 0.2)
    bens = serving.listen(client_of(ben)).opened()
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    bens.ended(seconds=3)


def test_everybody_is_let_in_anew_now_and_then(serving, client_of, ben, monkeypatch):
    monkeypatch.setattr(hubs, "LIFE", 0.1)
    monkeypatch.setattr(hubs, "BEAT", 2)
    serving.listen(client_of(ben)).opened().ended(seconds=30)


def test_streams_outlive_the_database_and_catch_up(serving, client_of, ada, northwind):
    begin = position(northwind)
    listener = serving.listen(client_of(ada)).opened()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = current_user AND pid <> pg_backend_pid()"
        )
    write(northwind, 3)
    listener.wait(lambda one: len(one.positions) == 3)
    assert listener.positions == [begin + 1, begin + 2, begin + 3]


def test_answers_status_and_assignment_are_heard(serving, client_of, ada, ben, eli):
    ticket = make_ticket(eli)
    listener = serving.listen(client_of(ada)).opened()
    make_reply(ticket, ben)
    with account_scope(ticket.account_id):
        actions.assign_ticket(ticket, ada, actor=cast.acting(ada))
        actions.resolve_ticket(ticket, actor=cast.acting(ada))
    listener.wait(lambda one: {"message.sent", "ticket.assigned", "ticket.resolved"} <= set(kinds(one)))


def test_what_became_of_an_answer_is_heard(serving, client_of, ben, eli, run_jobs):
    ticket = make_ticket(eli)
    make_reply(ticket, ben)
    listener = serving.listen(client_of(ben)).opened()
    for job in ("email.send", "outbox.deliver"):
        run_jobs(job)
    listener.wait(lambda one: "mail.held" in kinds(one))  # no relay is set
    assert listener.of("message")[-1]["data"]["ticket"] == ticket.code


def test_nothing_is_told_of_what_was_rolled_back(serving, client_of, ada, northwind):
    begin = position(northwind)
    listener = serving.listen(client_of(ada)).opened()
    with account_scope(northwind.id):
        record("ticket.resolved", northwind, actor=SYSTEM)
        transaction.set_rollback(True)
    write(northwind)
    listener.wait(lambda one: one.positions)
    assert listener.positions == [begin + 1]
    with account_scope(northwind.id):
        assert Event.objects.filter(position__gt=begin).count() == 1
