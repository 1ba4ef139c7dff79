"""Contract 14: people of the hosting company read nothing of an account without its grant, and each read is said."""

from datetime import timedelta
from importlib import import_module
from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from steward.events.actions import record
from steward.events.models import Event, Read
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.models import TRIAL
from steward.lifecycle.plans import put_on_plan
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import (
    GrantRefused,
    ask_for_access,
    end_due_grants,
    grant_access,
    offer_access,
    revoke_access,
    staff,
)
from steward.privacy.support_access.models import Area, SupportGrant, SupportSession
from steward.privacy.support_access.scope import NoGrant, staff_scope
from steward.tenancy.models import Account, account_owned_models
from steward.tenancy.scope import SealedAccount, account_scope
from steward.testing import environment
from steward.testing.tickets import make_ticket

DAY = timedelta(hours=24)
# What support reads of an account at all, by the areas that open it. All other tables it has no right on.
OPENED = {
    "tickets_ticket": "tickets",
    "tickets_message": "tickets",
    "tickets_attachment": "tickets",
    "tickets_participant": "tickets",
    "tickets_tag": "tickets",
    "tickets_tickettag": "tickets",
    "files_file": "tickets",
    "contacts_contact": "tickets customers",
    "contacts_contactaddress": "customers",
    "people_department": "tickets settings",
    "people_membership": "tickets settings",
    "people_departmentmembership": "settings",
    "email_mailaccount": "settings",
    "tickets_ticketrules": "settings",
    "holds_legalhold": "privacy",
    "requests_privacyrequest": "privacy",
    "erasure_erasure": "privacy",
    "support_access_supportgrant": "tickets customers settings privacy export",  # the one grant in use
}
# Beside those: what the policies ask, and where it says what it was shown.
ASKED = {"tenancy_account", "people_operator", "events_read"}


@pytest.fixture
def catalogue(django_db_setup):
    with psycopg.connect(environment.maintenance(environment.database_name())) as connection:
        yield connection
        connection.rollback()


def test_support_has_rights_on_these_tables_alone(catalogue):
    query = """SELECT DISTINCT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                 unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) r
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname = 'public' AND CASE c.relkind
                 WHEN 'S' THEN has_sequence_privilege('steward_staff', c.oid, 'USAGE')
                 ELSE has_any_column_privilege('steward_staff', c.oid, r)
                   OR has_table_privilege('steward_staff', c.oid, 'DELETE, TRUNCATE, TRIGGER') END"""
    assert {row[0] for row in catalogue.execute(query)} == {*OPENED, *ASKED}


def test_support_writes_only_what_it_was_shown(catalogue):
    query = """SELECT c.relname::text, r FROM pg_class c, unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) r
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                  AND (has_table_privilege('steward_staff', c.oid, r)
                    OR r <> 'DELETE' AND r <> 'TRUNCATE' AND has_any_column_privilege('steward_staff', c.oid, r))"""
    assert set(catalogue.execute(query)) == {("events_read", "INSERT")}


def test_each_of_them_asks_for_the_grant(catalogue):
    query = """SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'staff' AND NOT polpermissive
                  AND polcmd = 'r' AND polroles = ARRAY['steward_staff'::regrole::oid]"""
    assert {row[0] for row in catalogue.execute(query)} == {*OPENED}


def test_the_application_may_become_it_and_is_not_bound_by_it(catalogue):
    query = """SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
                 pg_has_role('steward_app', 'steward_staff', 'MEMBER'),
                 pg_has_role('steward_app', 'steward_staff', 'USAGE'),
                 (SELECT count(*) FROM pg_auth_members WHERE member = 'steward_staff'::regrole),
                 (SELECT count(*) FROM pg_shdepend WHERE refobjid = 'steward_staff'::regrole AND deptype = 'o')
               FROM pg_roles WHERE rolname = 'steward_staff'"""
    assert catalogue.execute(query).fetchall() == [(False, False, False, False, False, True, False, 0, 0)]


@pytest.fixture
def opened(northwind, ada, eli, clock):
    """`opened("tickets", ...)`: Ada lets support in for a day from noon on; there is a ticket of Eli's."""
    with account_scope(northwind.id):
        make_ticket(eli)

    def open_(*areas, **how):
        with account_scope(northwind.id):
            return offer_access(by=Granter(ada), reason="You asked for help.", areas=areas, **how)

    return open_


def rows_as_staff(tables=OPENED):
    """How many rows of each table the role sees now, of the account in scope; outside the ORM, which narrows too."""
    counts = {}
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(id) FROM {table}")
            counts[table] = cursor.fetchone()[0]
    return counts


def test_without_a_grant_there_is_no_way_in(northwind, olga, clock):
    for area in Area.values:
        with pytest.raises(NoGrant), staff_scope(northwind.id, operator_id=olga.user_id, area=area):
            pass


def test_without_a_grant_the_role_sees_nothing_even_inside_the_account(northwind, eli):
    with account_scope(northwind.id), transaction.atomic(), connection.cursor() as cursor:
        make_ticket(eli)
        cursor.execute("SET LOCAL ROLE steward_staff")
        assert set(rows_as_staff().values()) == {0}
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("area", Area.values)
def test_a_grant_opens_its_area_and_no_other(northwind, contoso, olga, opened, area):
    opened(area)
    with staff_scope(northwind.id, operator_id=olga.user_id, area=area):
        seen = {table for table, count in rows_as_staff().items() if count}
        assert seen <= {table for table, areas in OPENED.items() if area in areas.split()}
        assert {"support_access_supportgrant"} < seen or area in {"privacy", "export"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM support_access_supportgrant WHERE account_id = %s", [contoso.id])
            assert cursor.fetchone() == (0,)
    for other in {*Area.values} - {area}:
        with pytest.raises(NoGrant), staff_scope(northwind.id, operator_id=olga.user_id, area=other):
            pass


@pytest.mark.parametrize("table", ["egress_connector", "mfa_authenticator", "people_session", "tickets_searchentry"])
def test_secrets_sign_ins_and_the_search_it_may_not_even_ask_for(northwind, olga, opened, table):
    opened(*Area.values, may_write=True)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        staff_scope(northwind.id, operator_id=olga.user_id, area="tickets"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM {table}")


def test_every_table_of_accounts_is_opened_by_an_area_or_shut(catalogue):
    """Nothing new is opened by not being thought of."""
    owned = {model._meta.db_table for model in account_owned_models()}
    assert {*OPENED} <= owned


def test_trials_are_no_exception(northwind, olga, opened):
    put_on_plan(northwind, TRIAL, actor=SYSTEM)
    assert not gets_in(northwind, olga)
    opened("tickets")
    assert gets_in(northwind, olga)


def test_a_grant_breaks_no_seal(northwind, olga, opened):
    opened("tickets")
    for state in ("suspended", "terminated"):
        Account.objects.filter(pk=northwind.pk).update(state=state)
    with pytest.raises(SealedAccount):
        gets_in(northwind, olga)


@pytest.mark.parametrize(("seconds", "is_in"), [(-1, False), (0, True), (1, True)])
def test_it_begins_to_the_second(northwind, olga, opened, clock, seconds, is_in):
    opened("tickets", starts_at=now() + timedelta(hours=1))
    clock(60, seconds=seconds)
    assert gets_in(northwind, olga) == is_in


@pytest.mark.parametrize(("seconds", "is_in"), [(-1, True), (0, False), (1, False)])
def test_it_ends_to_the_second(northwind, olga, opened, clock, seconds, is_in):
    grant = opened("tickets")
    clock(24 * 60, seconds=seconds)
    assert gets_in(northwind, olga) == is_in
    with account_scope(northwind.id):
        grant.refresh_from_db()
        assert grant.state == (SupportGrant.State.GRANTED if is_in else SupportGrant.State.ENDED)
        assert end_due_grants() == 0


def gets_in(account, operator):
    try:
        with staff_scope(account.id, operator_id=operator.user_id, area="tickets"):
            return rows_as_staff(["tickets_ticket"]) == {"tickets_ticket": 1}
    except NoGrant:
        return False


def test_the_database_believes_no_clock_that_was_put_back(catalogue):
    """The tests' own clock is the one of the application alone (`testing.database`); everybody else's is the later."""
    migration = import_module("steward.privacy.support_access.migrations.0002_staff")
    catalogue.execute(migration.NOW.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    query = "SELECT set_config('steward.now', %s, true), support_access_now() >= statement_timestamp()"
    assert catalogue.execute(query, ["2020-01-01T00:00:00+00:00"]).fetchone()[1]
    ahead = catalogue.execute("SELECT statement_timestamp() + interval '1 day'").fetchone()[0]
    catalogue.execute("SELECT set_config('steward.now', %s, true)", [ahead.isoformat()])
    assert catalogue.execute("SELECT support_access_now()").fetchone() == (ahead,)


def test_revoking_shows_nothing_from_the_next_statement_on(northwind, ada, olga, opened):
    grant = opened("tickets")
    with staff_scope(northwind.id, operator_id=olga.user_id, area="tickets"):
        assert rows_as_staff(["tickets_ticket"]) == {"tickets_ticket": 1}
        with connection.cursor() as cursor:  # as it happens meanwhile, in another session
            cursor.execute("RESET ROLE")
            revoke_access(grant, by=ada)
            cursor.execute("SET LOCAL ROLE steward_staff")
        assert {table for table, count in rows_as_staff().items() if count} == {"support_access_supportgrant"}
    assert not gets_in(northwind, olga)
    with account_scope(northwind.id):
        session = SupportSession.objects.get()
        assert (session.user_id, session.ended_because) == (olga.user_id, "revoked")


@pytest.mark.django_db(transaction=True)
def test_it_is_revoked_by_somebody_else_while_a_page_is_made(northwind, ada, olga, eli):
    ticket = make_ticket(eli)
    with account_scope(northwind.id):
        grant = offer_access(by=Granter(ada), reason="You asked for help.", areas=["tickets"])

    def revoke():
        with account_scope(northwind.id):
            revoke_access(grant, by=ada)
        connection.close()

    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        staff_scope(northwind.id, operator_id=olga.user_id, area="tickets") as looking,
    ):
        assert rows_as_staff(["tickets_ticket"]) == {"tickets_ticket": 1}
        elsewhere = Thread(target=revoke)
        elsewhere.start()
        elsewhere.join(20)
        assert not elsewhere.is_alive()
        assert rows_as_staff(["tickets_ticket"]) == {"tickets_ticket": 0}
        looking.note("ticket.read", ticket)


def test_expiry_ends_the_session(northwind, olga, opened, clock, run_jobs):
    opened("tickets")
    assert gets_in(northwind, olga)
    clock(24 * 60)
    run_jobs()
    with account_scope(northwind.id):
        session = SupportSession.objects.get()
        assert (session.ended_because, session.ended_at) == ("expired", now())
        assert Event.objects.filter(kind="support.ended").count() == 1


def test_each_read_leaves_one_entry_in_its_own_transaction(northwind, olga, opened, settle):
    grant = opened("tickets")
    with staff_scope(northwind.id, operator_id=olga.user_id, area="tickets") as looking:
        looking.note("support.tickets_listed", grant)
    with account_scope(northwind.id):
        settle()
        read = Read.objects.get()
        assert (read.actor_kind, read.actor_id, read.kind) == ("staff", olga.user_id, "support.tickets_listed")
        assert (read.position, len(read.chain)) == (1, 32)


@pytest.mark.parametrize("who", ["agent", "somebody else"])
def test_nothing_is_noted_in_anothers_name(northwind, olga, ada, opened, who):
    grant = opened("tickets")
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        staff_scope(northwind.id, operator_id=olga.user_id, area="tickets"),
    ):
        Read(
            kind="ticket.read",
            object_type="tickets.ticket",
            object_id=grant.pk,
            actor_kind="agent" if who == "agent" else "staff",
            actor_id=olga.user_id if who == "agent" else ada.user_id,
            at=now(),
        ).save(force_insert=True)


def test_only_those_who_are_named_get_in(northwind, ada, olga, opened):
    opened("tickets", staff=[ada.user_id])
    assert not gets_in(northwind, olga)
    opened("tickets", staff=[olga.user_id, ada.user_id])
    assert gets_in(northwind, olga)


def test_who_is_no_operator_any_more_is_out(northwind, olga, opened):
    opened("tickets")
    assert gets_in(northwind, olga)
    user_id = olga.user_id
    olga.delete()
    olga.user_id = user_id
    assert not gets_in(northwind, olga)


def test_nothing_is_done_in_the_name_of_support_without_a_grant_to_write(northwind, olga, opened, eli):
    opened("tickets")
    with account_scope(northwind.id):
        ticket = make_ticket(eli)
    with pytest.raises(NoGrant), staff_scope(northwind.id, operator_id=olga.user_id, area="tickets", write=True):
        pass
    with pytest.raises(ProgrammingError, match="support may not write"), account_scope(northwind.id):
        record("ticket.resolved", ticket, actor=staff(olga.user_id))


@pytest.mark.parametrize("kind", ["ticket.deleted", "message.redacted", "erasure.started", "bin.purged"])
def test_nothing_is_thrown_away_in_the_name_of_support_whatever_is_granted(northwind, olga, opened, eli, kind):
    """Erasing is for commands, which have a box of their own; the role of the pages can delete nothing at all."""
    opened("tickets", may_write=True, may_erase=True)
    with account_scope(northwind.id):
        ticket = make_ticket(eli)
    with (
        pytest.raises(ProgrammingError, match="support may not write"),
        staff_scope(northwind.id, operator_id=olga.user_id, area="tickets", write=True) as looking,
    ):
        record(kind, ticket, actor=looking.actor)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        staff_scope(northwind.id, operator_id=olga.user_id, area="tickets"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM tickets_ticket")


def test_to_erase_is_granted_only_where_it_is_said(northwind, ada, olga, clock):
    asked = ask_for_access(northwind.id, olga.user_id, reason="Eli", areas=["customers"], may_erase=True)
    plain = ask_for_access(northwind.id, olga.user_id, reason="Your mail", areas=["tickets"], may_write=True)
    with account_scope(northwind.id):
        assert not grant_access(asked, by=Granter(ada)).may_erase
        with pytest.raises(GrantRefused):
            grant_access(plain, by=Granter(ada), may_erase=True)


def test_a_grant_is_never_more_than_was_asked_for(northwind, ada, olga, clock):
    asked = ask_for_access(northwind.id, olga.user_id, reason="Your mail", areas=["tickets"], hours=2)
    with account_scope(northwind.id):
        for more in ({"areas": ["tickets", "customers"]}, {"may_write": True}, {"staff": []}, {"hours": 169}):
            with pytest.raises(GrantRefused):
                grant_access(asked, by=Granter(ada), **more)
        granted = grant_access(asked, by=Granter(ada))
        assert granted.expires_at - granted.starts_at == timedelta(hours=2)
