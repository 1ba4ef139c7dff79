"""Secrets in rows: encrypted for their account and row, never shown."""

import copy
import pickle
from typing import Any

import pytest
from django.core import serializers
from django.db import connection

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.models import Connector
from steward.privacy.keys import store
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.tenancy.scope import account_scope

CLEAR = "pässwörd-7261"


def unsaved(password: str, host: str = "a.example") -> Connector:
    return Connector(
        kind="imap",
        host=host,
        port=993,
        tls="implicit",
        password=password,
        declared_by_kind=SYSTEM.kind,
        declared_at=now(),
    )


def make(password: str = CLEAR, host: str = "a.example") -> Connector:
    row = unsaved(password, host)
    row.save()
    return row


@pytest.fixture
def scope(northwind: Any) -> Any:
    with account_scope(northwind.id):
        yield northwind


def stored(row: Connector) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM egress_connector WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def test_a_secret_comes_back_and_is_stored_encrypted(scope: Any) -> None:
    row = make()
    assert row.password.reveal() == CLEAR
    assert Connector.objects.get(pk=row.pk).password.reveal() == CLEAR
    assert CLEAR.encode() not in stored(row)
    assert stored(row)[:1] == b"\x01"


def test_it_never_shows_itself(scope: Any) -> None:
    row = make()
    new = unsaved(CLEAR)
    for secret in (row.password, new.password, Connector.objects.get(pk=row.pk).password):
        assert secret
        assert {repr(secret), str(secret), f"{secret}"} == {"<secret>"}
        with pytest.raises(TypeError):
            pickle.dumps(secret)
    assert CLEAR not in repr(vars(new))
    assert CLEAR not in repr(vars(row))
    assert CLEAR not in serializers.serialize("json", [row])
    assert "password" not in [field.name for field in row._meta.fields if field.editable]


def test_no_secret_is_nothing(scope: Any) -> None:
    row = make("")
    assert not row.password
    assert repr(row.password) == "<no secret>"
    assert row.password.reveal() == ""
    assert stored(row) == b""


def test_saving_again_keeps_it_and_assigning_changes_it(scope: Any) -> None:
    row = make()
    before = stored(row)
    row.host = "b.example"
    row.save()
    assert stored(row) == before
    row.password = "other"
    row.save(update_fields=["password"])
    assert Connector.objects.get(pk=row.pk).password.reveal() == "other"
    row.password = ""
    row.save()
    assert stored(row) == b""


def test_it_opens_only_in_its_own_row(scope: Any) -> None:
    one, two = make(), make("other", host="b.example")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE egress_connector SET password = %s WHERE id = %s", [stored(one), two.pk])
    two.refresh_from_db()
    with pytest.raises(Tampered):
        two.password.reveal()


def test_a_copied_row_needs_the_secret_again(scope: Any) -> None:
    row = Connector.objects.get(pk=make().pk)
    twin = copy.copy(row)
    twin.pk = Connector().pk
    with pytest.raises(Tampered):
        twin.password.reveal()


def test_it_is_gone_with_the_key(scope: Any) -> None:
    row = make()
    store.destroy_account_key(scope.id)
    try:
        with pytest.raises(KeyMissing):
            Connector.objects.get(pk=row.pk).password.reveal()
    finally:
        store.create_account_key(scope.id)


def test_only_rows_are_given_secrets(scope: Any) -> None:
    make()
    with pytest.raises(TypeError, match="assign it to a row"):
        Connector.objects.update(password=CLEAR)
    with pytest.raises(TypeError, match="assign it to a row"):
        Connector.objects.filter(password=CLEAR).exists()


def test_rows_written_together_are_encrypted_each(scope: Any) -> None:
    Connector.objects.bulk_create([unsaved(f"p{n}", f"{n}.example") for n in range(3)])
    assert [row.password.reveal() for row in Connector.objects.order_by("host")] == ["p0", "p1", "p2"]


def test_a_row_loaded_without_it_fetches_it(scope: Any) -> None:
    row = Connector.objects.defer("password").get(pk=make().pk)
    assert row.password.reveal() == CLEAR
