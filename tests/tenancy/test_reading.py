"""Statements that the ORM writes once, and several of them in one message."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.contacts.models import Contact, ContactAddress
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.models import Department, Membership
from steward.tenancy.reading import Reading, ask, read_ahead, statements_in
from steward.tenancy.scope import account_scope

NAMES = Reading(lambda: Department.objects.order_by("name").values_list("name", flat=True))
BY_NAME = Reading(lambda *, name: Department.objects.filter(name=name))
MEMBERS = Reading(lambda *, ids: Membership.objects.filter(pk__in=ids).select_related("user").order_by("name"))
ADDRESSES = Reading(lambda *, contacts: ContactAddress.objects.filter(contact__in=contacts).values("value"))


def departments_of(account):
    with account_scope(account.id):
        return NAMES()


def test_each_account_reads_its_own_rows_by_the_same_statement(northwind, contoso):
    with account_scope(contoso.id):
        Department.objects.create(name="Only Contoso's")
    reading = Reading(lambda: Department.objects.order_by("name").values_list("name", flat=True))
    for account in (northwind, contoso, northwind):
        with account_scope(account.id):
            assert reading() == list(Department.objects.order_by("name").values_list("name", flat=True))
    assert departments_of(northwind) != departments_of(contoso)


def test_the_statement_holds_no_account_but_that_in_scope(northwind, contoso):
    found = []
    for account in (northwind, contoso):
        with account_scope(account.id), CaptureQueriesContext(connection) as asked:
            NAMES()
        found.append(asked.captured_queries[-1]["sql"])
    mine, theirs = northwind.id.hex, contoso.id.hex
    assert [(mine in each, theirs in each) for each in found] == [(True, False), (False, True)]


def test_models_come_with_what_they_select(northwind, ada, ben):
    with account_scope(northwind.id):
        found = MEMBERS(ids=[ben.pk, ada.pk])
        with CaptureQueriesContext(connection) as asked:
            assert [each.user.email for each in found] == [ada.user.email, ben.user.email]
        assert (found, len(asked)) == ([ada, ben], 0)
        assert [each.signatures for each in found] == [{}, {}]  # JSON is read


def test_lists_of_any_length_have_their_statement(northwind, ada, ben, cleo):
    with account_scope(northwind.id):
        assert MEMBERS(ids=[]) == []
        for chosen in ([ada], [ada, ben], [ben, ada], [ada, ben, cleo]):
            assert MEMBERS(ids=[each.pk for each in chosen]) == sorted(chosen, key=lambda each: each.name)


def test_values_are_never_part_of_the_text(northwind):
    name = "'; DROP TABLE people_department; --"
    with account_scope(northwind.id):
        made = Department.objects.create(name=name)
        assert BY_NAME(name=name) == [made]
        assert BY_NAME(name="%s") == BY_NAME(name=";\n") == []


def test_several_go_in_one_message_and_come_back_in_their_order(northwind, ada, eli):
    with account_scope(northwind.id), CaptureQueriesContext(connection) as asked:
        told = list(eli.addresses.values_list("value", flat=True))
        asked_before = len(asked)
        questions = (
            NAMES.asking(),
            MEMBERS.asking(ids=[]),
            MEMBERS.asking(ids=[ada.pk]),
            ADDRESSES.asking(contacts=[eli.pk]),
        )
        names, nobody, members, addresses = ask(*questions)
    assert (nobody, members) == ([], [ada])
    assert names == departments_of(northwind)
    assert addresses == [{"value": value} for value in told]
    assert len(asked) == asked_before + 1
    assert len(list(statements_in(asked.captured_queries[-1]["sql"], None))) == 3


def test_what_is_read_ahead_is_found_once_and_asked_anew_afterwards(northwind):
    with account_scope(northwind.id):
        with read_ahead(NAMES.asking()):
            with CaptureQueriesContext(connection) as asked:
                before = NAMES()
            Department.objects.create(name="Made meanwhile")
            assert (len(asked), sorted([*before, "Made meanwhile"])) == (0, sorted(NAMES()))
        assert "Made meanwhile" in NAMES()


def test_what_was_read_ahead_for_others_is_not_taken(northwind, ada, ben):
    with account_scope(northwind.id), read_ahead(MEMBERS.asking(ids=[ada.pk])):
        assert MEMBERS(ids=[ben.pk]) == [ben]
        assert MEMBERS(ids=[ada.pk]) == [ada]


def test_nothing_that_was_read_ahead_outlives_its_page(northwind, contoso):
    with account_scope(northwind.id), read_ahead(NAMES.asking()):
        pass
    with account_scope(contoso.id), CaptureQueriesContext(connection) as asked:
        NAMES()
    assert len(asked) == 1


def test_a_moment_and_its_account_reach_the_statement(northwind, eli):
    reading = Reading(lambda *, since: Contact.objects.filter(created_at__gt=since))
    with account_scope(northwind.id):
        assert eli in reading(since=now() - timedelta(days=400))
        assert reading(since=now() + timedelta(days=1)) == []


def test_a_value_that_the_statement_does_not_use_is_refused(northwind):
    reading = Reading(lambda *, name, unused: Department.objects.filter(name=name))
    with account_scope(northwind.id), pytest.raises(ValueError, match="unused"):
        reading(name="A", unused=new_id())


def test_a_value_that_is_changed_on_its_way_is_refused(northwind):
    reading = Reading(lambda *, name: Department.objects.filter(name=name.upper()))
    with account_scope(northwind.id), pytest.raises(ValueError, match="name"):
        reading(name="a")


@pytest.mark.parametrize("value", [None, True, 7])
def test_what_would_change_the_text_belongs_to_the_shape(northwind, value):
    with account_scope(northwind.id), pytest.raises(TypeError, match="shape"):
        BY_NAME(name=value)


def test_building_a_statement_asks_the_database_nothing(northwind):
    reading = Reading(lambda: Department.objects.filter(pk__in=list(Department.objects.values_list("pk", flat=True))))
    with account_scope(northwind.id), pytest.raises(RuntimeError, match="without asking"):
        reading()


def test_shapes_have_statements_of_their_own(northwind):
    reading = Reading(lambda is_archived: Department.objects.filter(archived_at__isnull=not is_archived))
    with account_scope(northwind.id):
        assert (reading(True), len(reading(False))) == ([], Department.objects.count())


@pytest.mark.django_db(transaction=True)
def test_a_statement_written_in_one_thread_serves_the_others(northwind):
    reading = Reading(lambda: Membership.objects.order_by("name"))
    found = []

    def look():
        with account_scope(northwind.id):
            found.append([each.name for each in reading()])
        connection.close()

    for _ in range(2):
        thread = Thread(target=look)
        thread.start()
        thread.join()
    assert found[0] == found[1] != []


def test_statements_that_went_together_are_told_apart():
    together = "SELECT 1 WHERE %s = %s;\nSELECT 2;\nSELECT %s"
    assert list(statements_in(together, ["a", "b", "c"])) == [
        ("SELECT 1 WHERE %s = %s", ["a", "b"]),
        ("SELECT 2", []),
        ("SELECT %s", ["c"]),
    ]
    assert list(statements_in("SELECT 1", None)) == [("SELECT 1", None)]
