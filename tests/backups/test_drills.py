"""A backup is brought back as a trial: all of it is counted, nothing of it stays, and what came of it is kept."""

import os
from shutil import rmtree
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings as configured

from steward.backups.drills import NOTE, SCRATCH, last_read, last_restored
from steward.backups.making import make_backup
from steward.backups.packing import unpack
from steward.lib.clock import now
from steward.privacy.keys.store import destroy_account_key, key_folder
from steward.project import rehearsing
from steward.project.commands import backup
from steward.project.failure import Failure
from steward.project.postgres import binaries
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.environment import database_name, maintenance
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files_of_this_test_only():
    """Tests before have left some, of accounts of the same ids with other keys."""
    for folder in (configured.STEWARD_DATA / "files").glob("*"):
        rmtree(folder)


@pytest.fixture
def lived_in(northwind, eli):
    with account_scope(northwind.id):
        return make_ticket(eli, attachments=[NewAttachment("a.txt", b"four lamps", "text/plain")])


@pytest.fixture(autouse=True)
def _may_make_databases(monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", maintenance(database_name()))
    monkeypatch.setenv("PATH", os.pathsep.join((str(binaries()), os.environ["PATH"])))  # as new as that server


@pytest.fixture
def drill(place):
    return lambda *name: backup.main(["drill", *name, "--to", str(place)])


def databases():
    with psycopg.connect(maintenance()) as connection:
        found = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    return {name for name in found if name.startswith(database_name())}


def test_the_newest_is_brought_back_counted_and_removed(lived_in, source, place, drill, settings, capsys, monkeypatch):
    folder = make_backup(source, place)
    before = databases()
    (settings.STEWARD_DATA / SCRATCH).mkdir()
    (settings.STEWARD_DATA / SCRATCH / "left by one that was killed").touch()
    with psycopg.connect(maintenance(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database_name()}_drill"')

    def removed(path):
        assert f"{database_name()}_drill" not in databases(), "the folder tells of it, and goes last"
        rmtree(path)

    monkeypatch.setattr(rehearsing, "shutil", SimpleNamespace(rmtree=removed))
    assert drill() == 0
    kept = last_restored()
    assert (kept.backup, kept.is_good, last_read()) == (folder.name, True, None)
    assert kept.counted.rows > 100
    assert kept.counted.files == kept.counted.opened >= 1
    assert kept.counted.seconds >= 1
    assert f"{kept.counted.rows} rows" in capsys.readouterr().out
    assert databases() == before
    assert not (settings.STEWARD_DATA / SCRATCH).exists()


def test_what_was_interrupted_is_cleared_away_by_the_next_backup(lived_in, place, settings, source, ledger):
    left, scratch = f"{database_name()}_drill", settings.STEWARD_DATA / SCRATCH
    with psycopg.connect(maintenance(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{left}"')
    scratch.mkdir()
    assert backup.main(["--to", str(place)]) == 0
    assert left not in databases()
    assert not scratch.exists()


def test_a_database_of_that_name_that_no_trial_has_made_stays(lived_in, place, drill, settings, source):
    make_backup(source, place)
    theirs = f"{database_name()}_drill"
    with psycopg.connect(maintenance(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{theirs}"')
    try:
        with psycopg.connect(maintenance(theirs)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        with pytest.raises(Failure, match="that no trial of a backup has made"):
            drill()
        assert theirs in databases()
        assert not (settings.STEWARD_DATA / SCRATCH).exists()
        with psycopg.connect(maintenance(), autocommit=True) as connection:
            connection.execute(f"COMMENT ON DATABASE \"{theirs}\" IS 'steward backup drill'")
        assert drill() == 0, "one that a trial has left, filled in part"
        assert theirs not in databases()
    finally:
        with psycopg.connect(maintenance(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{theirs}"')


def test_an_account_that_is_deleted_while_it_runs_is_not_missed(lived_in, source, place, drill, northwind, monkeypatch):
    make_backup(source, place)
    key = key_folder() / f"{northwind.id}.key"
    kept = key.read_bytes()

    def unpacked(*given):
        Account.objects.filter(pk=northwind.pk).update(departing_since=now())
        destroy_account_key(northwind.id)
        return unpack(*given)

    monkeypatch.setattr("steward.backups.rehearsing.unpack", unpacked)
    try:
        assert drill() == 0
    finally:
        key.write_bytes(kept)
    assert last_restored().counted.opened < last_restored().counted.files


def test_what_cannot_be_brought_back_is_kept_as_that(lived_in, source, place, drill, settings, northwind):
    folder = make_backup(source, place)
    before = databases()
    key = key_folder() / f"{northwind.id}.key"
    kept = key.read_bytes()
    destroy_account_key(northwind.id)
    with pytest.raises(Failure, match="could not be brought back"):
        drill(folder.name)
    assert not last_restored().is_good
    Account.objects.filter(pk=northwind.pk).update(departing_since=now())
    assert drill() == 0, "a key that was destroyed with its account is not missed"
    assert last_restored().counted.opened < last_restored().counted.files
    key.write_bytes(kept)  # others need it, and no rollback brings it back
    (folder / "database").write_bytes((folder / "database").read_bytes()[:-40])
    with pytest.raises(Failure):
        drill()
    assert not last_restored().is_good
    assert databases() == before
    assert not (settings.STEWARD_DATA / SCRATCH).exists()


def test_a_note_of_another_kind_is_none(settings):
    (settings.STEWARD_DATA / NOTE).write_text('{"restored": {"at": "yesterday", "backup": "x", "is_good": true}}')
    assert last_restored() is None
    (settings.STEWARD_DATA / NOTE).write_text("[]")
    assert last_restored() is None
