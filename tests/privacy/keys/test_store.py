"""The key files: what they look like on disk, who may read them, and what destroying one means."""

import base64
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.ids import new_id
from steward.privacy.keys import cipher, store
from steward.privacy.keys.errors import KeyMissing, Tampered, UnsafeMasterKey
from steward.privacy.keys.master import parse_master_key

NEW_MASTER = b"n" * 32


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def master_of(folder: Path) -> bytes:
    return parse_master_key((folder / "master.key").read_text())


def test_the_folder_and_its_files_are_for_the_owner_alone(keys: Path, account: UUID) -> None:
    assert mode_of(keys) == 0o700
    assert {mode_of(path) for path in keys.iterdir()} == {0o600}
    assert sorted(path.name for path in keys.iterdir()) == sorted([f"{account}.key", "installation.key", "master.key"])


def test_a_key_file_holds_nothing_in_clear(keys: Path, account: UUID) -> None:
    text = (keys / f"{account}.key").read_bytes()
    assert set(json.loads(text)) == {"version", "master", "nonce", "key", "created"}
    assert base64.b64encode(store.account_key(account)) not in text


def test_set_up_and_creation_can_be_repeated(keys: Path, account: UUID) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    store.set_up_keys()
    store.create_account_key(account)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_each_account_has_its_own_key(keys: Path, account: UUID) -> None:
    other = new_id()
    store.create_account_key(other)
    assert len({store.account_key(account), store.account_key(other), store.installation_key()}) == 3
    assert len(store.account_key(account)) == 32


def test_a_destroyed_key_stops_working_at_once(keys: Path, account: UUID) -> None:
    blob = cipher.encrypt(account, b"x", context="c")
    store.destroy_account_key(account)
    store.destroy_account_key(account)
    with pytest.raises(KeyMissing):
        cipher.decrypt(account, blob, context="c")
    assert not (keys / f"{account}.key").exists()


def test_a_key_destroyed_by_another_process_stops_working_here(
    keys: Path, account: UUID, child_processes: None
) -> None:
    store.account_key(account)
    subprocess.run([sys.executable, "-c", f"import os; os.unlink({str(keys / f'{account}.key')!r})"], check=True)
    with pytest.raises(KeyMissing):
        store.account_key(account)


def test_the_wrapped_key_is_overwritten_before_its_file_goes(keys: Path, account: UUID) -> None:
    path = keys / f"{account}.key"
    kept = keys.parent / "kept"
    os.link(path, kept)  # a second name for the same bytes on disk
    store.destroy_account_key(account)
    assert set(kept.read_bytes()) == {0}


def test_clear_keys_do_not_stay_in_memory(keys: Path, account: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    other = new_id()
    store.create_account_key(other)
    store.account_key(account)
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    store.account_key(other)
    assert store._path(str(account)) not in store._unwrapped._entries
    assert store.account_key(account)


def test_a_key_that_was_never_made_is_missing(keys: Path) -> None:
    with pytest.raises(KeyMissing):
        store.account_key(new_id())


def test_a_key_file_does_not_open_under_another_account(keys: Path, account: UUID) -> None:
    other = new_id()
    (keys / f"{account}.key").rename(keys / f"{other}.key")
    with pytest.raises(Tampered):
        store.account_key(other)


@pytest.mark.parametrize("part", ["nonce", "key"])
def test_a_changed_key_file_is_noticed(keys: Path, account: UUID, part: str) -> None:
    path = keys / f"{account}.key"
    entry = json.loads(path.read_text())
    raw = bytearray(base64.b64decode(entry[part]))
    raw[0] ^= 1
    path.write_text(json.dumps(entry | {part: base64.b64encode(raw).decode()}))
    with pytest.raises(Tampered):
        store.account_key(account)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\0" * 200, b'{"version": 2}', b"\xff\xfe"])
def test_a_file_that_is_no_key_file_is_noticed(keys: Path, account: UUID, content: bytes) -> None:
    (keys / f"{account}.key").write_bytes(content)
    with pytest.raises(Tampered):
        store.account_key(account)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o666])
def test_a_master_key_that_others_can_use_is_refused(keys: Path, account: UUID, mode: int) -> None:
    (keys / "master.key").chmod(mode)
    with pytest.raises(UnsafeMasterKey):
        store.account_key(account)


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"k" * 31).decode(), "!" * 44])
def test_a_malformed_master_key_is_refused(text: str) -> None:
    with pytest.raises(UnsafeMasterKey):
        parse_master_key(text)


def test_a_lost_master_key_is_never_replaced_in_silence(keys: Path, account: UUID) -> None:
    (keys / "master.key").unlink()
    with pytest.raises(KeyMissing):
        store.set_up_keys()
    with pytest.raises(KeyMissing):
        store.account_key(account)


def test_the_master_key_can_come_from_the_environment(keys: Path, account: UUID, settings: object) -> None:
    key = store.account_key(account)
    settings.STEWARD_MASTER_KEY = (keys / "master.key").read_text()  # type: ignore[attr-defined]
    (keys / "master.key").unlink()
    (keys / f"{account}.key").touch()  # not the file that was read before: the master key is asked for again
    assert store.account_key(account) == key


def test_another_master_key_opens_nothing(keys: Path, account: UUID, settings: object) -> None:
    settings.STEWARD_MASTER_KEY = base64.b64encode(NEW_MASTER).decode()  # type: ignore[attr-defined]
    with pytest.raises(KeyMissing):
        store.account_key(account)


def test_rotation_keeps_the_data_keys(keys: Path, account: UUID, settings: object) -> None:
    before = store.account_key(account), store.installation_key()
    assert store.rotate_master(master_of(keys), NEW_MASTER) == 2
    settings.STEWARD_MASTER_KEY = base64.b64encode(NEW_MASTER).decode()  # type: ignore[attr-defined]
    assert (store.account_key(account), store.installation_key()) == before


def test_an_interrupted_rotation_goes_on_where_it_stopped(keys: Path, account: UUID) -> None:
    old = master_of(keys)
    untouched = (keys / "installation.key").read_bytes()
    store.rotate_master(old, NEW_MASTER)
    (keys / "installation.key").write_bytes(untouched)
    assert store.rotate_master(old, NEW_MASTER) == 1
    assert store.rotate_master(old, NEW_MASTER) == 0


def test_derived_keys_differ_by_account_and_purpose(keys: Path, account: UUID) -> None:
    other = new_id()
    store.create_account_key(other)
    derived = [
        cipher.derive(account, "reply-token"),
        cipher.derive(account, "bounce"),
        cipher.derive(other, "reply-token"),
        cipher.derive_installation("reply-token"),
        store.account_key(account),
    ]
    assert len(set(derived)) == len(derived)
    assert {len(key) for key in derived} == {32}
    assert cipher.derive(account, "reply-token") == derived[0]


@given(text=st.text(max_size=200), context=st.text(max_size=40))
def test_what_is_encrypted_comes_back(shared_account: UUID, text: str, context: str) -> None:
    assert (
        cipher.decrypt_text(shared_account, cipher.encrypt_text(shared_account, text, context=context), context=context)
        == text
    )
