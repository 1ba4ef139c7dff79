"""What support may read, and that it may only while a grant lasts: rights of `steward_staff`, and policies."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

# The time by which a grant begins and ends. The application says its own when it enters (`scope`), and the database does
# not believe one that is behind: a clock that was put back opens nothing.
NOW = """
CREATE FUNCTION support_access_now() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  SELECT greatest(statement_timestamp(), nullif(current_setting('steward.now', true), '')::timestamptz)
$$
"""
# Whether the grant in use opens an area now, to whoever uses it. Asked once in each statement, not for each row.
LETS = """
CREATE FUNCTION support_access_lets(areas text[], writes boolean DEFAULT false) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT FROM support_access_supportgrant
     WHERE id = nullif(current_setting('steward.grant', true), '')::uuid
       AND account_id = nullif(current_setting('steward.account', true), '')::uuid
       AND state = 'granted' AND starts_at <= support_access_now() AND expires_at > support_access_now()
       AND (lets.areas IS NULL OR support_access_supportgrant.areas && lets.areas)
       AND (staff = '{}' OR nullif(current_setting('steward.operator', true), '')::uuid = ANY (staff))
       AND (may_write OR NOT writes)
  ) AND EXISTS (
    SELECT FROM people_operator WHERE user_id = nullif(current_setting('steward.operator', true), '')::uuid
  )
$$
"""
LETS = LETS.replace("lets.areas", "support_access_lets.areas")

# Whoever does something in the name of support needs a grant that lets them, whatever role they have.
DEEDS = """
CREATE FUNCTION support_access_deed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF new.actor_id IS DISTINCT FROM nullif(current_setting('steward.operator', true), '')::uuid
     OR NOT support_access_lets(ARRAY['tickets'], true) THEN
    RAISE insufficient_privilege USING MESSAGE = 'support may not write in this account';
  END IF;
  RETURN new;
END $$;
CREATE TRIGGER support_access_deed BEFORE INSERT ON events_event FOR EACH ROW
  WHEN (new.actor_kind = 'staff' AND new.kind NOT LIKE 'support.%') EXECUTE FUNCTION support_access_deed();
"""
NO_DEEDS = "DROP TRIGGER support_access_deed ON events_event; DROP FUNCTION support_access_deed();"

# Table, the areas that open it, and its columns where not all of them may be read.
READABLE = (
    ("tickets_ticket", "tickets", ""),
    ("tickets_message", "tickets", ""),
    ("tickets_attachment", "tickets", ""),
    ("tickets_participant", "tickets", ""),
    ("tickets_tag", "tickets", ""),
    ("tickets_tickettag", "tickets", ""),
    ("files_file", "tickets", "id, account_id, size, content_type, created_at"),
    ("contacts_contact", "tickets customers", ""),
    ("contacts_contactaddress", "customers", ""),
    ("people_department", "tickets settings", ""),
    ("people_membership", "tickets settings", "id, account_id, name, role, language, created_at"),
    ("people_departmentmembership", "settings", ""),
    ("email_mailaccount", "settings", ""),
    ("tickets_ticketrules", "settings", ""),
    ("holds_legalhold", "privacy", ""),
    ("events_event", "privacy", "id, account_id, kind, object_type, object_id, actor_kind, actor_id, at, position"),
    ("events_read", "privacy", ""),
)
# Without these the policies could not be asked, and nothing could be said of what is read.
_ALSO = """
GRANT SELECT ON tenancy_account, support_access_supportgrant TO steward_staff;
GRANT SELECT (user_id) ON people_operator TO steward_staff;
GRANT INSERT ON events_read TO steward_staff;
CREATE POLICY staff ON support_access_supportgrant AS RESTRICTIVE FOR SELECT TO steward_staff
  USING (id = nullif(current_setting('steward.grant', true), '')::uuid);
CREATE POLICY staff_notes ON events_read AS RESTRICTIVE FOR INSERT TO steward_staff
  WITH CHECK (actor_kind = 'staff' AND actor_id = nullif(current_setting('steward.operator', true), '')::uuid
    AND (SELECT support_access_lets(NULL)));
"""
_MISSING = (
    "The role steward_staff does not exist, and support's access is enforced by it. `steward up` makes it; where this "
    "database login may not, a superuser has to run: CREATE ROLE steward_staff NOLOGIN; and "
    "GRANT steward_staff TO <the role of DATABASE_URL> WITH INHERIT FALSE, SET TRUE."
)


class NoStaffRole(RuntimeError):
    """The role is missing; the words say who makes it and how."""


def wall(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'steward_staff'")
        if not cursor.fetchone()[0]:
            raise NoStaffRole(_MISSING)
    for statement in (NOW, LETS, *_readable(), _ALSO, DEEDS):
        schema_editor.execute(statement, params=None)  # a LIKE is in one


def open_wall(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(NO_DEEDS)
    schema_editor.execute("DROP POLICY staff_notes ON events_read; DROP POLICY staff ON support_access_supportgrant")
    for table, _areas, columns in READABLE:
        schema_editor.execute(f"DROP POLICY staff ON {table}")
        schema_editor.execute(f"REVOKE ALL {f'({columns})' if columns else ''} ON {table} FROM steward_staff")
    schema_editor.execute(
        "REVOKE ALL ON events_read, tenancy_account, support_access_supportgrant FROM steward_staff; "
        "REVOKE ALL (user_id) ON people_operator FROM steward_staff; "
        "DROP FUNCTION support_access_lets(text[], boolean); DROP FUNCTION support_access_now()"
    )


def _readable() -> Iterator[str]:
    for table, areas, columns in READABLE:
        yield f"GRANT SELECT {f'({columns})' if columns else ''} ON {table} TO steward_staff"
        # Restrictive: beside `account` and `sealed`, and for this role alone.
        yield (
            f"CREATE POLICY staff ON {table} AS RESTRICTIVE FOR SELECT TO steward_staff "
            f"USING ((SELECT support_access_lets('{{{','.join(areas.split())}}}')))"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("support_access", "0001_initial"),
        ("contacts", "0004_alone_are_found"),
        ("email", "0005_privacy_addresses"),
        ("events", "0007_reads_of_a_kind"),
        ("files", "0001_initial"),
        ("holds", "0003_departments_and_periods"),
        ("people", "0009_links_of_owners"),
        ("tickets", "0013_looking_for_sensitive_words"),
    ]

    operations = [migrations.RunPython(wall, open_wall)]
