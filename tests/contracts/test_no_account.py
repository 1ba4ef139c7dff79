"""Contract 2: without an account in scope there is nothing to read, and nothing can be written for another one."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, models, transaction

from steward.lib.ids import new_id
from steward.tenancy.models import Ref, account_owned_models
from steward.tenancy.scope import NoAccount, account_scope
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.conversation import NewAttachment

MODELS = sorted(account_owned_models(), key=lambda model: model._meta.label)
REFS = [
    (model, field)
    for model in MODELS
    for field in model._meta.local_fields
    if isinstance(field, Ref) and field.remote_field.model is not model
]
# Either the policy refuses it, or the table is one the application may not write to at all.
REFUSED = "row-level security|permission denied"
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def count_raw(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        return cursor.fetchone()[0]


def an_attachment():
    return NewAttachment("invoice.pdf", b"%PDF-1.4", "application/pdf")


@pytest.fixture
def lived_in(eli, ada, omar, zoe):
    """Both accounts with something in many tables."""
    for requester, author in ((eli, ada), (omar, zoe)):
        ticket = make_ticket(requester, attachments=[an_attachment()])
        make_message(ticket)
        make_reply(ticket, author)
        make_note(ticket, author)


@each_model
def test_the_manager_raises(model, db):
    for query in (model.objects.all, model.objects.count, lambda: model.objects.create(), model._base_manager.first):
        with pytest.raises(NoAccount):
            query()


@each_model
def test_every_manager_of_the_model_raises(model, db):
    for manager in model._meta.managers:
        with pytest.raises(NoAccount):
            manager.count()


def test_sql_reads_nothing(lived_in, northwind, contoso):
    counts = {}
    for account in (northwind, contoso):
        with account_scope(account.id):
            counts[account.slug] = {model: count_raw(model) for model in MODELS}
    assert {model: count_raw(model) for model in MODELS} == dict.fromkeys(MODELS, 0)
    # A table with rows in neither account would prove nothing: those that tickets need are filled in both.
    filled = {m._meta.label for m in MODELS if all(counts[slug][m] for slug in counts)}
    assert filled >= {"tickets.Ticket", "tickets.Message", "tickets.Attachment", "contacts.Contact", "events.Event"}


def test_sql_reads_one_account_only(lived_in, northwind):
    with account_scope(northwind.id), connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table} WHERE account_id <> %s", [northwind.id])
            assert cursor.fetchone() == (0,), model


def test_the_scope_leaves_nothing_behind(northwind):
    with account_scope(northwind.id):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contact")
        assert cursor.fetchone() == (0,)


@each_model
def test_a_row_cannot_be_written_for_another_account(model, northwind, contoso):
    with account_scope(northwind.id), pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        insert(model, contoso.id)


@each_model
def test_a_row_cannot_be_written_without_an_account(model, northwind):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        insert(model, northwind.id)


@each_model
def test_a_row_cannot_be_moved_to_another_account(model, lived_in, northwind, contoso):
    with account_scope(northwind.id), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"UPDATE {model._meta.db_table} SET account_id = %s", [contoso.id])
                moved = cursor.rowcount
        except DatabaseError:
            moved = 0
    assert moved == 0


@pytest.mark.parametrize(("model", "field"), REFS, ids=[f"{model._meta.label}.{field.name}" for model, field in REFS])
def test_a_reference_to_another_account_fails_at_commit(model, field, northwind, contoso):
    before = transaction.savepoint()
    with account_scope(contoso.id):
        foreign = insert(field.remote_field.model, contoso.id)
    with account_scope(northwind.id):
        insert(model, northwind.id, only={field.column: foreign})
        with pytest.raises(IntegrityError, match="_account_fk"), transaction.atomic():
            check_now(f"{model._meta.db_table}_{field.column}_account_fk"[-63:])
    transaction.savepoint_rollback(before)


def check_now(constraint):
    """Only this one: the rows made here refer to nothing real elsewhere too."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET CONSTRAINTS "{constraint}" IMMEDIATE')


def insert(model, account_id, only=None):
    """Insert a row past Django: every column that has to be there gets something of its type."""
    values = {column.column: filler(column) for column in model._meta.local_fields if must_be_given(column)}
    values |= {"id": new_id(), "account_id": account_id} | (only or {})
    columns, marks = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})", list(values.values()))
    return values["id"]


def must_be_given(field):
    return not field.null and field.column not in {"id", "account_id"}


def filler(field):
    if isinstance(field, models.ForeignKey):
        return new_id()
    by_type = {
        "BinaryField": b"x", "BooleanField": False, "DateTimeField": "2026-01-01T00:00:00Z", "DateField": "2026-01-01",
        "JSONField": "{}", "UUIDField": new_id(), "ArrayField": "{}", "IntegerField": 1, "BigIntegerField": 1,
        "PositiveIntegerField": 1, "PositiveSmallIntegerField": 1, "DecimalField": 1,
    }  # fmt: skip
    return by_type.get(field.get_internal_type(), "x")
