"""The roles on a real server, made by a superuser and by a hosted server's lesser login."""

import psycopg
import pytest

from steward.project.postgres import Login, PostgresError, Roles, Server, prepare

ROLES = ("steward_owner", "steward_app", "steward_ops", "steward_search", "steward_staff")


@pytest.fixture(scope="module")
def prepared(server: Server) -> Server:
    assert prepare(server.dsn("postgres", database="postgres")).search_bypasses_rls
    return server


def run(server: Server, role: str, *statements: str, database: str = "steward") -> list[tuple[object, ...]]:
    """Run statements one by one; returns the rows of the last."""
    with psycopg.connect(server.dsn(role, database=database), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_no_role_has_more_than_it_needs(prepared: Server) -> None:
    query = (
        "SELECT rolname::text, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb FROM pg_roles ORDER BY 1"
    )
    rows = [row for row in run(prepared, "postgres", query) if row[0] in ROLES]
    assert rows == [
        ("steward_app", False, False, True, False, False),
        ("steward_ops", False, False, True, False, False),
        ("steward_owner", False, False, True, False, False),
        ("steward_search", False, True, False, False, False),
        ("steward_staff", False, False, False, False, False),
    ]


def test_again_changes_nothing(prepared: Server) -> None:
    catalogue = """
        SELECT datacl::text,
            (SELECT string_agg(defaclacl::text, ' ' ORDER BY oid) FROM pg_default_acl),
            (SELECT string_agg(nspacl::text, ' ' ORDER BY oid) FROM pg_namespace),
            (SELECT count(*) FROM pg_auth_members)
        FROM pg_database WHERE datname = 'steward'
    """
    before = run(prepared, "postgres", catalogue)
    prepare(prepared.dsn("postgres", database="postgres"))
    prepare(prepared.dsn("postgres", database="steward"))
    assert run(prepared, "postgres", catalogue) == before


def test_the_application_reads_and_writes_what_the_owner_makes(prepared: Server) -> None:
    run(prepared, "steward_owner", "CREATE TABLE thing (id bigserial PRIMARY KEY, x int)")
    statements = (
        "INSERT INTO thing (x) VALUES (1), (2)",
        "UPDATE thing SET x = 3 WHERE x = 1",
        "DELETE FROM thing WHERE x = 2",
    )
    assert run(prepared, "steward_app", *statements, "SELECT x FROM thing") == [(3,)]


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE present",
        "DROP TABLE present",
        "ALTER TABLE present DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "SET ROLE steward_owner",
        "SET ROLE steward_search",
        "SET ROLE postgres",
    ],
)
@pytest.mark.parametrize("role", ["steward_app", "steward_ops"])
def test_serving_roles_cannot(prepared: Server, role: str, statement: str) -> None:
    run(prepared, "steward_owner", "CREATE TABLE IF NOT EXISTS present (x int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(prepared, role, statement)


def test_the_application_becomes_support_and_is_bound_by_its_policies_only_then(prepared: Server) -> None:
    run(
        prepared,
        "steward_owner",
        "CREATE TABLE seen (x int)",
        "INSERT INTO seen VALUES (1)",
        "ALTER TABLE seen ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON seen TO steward_staff",
        "CREATE POLICY everybody ON seen USING (true)",
        "CREATE POLICY staff ON seen AS RESTRICTIVE TO steward_staff USING (false)",
    )
    assert run(prepared, "steward_app", "SELECT x FROM seen") == [(1,)]
    assert run(prepared, "steward_app", "SET ROLE steward_staff", "SELECT x FROM seen") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(prepared, "steward_ops", "SET ROLE steward_staff")


def test_operations_read_only_what_is_granted_by_name(prepared: Server) -> None:
    run(prepared, "steward_owner", "CREATE TABLE IF NOT EXISTS present (x int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(prepared, "steward_ops", "SELECT * FROM present")
    run(prepared, "steward_owner", "GRANT SELECT ON present TO steward_ops")
    assert run(prepared, "steward_ops", "SELECT * FROM present") == []


def test_the_owner_can_give_a_function_to_the_search_role(prepared: Server) -> None:
    """And that function passes by a policy that hides everything from the application."""
    run(
        prepared,
        "steward_owner",
        "CREATE TABLE entry (x int)",
        "INSERT INTO entry VALUES (1)",
        "ALTER TABLE entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        "GRANT SELECT ON entry TO steward_search",
        "CREATE FUNCTION find() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS 'SELECT x FROM entry'",
        "ALTER FUNCTION find() OWNER TO steward_search",
    )
    assert run(prepared, "steward_app", "SELECT x FROM entry") == []
    assert run(prepared, "steward_app", "SELECT find()") == [(1,)]


def test_the_owner_does_not_pass_by_row_level_security_itself(prepared: Server) -> None:
    run(
        prepared,
        "steward_owner",
        "CREATE TABLE forced (x int)",
        "INSERT INTO forced VALUES (1)",
        "ALTER TABLE forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    )
    assert run(prepared, "steward_owner", "SELECT x FROM forced") == []


def test_a_role_that_passes_by_row_level_security_is_disarmed_or_refused(prepared: Server) -> None:
    run(prepared, "postgres", "ALTER ROLE steward_app BYPASSRLS")
    prepare(prepared.dsn("postgres", database="postgres"))
    assert run(prepared, "postgres", "SELECT rolbypassrls FROM pg_roles WHERE rolname = 'steward_app'") == [(False,)]
    run(prepared, "postgres", "CREATE ROLE mighty LOGIN BYPASSRLS", "CREATE ROLE lesser LOGIN CREATEROLE CREATEDB")
    with pytest.raises(PostgresError, match="mighty is a superuser or has BYPASSRLS"):
        prepare(prepared.dsn("lesser", database="postgres"), "other", roles=Roles(Login("lesser"), Login("mighty")))


@pytest.mark.parametrize("app", ["steward_owner", "steward_member"])
def test_the_application_must_not_be_or_belong_to_the_owner(prepared: Server, app: str) -> None:
    run(
        prepared,
        "postgres",
        "DROP ROLE IF EXISTS steward_member",
        "CREATE ROLE steward_member LOGIN",
        "GRANT steward_owner TO steward_member",
    )
    with pytest.raises(PostgresError, match="must neither be nor belong to the owner"):
        prepare(prepared.dsn("postgres", database="postgres"), roles=Roles(app=Login(app)))


@pytest.mark.parametrize("owner", ["hosted", "hosted_owner"])
def test_a_login_without_superuser_sets_up_and_says_what_it_may_not(server: Server, owner: str) -> None:
    """As on hosted servers: CREATEROLE and CREATEDB; the owner is that login itself, or another one."""
    names = f"{owner}_app", f"{owner}_ops", f"{owner}_search", f"{owner}_staff"
    run(
        server,
        "postgres",
        "DROP ROLE IF EXISTS hosted",
        "CREATE ROLE hosted LOGIN CREATEROLE CREATEDB",
        database="postgres",
    )
    roles = Roles(Login(owner), Login(names[0], "a password"), Login(names[1]), *names[2:])
    for database in ("postgres", owner):  # the second time by way of the new database itself
        done = prepare(server.dsn("hosted", database=database), owner, roles=roles)
        assert not done.search_bypasses_rls
        assert f"BYPASSRLS to {names[2]}" in done.notices[0]
    make = (
        "CREATE TABLE thing (x int)",
        "CREATE FUNCTION find() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    )
    run(server, owner, *make, f"ALTER FUNCTION find() OWNER TO {names[2]}", database=owner)
    assert run(server, names[0], "INSERT INTO thing VALUES (find())", "SELECT x FROM thing", database=owner) == [(1,)]
    run(server, "postgres", f"DROP DATABASE {owner}", *(f"DROP ROLE {name}" for name in names), database="postgres")
    run(server, "postgres", *(f"DROP ROLE {name}" for name in {owner, "hosted"}), database="postgres")


def test_a_login_that_may_nothing_is_told_what_is_missing(prepared: Server) -> None:
    run(prepared, "postgres", "DROP ROLE IF EXISTS plain", "CREATE ROLE plain LOGIN")
    with pytest.raises(PostgresError, match="plain may not create it"):
        prepare(
            prepared.dsn("plain", database="postgres"), "other", roles=Roles(owner=Login("plain"), app=Login("new"))
        )
    with pytest.raises(PostgresError, match="does not let us in"):
        prepare(prepared.dsn("nosuch", database="postgres"), "other")
