"""The client against a server of somebody else that checks signatures."""

import os
import time

import pytest

from steward.privacy.egress import configuration, conversing, ledger
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.gate import InsideTransaction
from steward.privacy.egress.models import EgressEvent, InstallationEgress
from steward.privacy.egress.s3 import client as clients
from steward.privacy.egress.s3.buckets import parse_bucket
from steward.privacy.egress.s3.client import Client, Sender
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.egress.s3.streams import Upload, reading
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db(transaction=True)
FIVE = 5 << 20  # bytes: the smallest part there may be


@pytest.fixture
def client(bucket):
    with Client(configuration.object_store()) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(clients, "PAUSES", (0.0, 0.0))


def test_what_is_put_is_kept_under_its_key_below_the_beginning(client, store, bucket):
    client.put("a/one", b"first")
    client.put("a/one", b"second")
    assert store.kept(bucket) == {"of/ours/a/one": b"second"}
    kept = client.head("a/one")
    assert (kept.key, kept.size) == ("a/one", 6)
    assert abs(kept.at.timestamp() - time.time()) < 60
    assert (client.get("a/one"), client.get("a/one", 2, 3), client.get("a/one", 6)) == (b"second", b"con", b"")
    client.delete("a/one")
    client.delete("a/one")
    assert client.head("a/one") is None
    with pytest.raises(FileNotFoundError):
        client.get("a/one")


def test_names_with_every_kind_of_letter(client):
    keys = ["a b", "ż/ó.txt", "x+y=&z", "100%", "~a_b-c.d", "quo'te\"s"]
    for key in keys:
        client.put(key, key.encode())
    assert [client.get(key) for key in keys] == [key.encode() for key in keys]
    assert {one.key for one in client.objects()} == set(keys)


def test_a_list_has_everything_below_a_beginning(client):
    for number in range(12):
        client.put(f"x/{number:02}", b"1")
    client.put("xy", b"22")
    assert [one.key for one in client.objects("x/")] == [f"x/{number:02}" for number in range(12)]
    assert [(one.key, one.size) for one in client.objects("xy")] == [("xy", 2)]
    assert list(client.folders()) == ["x"]
    assert list(client.objects("none/")) == []


@pytest.mark.parametrize("size", [0, 1, FIVE, FIVE + 1, 3 * FIVE + 17])
def test_streams_of_any_length(client, store, bucket, size):
    content = os.urandom(size)
    with Upload(client, "long", part=FIVE) as upload:
        for start in range(0, size, 700_001):
            upload.write(content[start : start + 700_001])
        assert client.head("long") is None
    assert store.kept(bucket)["of/ours/long"] == content
    with reading(client, "long") as file:
        assert file.read() == content


def test_what_is_interrupted_is_not_there_and_leaves_no_parts(client, store, bucket):
    with pytest.raises(KeyError), Upload(client, "long", part=FIVE) as upload:
        upload.write(bytes(FIVE + 1))
        assert [one.key for one in client.unfinished()] == ["long"]
        raise KeyError
    assert client.head("long") is None
    assert client.unfinished() == []
    assert store.kept(bucket) == {}


def test_many_questions_are_one_connection_and_one_line_of_the_ledger(client):
    for number in range(20):
        client.put(f"{number}", b"x" * 1000)
        client.head(f"{number}")
    client.close()
    ledger.flush_lookups()
    (asked,) = InstallationEgress.objects.filter(purpose="data.keep")
    assert (asked.traffic, asked.host, asked.is_allowed, asked.calls) == ("T", "127.0.0.1", True, 2)
    assert asked.categories == ["system.operations"]
    assert asked.bytes > 20_000


def test_what_is_sent_for_everybody_has_a_row_of_its_own_and_what_is_denied_too(bucket, settings):
    everybodys = Sender(None, ("user.content", "user.name"))
    with Client(configuration.object_store(), everybodys) as client:
        client.put("a", b"words")
        settings.STEWARD_OBJECT_STORE = ""
        client._asking.close()
        with pytest.raises(EgressDenied):
            client.head("a")
    sent, denied = InstallationEgress.objects.filter(purpose="data.keep").order_by("-is_allowed")
    assert (sent.is_allowed, sent.categories, sent.calls) == (True, ["user.content", "user.name"], 1)
    assert (denied.is_allowed, denied.reason_code) == (False, "unknown_host")


@pytest.mark.parametrize("open_for", [conversing.OPEN_FOR, 0.0])
def test_over_a_connection_that_is_open_it_is_decided_again(client, settings, monkeypatch, open_for):
    monkeypatch.setattr(conversing, "OPEN_FOR", open_for)
    client.put("a", b"1")
    settings.STEWARD_OBJECT_STORE = ""
    time.sleep(1.1)
    with pytest.raises(EgressDenied) as denied:
        client.put("c", b"1")
    assert denied.value.reason is Reason.UNKNOWN_HOST


def test_what_an_account_keeps_stands_in_its_own_ledger(bucket, northwind):
    with Client(configuration.object_store(), Sender(northwind.id, ("user.content",))) as client:
        client.put("a", b"secret words")
    with account_scope(northwind.id):
        (row,) = EgressEvent.objects.all()
    assert (row.traffic, row.purpose, row.categories, row.is_allowed) == ("T", "data.keep", ["user.content"], True)
    assert row.bytes > len("secret words")
    assert not any("secret" in str(getattr(row, field.attname)) for field in row._meta.concrete_fields)


def test_no_transaction_waits_for_it(client, northwind):
    client.put("a", b"1")  # also not over a connection that is open
    with account_scope(northwind.id), pytest.raises(InsideTransaction):
        client.head("a")


def test_a_wrong_key_is_said_without_repeating_it(store, settings, bucket):
    settings.STEWARD_OBJECT_STORE = store.url(bucket, secret="wrong")
    with Client(configuration.object_store()) as client, pytest.raises(StoreFault) as fault:
        client.put("a", b"1")
    assert not fault.value.is_passing
    assert "wrong" not in str(fault.value)
    assert store.kept(bucket) == {}


def test_nothing_leaves_for_a_store_that_nobody_set_up(store, settings, bucket):
    stranger = parse_bucket(store.url(bucket))
    settings.STEWARD_OBJECT_STORE = ""
    with Client(stranger) as client, pytest.raises(EgressDenied) as denied:
        client.put("a", b"1")
    assert denied.value.reason is Reason.UNKNOWN_HOST
    assert store.kept(bucket) == {}


def test_a_store_that_is_gone_is_a_passing_fault_and_one_that_comes_back_is_used(client, store):
    client.put("a", b"1")
    store.stop()
    with pytest.raises(StoreFault) as fault:
        client.put("b", b"1")
    assert fault.value.is_passing
    store.start()
    client.put("b", b"2")
    assert client.get("b") == b"2"
