"""Contract 1: the walls between accounts, as the database itself describes them.

Every check is a query that answers with what is wrong; each is tried on tables that are wrong on purpose as well.
"""

import psycopg
import pytest

from steward.tenancy.models import account_owned_models
from steward.tenancy.shared_tables import REASONS
from steward.testing import environment

MINE = "(account_id = (NULLIF(current_setting('steward.account'::text, true), ''::text))::uuid)"
# Either the entrance of a scope has said it, or the account is looked up.
UNSEALED = (
    "((current_setting('steward.unsealed'::text, true) = current_setting('steward.account'::text, true)) OR "
    "tenancy_is_open((NULLIF(current_setting('steward.account'::text, true), ''::text))::uuid))"
)

# Policies beside `account` and `migrations`: who else may see which rows, and why.
OTHER_POLICIES = {
    ("people_membership", "own_rows", "r"),  # a person's own memberships, for the account switcher; reads only
}
# Functions that run with their owner's rights.
DEFINERS = {
    ("accounts_with_copies", "steward_owner"),  # ids of accounts that have a copy of everything, or have one made
    ("broken_audits", "steward_owner"),  # which accounts' chains do not hold, and where: ids and positions
    ("event_positions", "steward_owner"),  # how far accounts have come: counters and nothing else
    ("operations_forget_acts", "steward_owner"),  # of the operators' log, what is older than thirty days at least
    ("operations_mail", "steward_owner"),  # counts of unsent mail by account, for who is an operator now
    ("operations_mail_totals", "steward_owner"),  # the same for all accounts together, for monitoring
    ("operations_notices", "steward_owner"),  # how many notices a version has made, for who is an operator now
    ("forget_events", "steward_owner"),  # the same, from the beginning of its chain
    ("forget_reads", "steward_owner"),  # of the account in scope, what is older than thirty days at least
    ("lifecycle_delete_rows", "steward_owner"),  # of an account whose deletion has begun, which is the one in scope
    ("number_event", "steward_owner"),  # numbers events at COMMIT; the app may not write the clock
    ("number_read", "steward_owner"),  # the same for reads
    ("unsealed_reads", "steward_owner"),  # ids of accounts whose reads went on since their end was noted
    ("tenancy_account_region_kept", "steward_owner"),  # a trigger: whether the account has ordered to be moved
    ("tenancy_data_centre_stays", "steward_owner"),  # a trigger: whether accounts lie in the data centre
    ("search_messages", "steward_search"),  # reads one table, filters by the account in scope itself
}
PASS_BY_POLICIES = {"steward_search"}  # cannot log in; owns the one function above

TABLES = """
  SELECT c.oid, c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
OWNED = f"SELECT oid, name FROM ({TABLES}) t WHERE NOT name = ANY (%(shared)s)"
STARTS_WITH_ACCOUNT = """
  (SELECT attname FROM pg_attribute WHERE attrelid = {table} AND attnum = {columns}[{first}]) = 'account_id'
"""

CHECKS = {
    "account_id is not a UUID NOT NULL": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid
        AND a.attname = 'account_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype)""",
    "account_id does not refer to the account": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a
        ON a.attrelid = t.oid AND k.conkey = ARRAY[a.attnum] WHERE k.conrelid = t.oid AND k.contype = 'f'
        AND k.confrelid = 'tenancy_account'::regclass AND a.attname = 'account_id' AND k.convalidated)""",
    "row-level security is not enabled and forced": f"""
      SELECT name FROM ({OWNED}) t JOIN pg_class c USING (oid) WHERE NOT (relrowsecurity AND relforcerowsecurity)""",
    "there is no policy `account` that reads and writes by the account in scope": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid
        AND p.polname = 'account' AND p.polcmd = '*' AND p.polroles = '{{0}}'
        AND pg_get_expr(p.polqual, t.oid) = %(mine)s AND pg_get_expr(p.polwithcheck, t.oid) = %(mine)s)""",
    "rows of a terminated account are not sealed": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid
        AND p.polname = 'sealed' AND NOT p.polpermissive AND p.polcmd = '*' AND p.polroles = '{{0}}'
        AND pg_get_expr(p.polqual, t.oid) = %(unsealed)s AND pg_get_expr(p.polwithcheck, t.oid) = %(unsealed)s)""",
    "a policy that is not on the list": f"""
      SELECT name || '.' || polname || '.' || polcmd::text FROM ({OWNED}) t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE polname NOT IN ('account', 'sealed')
        AND NOT (polname IN ('staff', 'staff_notes') AND NOT polpermissive  -- it narrows: test_staff_access
          AND polroles = ARRAY['steward_staff'::regrole::oid])
        AND NOT (polname = 'migrations' AND polroles = ARRAY[(SELECT relowner FROM pg_class WHERE oid = t.oid)])
        AND NOT name || '.' || polname || '.' || polcmd::text = ANY (%(policies)s)""",
    "there is no UNIQUE (account_id, id)": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = t.oid
        AND k.contype = 'u' AND (SELECT array_agg(attname::text ORDER BY ord) FROM unnest(k.conkey)
          WITH ORDINALITY AS u (attnum, ord) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.attnum)
          = ARRAY['account_id', 'id'])""",
    "a unique index does not start with the account": f"""
      SELECT i.indexrelid::regclass::text FROM ({OWNED}) t JOIN pg_index i ON i.indrelid = t.oid
        WHERE i.indisunique AND NOT i.indisprimary
        AND {STARTS_WITH_ACCOUNT.format(table="t.oid", columns="i.indkey", first=0)} IS NOT TRUE""",
    "an exclusion constraint does not start with the account": f"""
      SELECT conname::text FROM ({OWNED}) t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype = 'x'
        AND {STARTS_WITH_ACCOUNT.format(table="t.oid", columns="k.conkey", first=1)} IS NOT TRUE""",
    "the primary key is not the UUID alone": f"""
      SELECT name FROM ({OWNED}) t WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a
        ON a.attrelid = t.oid AND k.conkey = ARRAY[a.attnum] WHERE k.conrelid = t.oid AND k.contype = 'p'
        AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype)""",
    "a foreign key leaves the account": f"""
      SELECT name || '.' || conname FROM ({OWNED}) t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype = 'f'
        AND k.confrelid IN (SELECT oid FROM ({OWNED}) o) AND NOT coalesce(
          {STARTS_WITH_ACCOUNT.format(table="t.oid", columns="k.conkey", first=1)}
          AND {STARTS_WITH_ACCOUNT.format(table="k.confrelid", columns="k.confkey", first=1)}, false)""",
    "a shared table refers to rows of an account": f"""
      SELECT conname::text FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM ({OWNED}) o)
        AND NOT k.conrelid IN (SELECT oid FROM ({OWNED}) o)""",
    "a view passes by row-level security": """
      SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND (c.relkind IN ('m', 'f')
          OR c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}')""",
    "the application owns something": """
      SELECT classid::regclass || ' ' || objid FROM pg_shdepend WHERE refobjid = 'steward_app'::regrole
        AND refclassid = 'pg_authid'::regclass AND deptype = 'o'""",
    "the application has a right on a table that row-level security does not see": f"""
      SELECT name || ' ' || right_ FROM ({TABLES}) t, unnest('{{TRUNCATE,REFERENCES,TRIGGER,MAINTAIN}}'::text[]) right_
        WHERE (right_ <> 'MAINTAIN' OR current_setting('server_version_num')::int >= 170000)
        AND has_table_privilege('steward_app', oid, right_)""",
    "the application may create something": """
      SELECT 'schema public' WHERE has_schema_privilege('steward_app', 'public', 'CREATE')
      UNION SELECT 'database ' || r FROM unnest('{CREATE,TEMPORARY}'::text[]) r
        WHERE has_database_privilege('steward_app', current_database(), r)""",
    "the application has a power of its own, or another role's": """
      SELECT rolname::text FROM pg_roles WHERE rolname = 'steward_app'
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
      UNION SELECT rolname::text FROM pg_roles
        WHERE rolname NOT IN ('steward_app', 'steward_staff') AND pg_has_role('steward_app', oid, 'MEMBER')
      UNION SELECT rolname::text FROM pg_roles  -- it may become support, and is not
        WHERE rolname = 'steward_staff' AND pg_has_role('steward_app', oid, 'USAGE')""",
    "the operations role may read what accounts own": f"""
      SELECT name FROM ({OWNED}) t WHERE has_table_privilege('steward_ops', oid, 'SELECT')
        OR has_any_column_privilege('steward_ops', oid, 'SELECT')""",
    "everybody may run a function with its owner's rights": """
      SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE prosecdef
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND (proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(proacl) WHERE grantee = 0))""",
    "a function with its owner's rights has no search path of its own": """
      SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE prosecdef
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) c WHERE c LIKE 'search_path=pg_catalog%%')""",
}

# For each check, statements that break what it looks after.
BROKEN = {
    "account_id is not a UUID NOT NULL": ["CREATE TABLE bad (id uuid PRIMARY KEY)"],
    "account_id does not refer to the account": ["CREATE TABLE bad (id uuid PRIMARY KEY, account_id uuid NOT NULL)"],
    "row-level security is not enabled and forced": ["ALTER TABLE tickets_ticket NO FORCE ROW LEVEL SECURITY"],
    "there is no policy `account` that reads and writes by the account in scope": [
        "DROP POLICY account ON tickets_ticket",
        "CREATE POLICY account ON tickets_ticket USING (true)",
    ],
    "rows of a terminated account are not sealed": [
        "DROP POLICY sealed ON tickets_ticket",
        "CREATE POLICY sealed ON tickets_ticket USING (true)",
    ],
    "a policy that is not on the list": ["CREATE POLICY more ON tickets_ticket FOR SELECT USING (true)"],
    "there is no UNIQUE (account_id, id)": ["ALTER TABLE tickets_draftattachment DROP CONSTRAINT "
                                            "tickets_draftattachment_account_key"],
    "a unique index does not start with the account": ["CREATE UNIQUE INDEX bad ON tickets_ticket (code)"],
    "an exclusion constraint does not start with the account": [
        "ALTER TABLE tickets_ticket ADD CONSTRAINT bad EXCLUDE (code WITH =)"
    ],
    "the primary key is not the UUID alone": ["CREATE TABLE bad (id bigint PRIMARY KEY, account_id uuid NOT NULL)"],
    "a foreign key leaves the account": [
        "ALTER TABLE tickets_draft ADD CONSTRAINT bad FOREIGN KEY (ticket_id) REFERENCES tickets_ticket (id)"
    ],
    "a shared table refers to rows of an account": [
        "ALTER TABLE tenancy_domain ADD ticket_id uuid REFERENCES tickets_ticket (id)"
    ],
    "a view passes by row-level security": ["CREATE VIEW bad AS SELECT * FROM tickets_ticket"],
    "the application owns something": ["CREATE TABLE bad (id int)", "ALTER TABLE bad OWNER TO steward_app"],
    "the application has a right on a table that row-level security does not see": [
        "GRANT TRUNCATE ON tickets_ticket TO steward_app"
    ],
    "the application may create something": ["GRANT CREATE ON SCHEMA public TO steward_app"],
    "the application has a power of its own, or another role's": ["GRANT steward_owner TO steward_app"],
    "the operations role may read what accounts own": ["GRANT SELECT (id) ON tickets_ticket TO steward_ops"],
    "everybody may run a function with its owner's rights": ["GRANT EXECUTE ON FUNCTION number_event() TO PUBLIC"],
    "a function with its owner's rights has no search path of its own": [
        "ALTER FUNCTION number_event() RESET search_path"
    ],
}  # fmt: skip


@pytest.fixture
def catalogue(django_db_setup):
    """A connection that may look at everything and break anything; what it does is rolled back."""
    with psycopg.connect(environment.maintenance(environment.database_name())) as connection:
        yield connection
        connection.rollback()


def faults(connection, check):
    values = {
        "shared": list(REASONS),
        "mine": MINE,
        "unsealed": UNSEALED,
        "policies": [".".join(policy) for policy in OTHER_POLICIES],
    }
    return [row[0] for row in connection.execute(CHECKS[check], values)]


@pytest.mark.parametrize("check", CHECKS)
def test_the_database_keeps_it(catalogue, check):
    assert faults(catalogue, check) == []


@pytest.mark.parametrize("check", CHECKS)
def test_the_check_would_find_it(catalogue, check):
    for statement in BROKEN[check]:
        catalogue.execute(statement)
    assert faults(catalogue, check)


def test_every_table_is_an_accounts_or_is_listed_with_a_reason(catalogue):
    tables = {row[1] for row in catalogue.execute(TABLES)}
    owned = {model._meta.db_table for model in account_owned_models()}
    assert tables - owned == set(REASONS)
    assert all(REASONS.values())


def test_functions_with_their_owners_rights_are_these(catalogue):
    query = """SELECT proname::text, proowner::regrole::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
                WHERE prosecdef AND nspname NOT IN ('pg_catalog', 'information_schema')"""
    assert set(catalogue.execute(query)) == DEFINERS


def test_roles_that_pass_by_policies_are_these_and_cannot_log_in(catalogue):
    query = """SELECT rolname::text, rolcanlogin FROM pg_roles
                WHERE rolbypassrls AND NOT rolsuper AND rolname NOT LIKE 'pg\\_%'"""
    assert set(catalogue.execute(query)) == {(name, False) for name in PASS_BY_POLICIES}


def test_the_search_role_reads_one_table_and_writes_none(catalogue):
    query = f"""SELECT name, r FROM ({TABLES}) t, unnest('{{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}}'::text[]) r
                 WHERE has_table_privilege('steward_search', oid, r)"""
    assert set(catalogue.execute(query)) == {("tickets_searchentry", "SELECT")}


def test_the_application_only_appends_to_what_must_not_change(catalogue):
    query = f"""SELECT name, r FROM ({TABLES}) t, unnest('{{UPDATE,DELETE}}'::text[]) r
                 WHERE name IN ('events_event', 'events_eventclock') AND has_table_privilege('steward_app', oid, r)
          UNION SELECT name, attname::text FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid AND attnum > 0
                 WHERE name IN ('events_event', 'events_eventclock')
                   AND has_column_privilege('steward_app', t.oid, attnum, 'UPDATE')"""
    assert set(catalogue.execute(query)) == {("events_event", "changes"), ("events_event", "salt")}
