"""Backups in a bucket, of a server of somebody else: made, read back, brought home, and gone on their day."""

import json
import os
import shutil
from datetime import timedelta

import psycopg
import pytest

from steward.backups import places
from steward.backups.dumping import Database
from steward.backups.errors import BackupFault
from steward.backups.expiring import expire, overdue
from steward.backups.looking import last_look, look_at_backups
from steward.backups.making import Source, make_backup
from steward.backups.manifests import KEPT, backups_in, trusted
from steward.backups.places import place_of
from steward.backups.restoring import restore_files
from steward.backups.standing import Layout, last_backup, troubles
from steward.backups.verifying import verify
from steward.events.actions import record
from steward.events.chain import Why
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.operator import health
from steward.privacy.audit import anchors, carrying, queries
from steward.privacy.audit.queries import why_not_carried
from steward.privacy.audit.upkeep import anchor_everywhere
from steward.privacy.audit.verifying import verify as verify_chain
from steward.privacy.egress import configuration, wall
from steward.privacy.egress.early import without_a_database
from steward.privacy.egress.ledger import flush_lookups
from steward.privacy.egress.models import InstallationEgress
from steward.privacy.egress.s3 import client as clients
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.keys.store import kept_backup_keys
from steward.project.postgres import binaries
from steward.tenancy.scope import account_scope
from steward.testing.cast import NOON
from steward.testing.environment import database_name, login
from steward.testing.s3 import StoreServer, forget_questions
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "Qzyxwv-marker"


@pytest.fixture(scope="module")
def store():
    with wall.allow_child("the S3 server of tests"):
        made = StoreServer()
        yield made
        made.remove()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(clients, "PAUSES", (0.0, 0.0))
    forget_questions()
    yield
    forget_questions()


@pytest.fixture
def name(request):
    return f"b{abs(hash(request.node.name)) % 10**12}"


@pytest.fixture
def place(store, settings, name):
    settings.STEWARD_EGRESS_ALLOW = [store.place]
    settings.STEWARD_BACKUPS = store.url(name, "night")
    return place_of(settings.STEWARD_BACKUPS)


@pytest.fixture
def lived_in(northwind, eli):
    with account_scope(northwind.id):
        return make_ticket(eli, subject=MARKER, attachments=[NewAttachment("a.txt", MARKER.encode(), "text/plain")])


def test_it_holds_what_was_there_and_tells_nothing(lived_in, source, place, store, name, monkeypatch):
    folder = make_backup(source, place)
    kept = store.kept(name)
    parts = {f"night/{folder.name}/{part}" for part in ("database", "files", "manifest.json")}
    assert set(kept) == {*parts, "night/steward-backups.json"}
    assert all(MARKER.encode() not in content for content in kept.values())
    manifest = verify(folder, source.database)
    assert manifest.rows["public.tickets_ticket"] == 1
    assert list(backups_in(place)) == [folder]
    assert last_backup(place) is not None
    assert overdue(place) == []
    assert health._backup().tone == "warn", "no page asks"
    look_at_backups()
    with monkeypatch.context() as patch:
        patch.setattr(clients.Client, "_answered", lambda *_given: pytest.fail("a page waits for the bucket"))
        assert health._backup().tone == "ok"
        assert "As of" in health._backup().items[0]
    flush_lookups()
    rows = InstallationEgress.objects.filter(purpose="data.keep")
    assert {(row.traffic, row.is_allowed, row.host) for row in rows} == {("T", True, "127.0.0.1")}
    assert sum(row.bytes for row in rows) > sum(map(len, kept.values()))


def test_its_files_come_back_from_there_into_an_empty_place(lived_in, source, place, tmp_path):
    folder = make_backup(source, place)
    (tmp_path / "new").mkdir()
    flush_lookups()
    InstallationEgress.objects.all().delete()
    with without_a_database() as early:
        restore_files(folder, tmp_path / "new", tmp_path / "new" / "files")
        assert not InstallationEgress.objects.exists()
        early.settle()
    flush_lookups()
    assert InstallationEgress.objects.filter(purpose="data.keep", is_allowed=True).exists()
    there, here = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
                   for f in (source.files, tmp_path / "new" / "files"))  # fmt: skip
    assert here == there != {}


def test_it_goes_on_its_day_with_its_key_and_what_was_interrupted_goes_too(
    lived_in, source, place, store, name, put_clock
):
    put_clock(NOON)
    folder = make_backup(source, place)
    draft = place / folder.name.replace("120000Z", "115959Z")
    (draft / "database").write_bytes(b"half")
    assert list(backups_in(place)) == [folder]
    put_clock(NOON + timedelta(days=1))
    assert [words.partition(" ")[2] for words in overdue(place)] == ["was left by a backup that was interrupted."]
    assert expire(place) == [draft.name]
    put_clock(NOON + KEPT)
    assert len(overdue(place)) == 2
    assert expire(place) == [folder.name]
    assert kept_backup_keys() == []
    assert set(store.kept(name)) == {"night/steward-backups.json"}
    assert overdue(place) == []


def test_what_cannot_be_made_leaves_nothing(lived_in, source, place, store, name):
    blind = Database(login("app", database_name()), binaries())
    with pytest.raises(BackupFault, match="would not see all rows"):
        make_backup(Source(blind, source.files), place)
    assert set(store.kept(name)) == {"night/steward-backups.json"}
    assert kept_backup_keys() == []


def test_what_was_changed_is_found(lived_in, source, place, store, name):
    folder = make_backup(source, place)
    (folder / "files").write_bytes(store.kept(name)[f"night/{folder.name}/files"][:-1])
    with pytest.raises(BackupFault, match="is not what was written"):
        verify(folder, source.database)
    manifest = folder / "manifest.json"
    manifest.write_bytes(json.dumps(json.loads(manifest.read_bytes()) | {"files": 99}).encode())
    with pytest.raises(BackupFault, match="was changed"):
        trusted(folder)


def test_it_belongs_to_one_region(lived_in, source, place):
    places.claim(place, "eu")
    places.claim(place, "eu")
    with pytest.raises(BackupFault, match="nothing of a region is kept outside it"):
        places.claim(place, "us")


def test_long_parts_are_sent_in_pieces_and_never_held_as_a_whole(source, place, store, name, monkeypatch):
    monkeypatch.setattr("steward.backups.remote.PART", 5 << 20)
    content = os.urandom(11 << 20)
    with (place / "long").written() as upload:
        for start in range(0, len(content), 1 << 16):
            upload.write(content[start : start + (1 << 16)])
            assert len(upload._held) <= (5 << 20) + (1 << 16)
    assert store.kept(name)["night/long"] == content


def test_a_part_that_fails_beside_stops_whoever_writes_and_leaves_nothing(source, place, store, name, monkeypatch):
    monkeypatch.setattr("steward.backups.remote.PART", 5 << 20)
    real = clients.Client.send_part

    def fails(self, key, upload, number, content):
        if number == 2:
            raise StoreFault("no room is left")
        return real(self, key, upload, number, content)

    monkeypatch.setattr(clients.Client, "send_part", fails)
    with pytest.raises(BackupFault, match="no room is left"), (place / "long").written() as upload:
        for _ in range(100):
            upload.write(bytes(1 << 20))
    assert upload.size < 100 << 20, "it stops early"
    assert store.kept(name) == {}
    assert place.begun() == {}


@pytest.fixture
def _no_note(settings):
    yield
    (settings.STEWARD_DATA / carrying.NOTE).unlink(missing_ok=True)


@pytest.mark.usefixtures("_no_note")
def test_anchors_of_the_audit_are_added_there_and_missed_from_there(
    northwind, place, store, name, settings, monkeypatch
):
    day = f"{now():%Y-%m-%d}"  # a server refuses what was signed at another time than its own
    anchor_everywhere()
    [first] = (key for key in store.kept(name) if "anchors" in key)
    assert first == f"night/anchors/{day}/000000000000.jsonl"
    with account_scope(northwind.id):
        record("account.changed", northwind, actor=SYSTEM)
    anchor_everywhere()
    assert carrying.carry_anchors() == 0, "nothing is new"
    kept = sorted((key, text) for key, text in store.kept(name).items() if "anchors" in key)
    assert len(kept) == 2, "what is there is not written again"
    assert b"".join(text for _, text in kept) == (anchors.folder() / f"{day}.jsonl").read_bytes()
    # Whoever has this machine cuts off the end of the chain, and takes the anchors here with it.
    shutil.rmtree(anchors.folder())
    with psycopg.connect(login("owner", database_name())) as owner:
        mine = f"account_id = '{northwind.id}'"
        last = f"(SELECT max(position) FROM events_event WHERE {mine})"
        owner.execute(f"DELETE FROM audit_verification WHERE {mine}")
        owner.execute(f"DELETE FROM events_event WHERE {mine} AND position = {last}")
        owner.execute(
            "UPDATE events_eventclock c SET (position, chain) = (SELECT position, chain FROM events_event e"
            f" WHERE e.{mine} ORDER BY position DESC LIMIT 1) WHERE {mine}"
        )
    assert verify_chain(northwind.id, is_whole=True).first is None, "here is nothing to hold against it"
    carried = carrying.carried_anchors()[str(northwind.id)]
    assert verify_chain(northwind.id, is_whole=True, carried=carried).first.why is Why.CUT
    monkeypatch.setattr(carrying, "KEPT", timedelta(days=-1))
    assert carrying.carried_anchors() == {}, "past days are asked no more"
    assert carrying.forget_carried() == 2
    settings.STEWARD_EGRESS_ALLOW = ["127.0.0.1:9"]
    settings.STEWARD_BACKUPS = "s3://k:hidden@127.0.0.1:9/backups"
    anchor_everywhere()
    fault = carrying.carried_last().fault
    assert "127.0.0.1:9" in fault
    assert "hidden" not in fault
    assert why_not_carried() == "", "it went well lately"
    monkeypatch.setattr(queries, "NOT_LATER_THAN", timedelta())
    assert why_not_carried() == fault
    with pytest.raises(carrying.NotReached, match=r"127\.0\.0\.1:9"):
        carrying.carried_anchors()


def test_a_bucket_that_does_not_answer_is_said(place, settings, tmp_path):
    settings.STEWARD_EGRESS_ALLOW = ["127.0.0.1:9"]
    settings.STEWARD_BACKUPS = "s3://k:hidden@127.0.0.1:9/backups"
    gone = place_of(settings.STEWARD_BACKUPS)
    said = [one.words for one in troubles(Layout(tmp_path, None, gone, configuration.backups()))]
    assert any("127.0.0.1:9/backups" in words and "does not do" in words for words in said)
    assert any("is the bucket of the files" in words for words in said)
    assert not any("hidden" in words for words in said)
    look_at_backups()
    seen = last_look(gone)
    assert "does not do" in seen.fault
    assert "hidden" not in seen.fault + seen.place
    assert (health._backup().tone, health._backup().words) == ("bad", seen.fault)
