"""Files in a bucket, of a server of somebody else: here first, there soon, read from there, and gone from both."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage

from steward.backups.packing import pack, unpack
from steward.files import carrying
from steward.files.actions import NewFile, read_file, store_files
from steward.files.carrying import carry_files, late
from steward.files.erasing import Files
from steward.files.models import File
from steward.files.storage import BucketStore, bucket_store
from steward.files.upkeep import remove_unknown_files
from steward.lib.clock import now
from steward.privacy.egress import configuration, wall
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.s3 import client as clients
from steward.privacy.egress.s3.errors import StoreFault
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.s3 import StoreServer, forget_questions

pytestmark = pytest.mark.django_db(transaction=True)
LATER = carrying.COPY_KEPT + timedelta(minutes=1)


@pytest.fixture(scope="module")
def store():
    with wall.allow_child("the S3 server of tests"):
        made = StoreServer()
        yield made
        made.remove()


@pytest.fixture(autouse=True)
def bucket(store, settings, request, tmp_path, monkeypatch):
    """A bucket of its own, and a folder of its own for what is not there yet."""
    monkeypatch.setattr(clients, "PAUSES", (0.0, 0.0))
    moment = datetime.now(UTC)
    monkeypatch.setattr(clients, "machine_now", lambda: moment)  # a signature of another day is refused
    name = f"b{abs(hash(request.node.name)) % 10**12}"
    settings.STEWARD_EGRESS_ALLOW = [store.place]
    settings.STEWARD_OBJECT_STORE = store.url(name)
    options = {"location": tmp_path / "files", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    backend = {"BACKEND": "steward.files.storage.BucketStore", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield name
    forget_questions()


def kept(account: Account, content: bytes = b"words of a customer") -> File:
    with account_scope(account.id):
        [file] = store_files([NewFile(content, "text/plain")])
    return file


def here(file: File) -> Path:
    return Path(default_storage.path(file.storage_key))


def content_of(file: File) -> bytes:
    return b"".join(read_file(file))


@pytest.mark.parametrize("size", [0, 19, 9 << 20])
def test_it_is_here_first_then_there_then_only_there_and_can_always_be_read(northwind, store, bucket, size):
    content = os.urandom(size)
    file = kept(northwind, content)
    assert store.kept(bucket) == {}
    assert content_of(file) == content
    assert carry_files() == 1
    assert set(store.kept(bucket)) == {file.storage_key}
    assert content not in store.kept(bucket)[file.storage_key] or not content
    assert stat.S_IMODE(here(file).stat().st_mode) == 0o400
    assert carry_files() == 0
    with time_machine.travel(now() + LATER):
        assert carry_files() == 0
    assert not here(file).exists()
    assert content_of(file) == content
    with account_scope(northwind.id):
        (row,) = EgressEvent.objects.filter(purpose="data.keep")
    assert (row.traffic, row.is_allowed, row.categories) == ("T", True, ["user.content"])
    assert row.bytes > size


def test_nothing_is_written_into_a_bucket_before_its_row_is_there(northwind, store, bucket):
    with account_scope(northwind.id):
        store_files([NewFile(b"not committed yet")])
        (path,) = (path for path in Path(default_storage.location).rglob("*") if path.is_file())
        half = path.with_name("f" * 32)
        half.write_bytes(b"half")
    half.unlink()
    orphan = path.with_name("e" * 32)
    orphan.write_bytes(b"nobody names this")
    assert carry_files() == 1
    assert orphan.exists()
    assert len(store.kept(bucket)) == 1


def test_while_the_store_is_gone_nothing_is_refused_or_lost(northwind, store, bucket, caplog):
    first = kept(northwind, b"first")
    carry_files()
    with time_machine.travel(now() + LATER):
        carry_files()
    store.stop()
    second = kept(northwind, b"second")
    assert carry_files() == 0
    assert "wait on this machine" in caplog.text
    assert late() == 0
    with time_machine.travel(now() + carrying.LATE + timedelta(minutes=1)):
        assert late() == 1
    assert content_of(second) == b"second"
    with pytest.raises(StoreFault):
        content_of(first)
    store.start()
    assert carry_files() == 1
    assert content_of(first) == b"first"
    assert set(store.kept(bucket)) == {first.storage_key, second.storage_key}


def test_a_file_that_was_cut_off_by_a_power_cut_is_carried_nowhere(northwind, store, bucket):
    file = kept(northwind)
    here(file).write_bytes(here(file).read_bytes()[:-3])
    assert carry_files() == 0
    assert store.kept(bucket) == {}


@pytest.mark.parametrize("is_carried", [False, True])
def test_erasure_reads_back_that_it_is_gone_from_both(northwind, store, bucket, is_carried):
    file, other = kept(northwind), kept(northwind)
    if is_carried:
        carry_files()
    files = Files("files", lambda extent: File.objects.filter(pk=file.pk))
    with account_scope(northwind.id):
        found = files.find(None)
        assert files.erase(found, None) == 1
    files.settle(found)
    with account_scope(northwind.id):
        assert files.left(found, None) == 0
    assert not here(file).exists()
    assert set(store.kept(bucket)) == ({other.storage_key} if is_carried else set())


def test_a_store_that_keeps_what_it_should_delete_is_found_out(northwind, monkeypatch):
    file = kept(northwind)
    carry_files()
    monkeypatch.setattr(clients.Client, "delete", lambda *_: None)
    with pytest.raises(StoreFault, match="does not delete"):
        Files("files", lambda extent: File.objects.all()).settle([file.storage_key])


def test_what_is_deleted_while_it_is_carried_does_not_stay_there(northwind, store, bucket, monkeypatch):
    file, carry = kept(northwind), BucketStore.carry

    def meanwhile(self, name, client):
        carry(self, name, client)
        with account_scope(northwind.id):
            File.objects.all().delete()

    monkeypatch.setattr(BucketStore, "carry", meanwhile)
    assert carry_files() == 0
    assert store.kept(bucket) == {}
    assert not here(file).exists()


def test_what_is_deleted_in_a_transaction_goes_when_that_is_committed(northwind, store, bucket):
    file = kept(northwind)
    carry_files()
    with account_scope(northwind.id):
        default_storage.delete(file.storage_key)
        assert set(store.kept(bucket)) == {file.storage_key}
        assert here(file).exists()
    assert store.kept(bucket) == {}
    assert not here(file).exists()


def test_a_deletion_while_the_store_is_gone_is_made_good_in_the_night(northwind, store, bucket, caplog):
    file = kept(northwind)
    carry_files()
    with account_scope(northwind.id):
        File.objects.all().delete()
    store.stop()
    default_storage.delete(file.storage_key)
    assert "until tonight" in caplog.text
    store.start()
    with time_machine.travel(now() + timedelta(days=2)):
        assert remove_unknown_files() == 1
    assert store.kept(bucket) == {}


def test_what_no_row_knows_goes_from_the_bucket_after_a_day(northwind, store, bucket):
    file, gone = kept(northwind), kept(northwind)
    carry_files()
    with account_scope(northwind.id):
        File.objects.filter(pk=gone.pk).delete()
    assert remove_unknown_files() == 0
    with time_machine.travel(now() + timedelta(days=2)):
        carry_files()
        assert remove_unknown_files() == 1
    assert set(store.kept(bucket)) == {file.storage_key}


def test_no_transaction_waits_for_the_bucket_and_what_one_needs_can_be_brought(northwind):
    file = kept(northwind)
    carry_files()
    with time_machine.travel(now() + LATER):
        carry_files()
    bucket_store().bring(file.storage_key)
    with account_scope(northwind.id):
        assert content_of(file) == b"words of a customer"
    with time_machine.travel(now() + LATER):
        carry_files()
    assert not here(file).exists()
    with account_scope(northwind.id):  # who did not bring it waits for it
        assert content_of(file) == b"words of a customer"


def test_a_backup_has_what_is_here_and_what_is_there(northwind, store, bucket, tmp_path):
    there, both, only_here = kept(northwind, b"there"), kept(northwind, b"both"), kept(northwind, b"here")
    carry_files()
    here(there).unlink()
    here(only_here).chmod(0o600)
    packed = tmp_path / "packed"
    with packed.open("wb") as target:
        assert pack(Path(default_storage.location), target, configuration.object_store()) == 3
    with packed.open("rb") as source:
        assert unpack(source, tmp_path / "back") == 3
    back = {
        str(p.relative_to(tmp_path / "back")): p.read_bytes() for p in (tmp_path / "back").rglob("*") if p.is_file()
    }
    assert back == {file.storage_key: store.kept(bucket)[file.storage_key] for file in (there, both, only_here)}


def test_two_who_want_it_here_at_the_same_moment_both_get_it(northwind):
    file, opened = kept(northwind, b"a picture"), BucketStore.open
    carry_files()
    default_storage.let_go(file.storage_key)
    begun = []

    class Slow:
        def __init__(self, stored):
            self.stored = stored

        def read(self, size):
            if len(begun) == 1:
                default_storage.bring(file.storage_key)  # somebody else, before this one has read anything
            return self.stored.read(size)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.stored.close()

    def slow(self, name, mode="rb"):
        begun.append(name)
        return Slow(opened(self, name, mode))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BucketStore, "open", slow)
        default_storage.bring(file.storage_key)
    assert content_of(file) == b"a picture"
    assert [path.name for path in here(file).parent.iterdir()] == [here(file).name]
