"""What `steward check` says of backups, copies of keys and the ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from steward.backups import places, standing
from steward.backups.key_copies import copy_keys
from steward.backups.making import make_backup
from steward.backups.manifests import made_at
from steward.backups.restoring import Mark, Stage, being_restored, finish
from steward.backups.restoring import _mark as mark
from steward.backups.standing import Layout, troubles
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.erasure.ledger import write_down
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def disks(monkeypatch):
    """Folders that are told to lie on disks of their own: none shares one with another."""
    monkeypatch.setattr(standing, "is_same_disk", lambda one, other: one == other)


@pytest.fixture
def said(settings, tmp_path, place, disks):
    layout = Layout(settings.STEWARD_DATA, tmp_path / "ledger", place)
    return lambda **other: [one.words for one in troubles(replace(layout, **other)) if not one.is_note]


def test_with_everything_in_place_there_is_nothing_to_say(said, source, place, tmp_path, put_clock):
    folder = make_backup(source, place)
    copy_keys(tmp_path / "keys")
    assert said() == []
    put_clock(made_at(folder.name) + timedelta(days=2, seconds=1))
    assert said() == ["The last backup is 2 days old."]


def test_what_is_missing_is_said(said, place, settings):
    first, second, third = said(ledger=None, backups=None)
    assert "STEWARD_LEDGER is not set" in first
    assert "STEWARD_BACKUPS is not set" in second
    assert "The keys were never copied" in third
    assert any("There is no backup in" in words for words in said())


def test_a_second_place_is_on_another_disk(said, settings, tmp_path, place, source):
    make_backup(source, place)
    copy_keys(place)
    words = said(ledger=settings.STEWARD_DATA)
    assert any(each.startswith("STEWARD_LEDGER") and "same disk as the data" in each for each in words)
    assert any("same disk as the backups" in each for each in words)
    assert places.is_same_disk(tmp_path, tmp_path / "not" / "there" / "yet")


def test_a_key_that_is_in_no_copy_is_said(said, source, place, tmp_path, put_clock):
    copy_keys(tmp_path / "keys")
    folder = make_backup(source, place)
    put_clock(made_at(folder.name) + timedelta(seconds=5))
    folder.rename(place / "gone")
    made = make_backup(source, place)
    assert any("does not have those of the last backup" in words for words in said())
    copy_keys(tmp_path / "keys")
    assert made.is_dir()
    assert not any("does not have those of the last backup" in words for words in said())


def test_a_ledger_that_is_not_there_though_somebody_was_erased_is_said(said, source, place, tmp_path, northwind):
    make_backup(source, place)
    copy_keys(tmp_path / "keys")
    with account_scope(northwind.id):
        erasure = Erasure.objects.create(planned_at=now(), started_at=now(), state=Erasure.State.DONE)
    [words] = said()
    assert "is the second place mounted?" in words
    write_down(northwind.id, erasure.id, Extent(tickets=(new_id(),)))
    assert said() == []


def test_what_is_half_restored_serves_nothing(settings, tmp_path):
    mark(tmp_path, "20261122T000000Z-00000000", Stage.DATABASE)
    assert being_restored(tmp_path) == Mark("20261122T000000Z-00000000", Stage.DATABASE)
    [trouble] = standing.unservable(tmp_path)
    assert trouble.is_unservable
    assert "half restored" in trouble.words
    finish(tmp_path)
    assert standing.unservable(tmp_path) == []


def test_a_copy_of_the_keys_that_cannot_be_read_is_said(said, source, place, tmp_path):
    make_backup(source, place)
    copy = copy_keys(tmp_path / "keys")
    copy.write_text("[]")
    assert said() == [
        f"{copy} cannot be read as a copy of keys: keys that were destroyed since may be in it. Delete it."
    ]
