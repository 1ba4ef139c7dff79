"""A machine is lost, and comes back elsewhere from a backup: without whoever was erased after it was made."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from steward.project.postgres import binaries, dsn
from steward.testing.installation import PASSWORD, Installation

MAIL = (
    "From: {name} <{address}>\r\nTo: {to}\r\nSubject: About {name}\r\nMessage-ID: <{name}@x>\r\n\r\n"
    "I am {name}, 4111111111111111.\r\n"
)
ELI, FARAH = ("Eli", "eli@customer.example"), ("Farah", "farah@customer.example")

STAGES = ("files", "database", "replay")


class Machine(Installation):
    """One with places for backups, keys and the ledger beside it."""

    @property
    def outside(self):
        return self.folder / "outside"

    @property
    def environment(self):
        places = {"STEWARD_BACKUPS": self.outside / "backups", "STEWARD_LEDGER": self.outside / "ledger"}
        return {**super().environment, **{name: str(path) for name, path in places.items()}, **self.settings}

    def moved(self):
        """The next commands run on a new data directory that has the master key and nothing else."""
        self.settings = {"STEWARD_DATA": str(self.folder / "new")}
        keys = self.folder / "new" / "keys"
        keys.mkdir(parents=True)
        (self.folder / "new").chmod(0o711)
        (keys / "master.key").write_bytes((self.data / "keys" / "master.key").read_bytes())
        (keys / "master.key").chmod(0o600)
        *_, copy = sorted((self.outside / "keys").glob("keys-*.json"))
        self.run("keys", "restore", str(copy))

    def killed(self, *arguments, when):
        """Start a command and kill it as soon as `when()`."""
        process = subprocess.Popen(
            self.command(*arguments), env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL
        )
        while not when() and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.wait(10)
        return process.returncode == -signal.SIGKILL

    def everything(self):
        """What can be read on the new machine: the whole database with its jobs, files, logs of the old one, too."""
        new = self.folder / "new"
        command = [str(binaries() / "pg_dump"), "--data-only", dsn(new, "postgres")]
        dumped = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        kept = (path for name in ("files", "log") for path in (new / name).rglob("*") if path.is_file())
        return b"".join([dumped, self.log.read_bytes(), *(path.read_bytes() for path in kept)]).decode(errors="replace")

    def stage(self):
        """How far a restore is."""
        mark = self.folder / "new" / ".restoring.json"
        return json.loads(mark.read_text())["stage"] if mark.exists() else ""

    def stop_server(self):
        """The PostgreSQL that a killed command leaves."""
        pid = self.folder / "new" / "postgres" / "postmaster.pid"
        if pid.exists():
            os.kill(int(pid.read_text().split()[0]), signal.SIGINT)
            for _ in range(200):
                if not pid.exists():
                    return
                time.sleep(0.05)


@pytest.fixture
def machine(child_processes):
    made = Machine()
    made.outside.mkdir()
    yield made
    made.down()
    made.stop_server()
    made.remove()


def mail(machine, name, address):
    to = "support@northwind.example.test"
    machine.run("mail-in", "--to", to, "--from", address, stdin=MAIL.format(name=name, address=address, to=to))


@pytest.mark.timeout(400)
def test_a_machine_comes_back_without_who_was_erased(machine):
    machine.set_up()
    owner = ("--name", "Northwind", "--owner", "ada@northwind.example")
    machine.run("account", "create", "northwind", *owner, stdin=PASSWORD)
    machine.run("keys", "backup", "--to", str(machine.outside / "keys"))
    for name, address in (ELI, FARAH):
        mail(machine, name, address)
    codes = machine.take_in(2)
    assert "read back and whole" in machine.run("backup")
    certificate = machine.run("person", "erase", "--account", "northwind", "--email", ELI[1], "--yes")
    [digest] = re.findall(r'^    "sha256": "(\w{64})"$', certificate, re.MULTILINE)
    place = ("--account", "northwind", "--ticket", codes["About Farah"])
    said = machine.run("redact", "words", *place, "--reason", "card", "--yes", stdin="4111111111111111\n")
    assert '"redacted": true' in said
    machine.run("audit", "anchor")  # of what no backup has
    [folder] = (path for path in (machine.outside / "backups").iterdir() if path.is_dir())

    machine.moved()
    for stage in range(3):
        assert machine.killed("restore", folder.name, when=lambda stage=stage: machine.stage() in STAGES[stage:])
    assert "half restored" in machine.run("worker", expect=1)
    said = machine.run("restore", folder.name)
    assert "1 erasures of the ledger were done again" in said
    assert "1 redactions of the ledger were done again" in said
    assert "Anchors of the audit from after the backup are void in 1 accounts" in said
    assert "northwind\twhole" in machine.run("audit", "verify")
    assert "half restored" not in machine.run("check", expect=1)
    machine.up(**machine.settings)  # it serves
    said = machine.everything()
    assert FARAH[1] in said
    assert "I am Farah" in said
    assert ELI[1] not in said
    assert "I am Eli" not in said
    assert "About Eli" not in said
    assert "4111111111111111" not in said
    assert f'"first_certificate":{{"sha256":"{digest}"' in said, "it was certified anew"
