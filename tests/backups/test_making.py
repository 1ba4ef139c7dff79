"""A backup holds what was there, tells nothing, and is read back; whatever is wrong with it is found."""

import json
from datetime import timedelta

import pytest

from steward.backups import making
from steward.backups.containers import reading
from steward.backups.drills import last_read
from steward.backups.dumping import Database, rows_in
from steward.backups.errors import BackupFault
from steward.backups.expiring import expire, overdue
from steward.backups.making import Source, make_backup
from steward.backups.manifests import KEPT, backups_in, made_at, read_manifest, trusted
from steward.backups.verifying import verify
from steward.privacy.keys.errors import KeyMissing, Tampered
from steward.privacy.keys.store import kept_backup_keys
from steward.project.commands import backup
from steward.project.postgres import binaries
from steward.tenancy.scope import account_scope
from steward.testing.environment import database_name, login
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

with_commits = pytest.mark.django_db(transaction=True)
MARKER = "Qzyxwv-marker"


@pytest.fixture
def lived_in(northwind, eli):
    with account_scope(northwind.id):
        return make_ticket(eli, subject=MARKER, attachments=[NewAttachment("a.txt", MARKER.encode(), "text/plain")])


def changed(folder, name, spoil):
    path = folder / name
    path.write_bytes(spoil(path.read_bytes()))


@with_commits
def test_it_holds_what_was_there_and_tells_nothing(lived_in, source, place):
    folder = make_backup(source, place)
    manifest = verify(folder, source.database)
    assert manifest.rows["public.tickets_ticket"] == 1
    assert manifest.files == sum(path.is_file() for path in source.files.rglob("*")) >= 1
    assert (manifest.region, manifest.data_centre) == ("eu", "fra-1")
    assert made_at(manifest.name) + KEPT == manifest.expires
    assert {path.name for path in folder.iterdir()} == {"database", "files", "manifest.json"}
    assert all(MARKER.encode() not in path.read_bytes() for path in folder.iterdir())
    assert list(backups_in(place)) == [folder]


@with_commits
def test_that_one_was_read_back_is_noted_and_that_one_could_not_be(lived_in, source, place):
    folder = make_backup(source, place)
    arguments = ["check", "--to", str(place)]
    assert backup.main(arguments) == 0
    read = last_read()
    assert (read.backup, read.is_good) == (folder.name, True)
    changed(folder, "files", lambda content: content[:-1])
    assert backup.main(arguments) == 1
    assert not last_read().is_good


@with_commits
def test_a_login_that_would_see_nothing_is_refused(lived_in, source, place):
    """The trap: pg_dump as the application succeeds, and the dump is empty."""
    blind = Database(login("app", database_name()), binaries())
    with pytest.raises(BackupFault, match=r"would not see all rows of .*tickets_ticket"):
        make_backup(Source(blind, source.files), place)
    assert list(backups_in(place)) == []
    assert kept_backup_keys() == []


@with_commits
def test_rows_that_did_not_come_out_are_missed(lived_in, source, place, monkeypatch):
    monkeypatch.setattr(making, "rows_in", lambda *given: rows_in(*given) | {"public.tickets_ticket": 0})
    with pytest.raises(BackupFault, match="has 0 rows instead of 1"):
        make_backup(source, place)
    assert list(place.iterdir()) == [place / "steward-backups.json"]
    assert kept_backup_keys() == []


@with_commits
@pytest.mark.parametrize("part", ["database", "files"])
@pytest.mark.parametrize("spoil", [lambda it: it[:-1], lambda it: it[:-40], lambda it: it[:99] + b"\1" + it[100:]])
def test_what_was_changed_is_found_by_digest_and_by_the_cipher(lived_in, source, place, part, spoil):
    folder = make_backup(source, place)
    changed(folder, part, spoil)
    with pytest.raises(BackupFault, match="is not what was written"):
        verify(folder, source.database)
    _, key = trusted(folder)
    with pytest.raises(Tampered), reading(folder / part, backup=folder.name, key=key) as chunks:
        list(chunks)


@with_commits
def test_parts_cannot_change_places(lived_in, source, place):
    folder = make_backup(source, place)
    (folder / "database").replace(folder / "files")
    _, key = trusted(folder)
    with pytest.raises(Tampered), reading(folder / "files", backup=folder.name, key=key) as chunks:
        list(chunks)


@with_commits
def test_a_manifest_that_promises_more_time_is_found_and_not_believed(lived_in, source, place, put_clock):
    folder = make_backup(source, place)
    later = json.loads((folder / "manifest.json").read_text()) | {"expires_at": "2999-01-01T00:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(later))
    with pytest.raises(BackupFault, match="was changed"):
        verify(folder, source.database)
    put_clock(made_at(folder.name) + KEPT)
    assert expire(place) == [folder.name]


@with_commits
def test_it_is_gone_to_the_second_and_its_key_before_it(lived_in, source, place, put_clock, tmp_path):
    folder = make_backup(source, place)
    copy = tmp_path / "elsewhere" / folder.name
    copy.parent.mkdir()
    end = made_at(folder.name) + KEPT
    put_clock(end - timedelta(seconds=1))
    assert (expire(place), overdue(place)) == ([], [])
    put_clock(end)
    assert len(overdue(place)) == 2  # the folder, and the key
    folder.rename(copy)  # what was taken elsewhere
    assert expire(place) == [folder.name]
    assert (overdue(place), kept_backup_keys()) == ([], [])
    with pytest.raises(KeyMissing):
        trusted(copy)


@with_commits
def test_what_a_killed_backup_leaves_goes_after_a_day(source, place, put_clock, monkeypatch):
    folder = make_backup(source, place)
    draft = folder.rename(place / f".{folder.name}.part")
    assert expire(place) == []  # it may be running
    put_clock(made_at(folder.name) + timedelta(days=1))
    assert len(overdue(place)) == 1
    assert expire(place) == [folder.name]
    assert not draft.exists()
    assert kept_backup_keys() == []


@with_commits
def test_a_place_belongs_to_one_region(source, place):
    make_backup(source, place)
    other = Source(source.database, source.files, region="us", data_centre="iad-1")
    with pytest.raises(BackupFault, match="holds backups of region “eu”, and this is region “us”"):
        make_backup(other, place)
    folder = next(backups_in(place))
    assert read_manifest(folder).region == "eu"
    changed(place, "steward-backups.json", lambda it: it.replace(b"eu", b"us"))
    assert any("a backup of region “eu” in a folder of region “us”" in words for words in overdue(place))
