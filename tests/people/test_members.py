"""Roles, departments and leaving: who may end up with what, and that an owner always stays."""

import threading

import pytest
from django.db import connection

from steward.channels.email.models import MailAccount
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.people.actions import (
    LastOwner,
    NewInvitation,
    NotToBeArchived,
    add_member,
    archive_department,
    change_department_roles,
    change_role,
    create_department,
    edit_profile,
    invite,
    make_default,
    place_in_department,
    remove_member,
    set_availability,
)
from steward.people.models import Department, DepartmentMembership, Invitation, Membership, Session, User
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.models import Message, SearchEntry, Ticket
from steward.tickets.statuses import Status

with_commits = pytest.mark.django_db(transaction=True)


def kinds(target):
    return list(Event.objects.filter(object_id=target.pk).order_by("at", "id").values_list("kind", flat=True))


def sessions(person):
    return Session.objects.filter(user=person.user_id, account=person.account_id).count()


def owners(account):
    with account_scope(account.id):
        return set(Membership.objects.filter(role="owner").values_list("name", flat=True))


def test_a_role_is_changed_and_told(northwind, ben, ada):
    with account_scope(northwind.id):
        change_role(ben, "admin", actor=acting(ada))
        assert ben.role == "admin"
        told = Event.objects.get(kind="member.role_changed", object_id=ben.pk)
        assert (told.changes, told.actor_id) == ({"from": "agent", "to": "admin"}, ada.pk)
        change_role(ben, "admin", actor=acting(ada))
        assert Event.objects.filter(kind="member.role_changed").count() == 1, "the same role again is nothing"


def test_the_last_owner_stays(northwind, ada, ben):
    with account_scope(northwind.id):
        for role in ("admin", "agent"):
            with pytest.raises(LastOwner):
                change_role(ada, role, actor=acting(ada))
        with pytest.raises(LastOwner):
            remove_member(ada, tickets_to=None, actor=SYSTEM)
        change_role(ben, "owner", actor=acting(ada))
        change_role(ada, "agent", actor=acting(ada))
        with pytest.raises(LastOwner):
            remove_member(ben, tickets_to=None, actor=SYSTEM)
    assert owners(northwind) == {"Ben"}


def race(*deeds):
    """Let all of them happen at the same time, each in a transaction of its own; returns what each raised."""
    barrier, raised = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number, deed):
        try:
            barrier.wait()
            deed()
        except Exception as fault:
            raised[number] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@with_commits
@pytest.mark.parametrize("second", ["demoted", "removed"])
def test_two_owners_who_end_each_other_at_once_leave_one(northwind, ada, ben, second):
    with account_scope(northwind.id):
        change_role(ben, "owner", actor=SYSTEM)

    def demote(person):
        with account_scope(northwind.id):
            change_role(person, "agent", actor=SYSTEM)

    def remove(person):
        with account_scope(northwind.id):
            remove_member(person, tickets_to=None, actor=SYSTEM)

    raised = race(lambda: demote(ada), lambda: (demote if second == "demoted" else remove)(ben))
    assert [type(fault) for fault in raised if fault] == [LastOwner]
    assert len(owners(northwind)) == 1


@with_commits
def test_five_owners_who_all_leave_at_once_leave_one(northwind, ada):
    with account_scope(northwind.id):
        added = [
            add_member(f"o{n}@northwind.example", name=f"O{n}", role="owner", password=None, actor=SYSTEM)
            for n in range(4)
        ]

    def leave(person):
        def deed():
            with account_scope(northwind.id):
                remove_member(person, tickets_to=None, actor=SYSTEM)

        return deed

    raised = race(*(leave(person) for person in [ada, *added]))
    assert [type(fault) for fault in raised if fault] == [LastOwner]
    assert len(owners(northwind)) == 1


def test_a_change_of_role_or_department_ends_the_sessions_of_that_person_here(
    northwind, contoso, ben, ada, client_of, support
):
    with account_scope(contoso.id):
        elsewhere = add_member("ben@northwind.example", name="B", role="agent", password=None, actor=SYSTEM)
        elsewhere = Membership.objects.select_related("user", "account").get(pk=elsewhere.pk)
    browser, other, adas = client_of(ben), client_of(elsewhere), client_of(ada)
    with account_scope(northwind.id):
        change_role(ben, "admin", actor=acting(ada))
    assert browser.get("/console/").status_code == 302
    assert other.get("/console/").status_code == 200, "not in another account"
    assert adas.get("/console/").status_code == 200, "nor of anybody else"
    for wanted in ({support.id: "manager"}, {}):
        browser = client_of(ben)
        with account_scope(northwind.id):
            change_department_roles(ben, wanted, actor=acting(ada))
        assert browser.get("/console/").status_code == 302
    browser = client_of(ben)
    with account_scope(northwind.id):
        change_department_roles(ben, {}, actor=acting(ada))
    assert browser.get("/console/").status_code == 200, "what changes nothing ends nothing"


def test_who_changes_themselves_stays_where_they_are(northwind, ada, client_of, support, settings):
    here, there = client_of(ada), client_of(ada)
    with account_scope(northwind.id):
        keep = here.cookies[settings.SESSION_COOKIE_NAME].value
        change_department_roles(ada, {support.id: "solver"}, actor=acting(ada), keep_session=keep)
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302


def test_departments_are_exactly_those_wanted(northwind, ben, support, billing):
    with account_scope(northwind.id):
        change_department_roles(ben, {billing.id: "manager"}, actor=SYSTEM)
        assert dict(ben.departments.values_list("department_id", "role")) == {billing.id: "manager"}
        assert "department.left" in kinds(support)
        place_in_department(ben, support, "reader", actor=SYSTEM)
        place_in_department(ben, billing, None, actor=SYSTEM)
        assert dict(ben.departments.values_list("department_id", "role")) == {support.id: "reader"}


@with_commits
def test_two_departments_that_take_somebody_in_at_once_both_have_them(northwind, ben, support, billing):
    def place(department):
        def deed():
            with account_scope(northwind.id):
                place_in_department(ben, department, "supervisor", actor=SYSTEM)

        return deed

    with account_scope(northwind.id):
        place_in_department(ben, support, None, actor=SYSTEM)
    for _ in range(5):
        assert race(place(support), place(billing)) == [None, None]
        with account_scope(northwind.id):
            held = dict(ben.departments.values_list("department_id", "role"))
            assert held == {support.id: "supervisor", billing.id: "supervisor"}
            place_in_department(ben, support, None, actor=SYSTEM)
            place_in_department(ben, billing, None, actor=SYSTEM)


@pytest.mark.parametrize("lost", ["left", "reader", "demoted"])
def test_tickets_are_let_go_of_by_whoever_may_not_solve_them_any_more(northwind, ben, support, eli, lost):
    with account_scope(northwind.id):
        if lost == "demoted":
            change_department_roles(ben, {}, actor=SYSTEM)
            change_role(ben, "admin", actor=SYSTEM)
    ticket = make_ticket(eli, assignee=ben)
    closed = make_ticket(eli, assignee=ben, status=Status.CLOSED)
    with account_scope(northwind.id):
        if lost == "demoted":
            change_role(ben, "agent", actor=SYSTEM)
        else:
            place_in_department(ben, support, None if lost == "left" else "reader", actor=SYSTEM)
        assert Ticket.objects.get(pk=ticket.pk).assignee is None
        assert Ticket.objects.get(pk=closed.pk).assignee_id == ben.pk
        assert "ticket.released" in kinds(ticket)


@pytest.mark.parametrize("to", ["nobody", "ada", "cleo"])
def test_somebody_leaves(northwind, ada, ben, cleo, eli, client_of, to):
    ticket = make_ticket(eli, assignee=ben)
    closed = make_ticket(eli, assignee=ben, status=Status.CLOSED)
    written = make_reply(ticket, ben)
    browser, heir = client_of(ben), {"nobody": None, "ada": ada, "cleo": cleo}[to]
    with account_scope(northwind.id):
        remove_member(ben, tickets_to=heir, actor=acting(ada))
        # Cleo solves in Billing only: what she cannot solve is nobody's.
        assert Ticket.objects.get(pk=ticket.pk).assignee_id == (ada.pk if to == "ada" else None)
        assert Ticket.objects.get(pk=closed.pk).assignee is None
        assert Message.objects.get(pk=written.pk).author is None
        assert not Membership.objects.filter(pk=ben.pk).exists()
        assert Event.objects.get(kind="member.removed").object_id == ben.pk
    assert browser.get("/console/").status_code == 302
    assert sessions(ben) == 0
    assert not User.objects.filter(pk=ben.user_id).exists(), "the identity goes with the last account"
    page = client_of(ada).get(f"/console/tickets/{ticket.code}").content.decode()
    assert "former agent" in page


def test_who_is_removed_by_two_leaves_once(northwind, ada, ben, eli):
    ticket = make_ticket(eli, assignee=ben)
    with account_scope(northwind.id):
        remove_member(ben, tickets_to=None, actor=acting(ada))
        remove_member(ben, tickets_to=ada, actor=acting(ada))
        assert Event.objects.filter(kind="member.removed").count() == 1
        assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_the_identity_stays_while_another_account_needs_it(northwind, contoso, ben, settle):
    with account_scope(contoso.id):
        add_member("ben@northwind.example", name="B", role="agent", password=None, actor=SYSTEM)
    with account_scope(northwind.id):
        remove_member(ben, tickets_to=None, actor=SYSTEM)
        settle()
    assert User.objects.filter(pk=ben.user_id).exists()
    with account_scope(contoso.id):
        assert Membership.objects.filter(user=ben.user_id).exists()


@pytest.mark.parametrize(("becomes", "stay"), [("admin", {"agent", "admin"}), ("agent", set()), (None, set())])
def test_invitations_are_worth_no_more_than_who_sent_them(northwind, ada, ben, becomes, stay):
    with account_scope(northwind.id):
        change_role(ben, "owner", actor=SYSTEM)
        for role in ("agent", "admin", "owner"):
            invite(NewInvitation(f"{role}@example.org", role), invited_by=ben, actor=acting(ben))
        if becomes:
            change_role(ben, becomes, actor=SYSTEM)
        else:
            remove_member(ben, tickets_to=None, actor=SYSTEM)
        assert set(Invitation.objects.values_list("role", flat=True)) == stay


def test_availability(northwind, ben):
    with account_scope(northwind.id):
        assert ben.availability == "online"
        set_availability(ben, "away", actor=acting(ben))
        set_availability(ben, "away", actor=acting(ben))
        [told] = Event.objects.filter(kind="member.availability_changed")
        assert told.changes == {"from": "online", "to": "away"}
        assert ben.availability_since


def test_a_profile_changes_and_the_event_holds_no_name(northwind, ben):
    with account_scope(northwind.id):
        edit_profile(ben, name="Benjamin", density="one", actor=acting(ben))
        edit_profile(ben, name="Benjamin", actor=acting(ben))
        [told] = Event.objects.filter(kind="member.changed")
        assert told.changes == {"fields": ["density", "name"]}
        with pytest.raises(ValueError, match="role"):
            edit_profile(ben, role="owner", actor=acting(ben))


def test_a_department_is_archived_with_all_that_can_live_in_it(northwind, ada, cleo, eli, support, billing):
    alive = [make_ticket(eli, department=billing, status=status) for status in Status if status != Status.CLOSED]
    closed = make_ticket(eli, department=billing, status=Status.CLOSED)
    with account_scope(northwind.id):
        Ticket.objects.filter(pk=alive[0].pk).update(assignee=cleo)
        archive_department(billing, to=support, actor=acting(ada))
        archive_department(billing, to=support, actor=acting(ada))
        moved = Ticket.objects.filter(pk__in=[ticket.pk for ticket in alive])
        assert set(moved.values_list("department", flat=True)) == {support.pk}
        assert set(moved.values_list("assignee", flat=True)) == {None}, "Cleo does not solve in Support"
        assert Ticket.objects.get(pk=closed.pk).department_id == billing.pk
        entries = SearchEntry.objects.filter(ticket__in=[ticket.pk for ticket in alive])
        assert set(entries.values_list("department_id", flat=True)) == {support.pk}
        assert not MailAccount.objects.filter(department=billing).exists()
        assert kinds(billing).count("department.archived") == 1
        assert Event.objects.filter(kind="ticket.transferred").count() == len(alive)


def test_what_cannot_be_archived(northwind, support, billing):
    with account_scope(northwind.id):
        for department, to in ((support, billing), (billing, billing)):
            with pytest.raises(NotToBeArchived):
                archive_department(department, to=to, actor=SYSTEM)
        third = create_department("Third", actor=SYSTEM)
        archive_department(third, to=billing, actor=SYSTEM)
        with pytest.raises(NotToBeArchived):
            archive_department(billing, to=third, actor=SYSTEM)
        with pytest.raises(NotToBeArchived):
            make_default(third, actor=SYSTEM)


@with_commits
def test_two_departments_that_archive_into_each_other_at_once_leave_one(northwind, billing):
    with account_scope(northwind.id):
        third = create_department("Third", actor=SYSTEM)

    def archive(here, there):
        def deed():
            with account_scope(northwind.id):
                archive_department(here, to=there, actor=SYSTEM)

        return deed

    raised = race(archive(billing, third), archive(third, billing))
    assert [type(fault) for fault in raised if fault] == [NotToBeArchived]
    with account_scope(northwind.id):
        assert Department.objects.filter(archived_at=None).count() == 2


@with_commits
def test_there_is_one_default_whoever_chooses_at_once(northwind, support, billing):
    def choose(department):
        def deed():
            with account_scope(northwind.id):
                make_default(department, actor=SYSTEM)

        return deed

    assert race(choose(billing), choose(support), choose(billing)) == [None] * 3
    with account_scope(northwind.id):
        assert Department.objects.filter(is_default=True).count() == 1


def test_leaving_takes_the_places_in_departments_along(northwind, ben):
    with account_scope(northwind.id):
        remove_member(ben, tickets_to=None, actor=SYSTEM)
        assert not DepartmentMembership.objects.filter(membership=ben.pk).exists()
