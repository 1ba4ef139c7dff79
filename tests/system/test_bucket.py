"""Files and backups in a bucket, as an operator has them: a machine is lost, and comes back from there."""

import json

import pytest

from steward.testing.installation import PASSWORD, Installation
from steward.testing.s3 import StoreServer

ATTACHED = (
    "From: Eli <eli@customer.example>\r\nTo: {to}\r\nSubject: About Eli\r\nMessage-ID: <eli@x>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nI am Eli.\r\n--b\r\n"
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nQzyxwv\r\n--b--\r\n"
)


# What the clock does every minute.
CARRY = "from steward.files.carrying import carry_files; carry_files()"


class Machine(Installation):
    """One whose files and backups are in buckets."""

    store: StoreServer
    data = "data"

    @property
    def environment(self):
        told = {
            "STEWARD_DATA": str(self.folder / self.data),
            "STEWARD_LEDGER": str(self.folder / "ledger"),
            "STEWARD_OBJECT_STORE": self.store.url("files", "here"),
            "STEWARD_BACKUPS": self.store.url("backups"),
            "STEWARD_EGRESS_ALLOW": self.store.place,
        }
        return {**super().environment, **told, **self.settings}


@pytest.fixture
def machine(child_processes):
    made = Machine()
    made.store = StoreServer()
    yield made
    made.remove()
    made.store.remove()


@pytest.mark.timeout(400)
def test_a_machine_comes_back_from_its_buckets(machine):
    store = machine.store
    machine.set_up()
    owner = ("--name", "Northwind", "--owner", "ada@northwind.example")
    machine.run("account", "create", "northwind", *owner, stdin=PASSWORD)
    machine.run("keys", "backup", "--to", str(machine.folder / "keys"))
    to = "support@northwind.example.test"
    mail = ATTACHED.format(to=to)
    machine.run("mail-in", "--to", to, "--from", "eli@customer.example", stdin=mail)
    machine.take_in(1)
    machine.run("django", "shell", "-c", CARRY)
    assert len(store.kept("files")) == 1
    assert all(b"Qzyxwv" not in content for content in store.kept("files").values())
    assert "read back and whole" in machine.run("backup")
    [name] = {key.partition("/")[0] for key in store.kept("backups") if key.endswith("manifest.json")}
    assert name in machine.run("backup", "list")
    assert "1 files, as they were written" in machine.run("backup", "check")

    machine.data = "new"
    keys = machine.folder / "new" / "keys"
    keys.mkdir(parents=True)
    (machine.folder / "new").chmod(0o711)
    (keys / "master.key").write_bytes((machine.folder / "data" / "keys" / "master.key").read_bytes())
    (keys / "master.key").chmod(0o600)
    *_, copy = sorted((machine.folder / "keys").glob("keys-*.json"))
    machine.run("keys", "restore", str(copy))
    said = machine.run("restore", name)
    assert "1 files are back" in said
    assert "is restored" in said
    found = json.loads(machine.run("person", "find", "--account", "northwind", "--email", "eli@customer.example"))
    assert found["tickets"] == 1
    told = machine.run("check", expect=1)
    assert "is the bucket of the files: choose another" in told
    assert "se%2Fcr" not in told
    store.stop()
    assert "The store does not do what it is asked to" in machine.run("backup", "list", expect=1)


def test_a_hosting_installation_backs_up_nowhere_that_nobody_was_told_of(machine):
    machine.set_up()
    machine.settings = {"STEWARD_HOSTING": "1"}
    said = machine.run("backup", "--to", "s3s://k:hidden@s3.example.com/backups", expect=1)
    assert "s3.example.com:443 is not registered" in said
    assert "hidden" not in said
    machine.settings |= {"STEWARD_OBJECT_STORE": "s3s://k:hidden@s3.example.com/files"}
    assert "Nothing is served before that is put right" in machine.run("worker", expect=1)
    assert "s3.example.com:443 is not registered" in machine.run("check", expect=3)
