"""Keys are copied without the master key, live seven days, and come back only where they are missing."""

from datetime import timedelta

import pytest

from steward.backups.errors import BackupFault
from steward.backups.key_copies import KEPT, copy_keys, expire_copies, last_copy, past_copies, put_back
from steward.lib.ids import new_id
from steward.privacy.keys import store
from steward.privacy.keys.errors import KeyMissing
from steward.project.commands import backup
from steward.testing.cast import NOON


@pytest.fixture
def keys(tmp_path, settings, stop_clock):
    stop_clock(NOON)
    settings.STEWARD_DATA, settings.STEWARD_MASTER_KEY = tmp_path / "data", ""
    store.set_up_keys()
    account = new_id()
    store.create_account_key(account)
    return account


def test_a_copy_opens_elsewhere_with_the_same_master_key_only(keys, tmp_path, settings):
    key, master = store.account_key(keys), (store.key_folder() / "master.key").read_bytes()
    copy = copy_keys(tmp_path / "copies")
    assert master.strip() not in copy.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    settings.STEWARD_DATA = tmp_path / "new"
    assert put_back(copy) == 2
    with pytest.raises(KeyMissing):
        store.account_key(keys)
    (store.key_folder() / "master.key").write_bytes(master)
    (store.key_folder() / "master.key").chmod(0o600)
    assert store.account_key(keys) == key
    assert put_back(copy) == 0


def test_it_lives_seven_days_to_the_second(keys, tmp_path, stop_clock):
    copy = copy_keys(tmp_path / "copies")
    assert last_copy() == (NOON, tmp_path / "copies")
    stop_clock(NOON + KEPT - timedelta(seconds=1))
    assert past_copies(tmp_path / "copies") == []
    stop_clock(NOON + KEPT)
    with pytest.raises(BackupFault, match="older than 7 days"):
        put_back(copy)
    assert expire_copies() == [copy]  # where the last one went
    assert not copy.exists()


def test_who_expires_backups_by_hand_expires_copies_of_keys_too(keys, tmp_path, stop_clock, capsys):
    copy = copy_keys(tmp_path / "copies")
    stop_clock(NOON + KEPT)
    assert backup.main(["expire", "--to", str(tmp_path / "backups")]) == 0
    assert not copy.exists()
    assert copy.name in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{}", '{"form": 1, "keys": {"../x": {}, "installation": {}}}'])
def test_what_is_no_copy_is_refused(keys, tmp_path, content):
    copy = copy_keys(tmp_path / "copies")
    copy.write_text(content)
    with pytest.raises(BackupFault, match="cannot be read"):
        put_back(copy)
