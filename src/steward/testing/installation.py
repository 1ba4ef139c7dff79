"""An installation as an operator sets it up: the command line, a data directory of its own, real processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from steward.project.postgres import dsn
from steward.testing import prepared
from steward.testing.mail_servers import awaited, free_port, is_listening, open_folder

PASSWORD = "a fine day for a walk"  # noqa: S105  everybody's
DOMAIN = "example.test"


class Installation:
    """`steward up`, and questions to what it stores. Nothing here touches the database of the tests."""

    def __init__(self) -> None:
        self.folder = open_folder("steward-whole-")
        self.port, self.smtp_port = free_port(), free_port()
        self.settings: dict[str, str] = {}
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._looker: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its commands run with: nothing of the tests' own settings."""
        ours = ("STEWARD_", "DATABASE_", "DJANGO_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return inherited | {
            "STEWARD_DATA": str(self.folder / "data"),
            "STEWARD_DOMAIN": DOMAIN,
            "STEWARD_PORT": str(self.port),
            "STEWARD_SMTP_PORT": str(self.smtp_port),
            **self.settings,
        }

    def set_up(self) -> "Installation":
        """What `steward migrate` makes of nothing: made once for the sources as they are, and copied."""

        def make(data: Path) -> None:
            environment = Installation.environment.fget(self) | {"STEWARD_DATA": str(data)}  # type: ignore[attr-defined]
            subprocess.run(self.command("migrate"), env=environment, cwd=self.folder, check=True, timeout=300)

        prepared.fill(Path(self.environment["STEWARD_DATA"]), "migrated", make)
        return self

    def take_in(self, number: int) -> dict[str, str]:
        """Run the part that makes tickets of mail, until there are so many; returns their codes by their subjects."""
        data = Path(self.environment["STEWARD_DATA"])

        def tickets() -> dict[str, str]:
            try:
                with psycopg.connect(dsn(data, "postgres")) as connection:
                    found: dict[str, str] = dict(
                        connection.execute("SELECT subject, code FROM tickets_ticket").fetchall()
                    )
            except psycopg.OperationalError:
                return {}  # it is not up yet
            return found if len(found) >= number else {}

        with self.log.open("ab") as log:
            command = self.command("worker", "--only", "mail")
            worker = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        made = awaited(tickets, seconds=60, what=self.log.read_text)
        worker.terminate()
        worker.wait(30)
        return made

    def command(self, *arguments: str) -> list[str]:
        """The command line of `steward ...`."""
        return [sys.executable, "-m", "steward.project.cli", *arguments]

    def run(self, *arguments: str, stdin: bytes | str = b"", expect: int = 0) -> str:
        """Run `steward ...`; returns what it printed. AssertionError when it ends otherwise than expected."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            timeout=120,
            check=False,
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{said}"
        return said

    def up(self, **settings: str) -> "Installation":
        """Have it run with these settings beside its own; it is started again only when they differ."""
        if self._process is not None and settings == self.settings:
            return self
        self.down()
        self.settings = settings
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command("up"), env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )
        awaited(lambda: is_listening(self.port) and is_listening(self.smtp_port), seconds=240, what=self.log.read_text)
        return self

    def down(self) -> None:
        """Stop it, as Ctrl-C does."""
        if self._looker is not None:
            self._looker.kill()
            self._looker.communicate()
            self._looker = None
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(60) == 0, self.log.read_text()[-5000:]
            self._process = None

    def kill(self, part: str = "") -> None:
        """End a part ("web", "worker", "mail") so that it can do nothing any more; without one, all of `steward up`."""
        assert self._process is not None
        parts = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in parts if part else []:
            if f"\0{part}\0" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(int(pid), signal.SIGKILL)
        if not part:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def remove(self) -> None:
        """Stop it and forget everything."""
        try:
            self.down()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, question: str, *arguments: Any, **more: Any) -> Any:
        """Call a function of `steward.testing.looking` in a process that sees the installation's database."""
        if self._looker is None:
            self._looker = subprocess.Popen(
                [sys.executable, "-m", "steward.testing.looking"],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        asking, answering = self._looker.stdin, self._looker.stdout
        assert asking
        assert answering
        asking.write(json.dumps([question, arguments, more]) + "\n")
        asking.flush()
        answer = json.loads(answering.readline() or '{"failed": "the process is gone"}')
        if "failed" in answer:
            raise AssertionError(answer["failed"])
        return answer["is"]

    def message(self, slug: str, subject: str, *, seconds: float = 30.0, **wanted: Any) -> dict[str, Any]:
        """The newest message of the account in a ticket with these words in its subject; waited for.

        `wanted` narrows it: `kind="incoming"`, or what its mail has: `state="sent"`.
        """

        def look() -> list[dict[str, Any]]:
            found = self.ask("messages", slug, subject)
            return [m for m in found if all(m.get(name) == value for name, value in wanted.items())]

        def what() -> str:
            said = self.log.read_text()[-3000:]
            return f"{wanted} not among {self.ask('messages', slug, subject)}; the processes said:\n{said}"

        return awaited(look, seconds=seconds, what=what)[-1]

    @property
    def data(self) -> Path:
        """STEWARD_DATA."""
        return self.folder / "data"
