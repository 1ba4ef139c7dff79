"""What the walk through the end of an account needs: an installation, and eyes for what is left of one."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_string
from pathlib import Path
from typing import Any

import psycopg

from steward.project.postgres import dsn
from steward.testing.installation import Installation
from steward.testing.mail_servers import awaited
from steward.testing.s3 import StoreServer

# What the clock of jobs does each minute; who looks does not wait for it.
REVIVE = "from steward.jobs.maintenance import revive_stalled_jobs as go; print('revived', go())"
# That a worker died half a minute ago.
SILENT = """
UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'
 WHERE id IN (SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'lifecycle.delete')
"""
TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
OWNED = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'account' ORDER BY 1"
BLOCKED = "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"


class House(Installation):
    """An installation whose time stands still, whose backups lie in a bucket, and whose mail goes by a relay."""

    def __init__(self, store: StoreServer, relay: int, outside: Path, name: str = "data") -> None:
        super().__init__()
        self.store, self.relay, self.outside, self.name = store, relay, outside, name

    @property
    def environment(self) -> dict[str, str]:
        told = {
            "STEWARD_DATA": str(self.data),
            "STEWARD_TESTING": "1",
            "STEWARD_TEST_CLOCK": str(self.outside / "clock"),
            "STEWARD_SIGN_UP": "1",
            "STEWARD_HOSTING": "0",
            "STEWARD_LEDGER": str(self.outside / "ledger"),
            "STEWARD_BACKUPS": self.store.url("backups"),
            "STEWARD_SMTP_RELAY": f"smtp://127.0.0.1:{self.relay}",
            "STEWARD_EGRESS_ALLOW": f"{self.store.place},127.0.0.1:{self.relay}",
        }
        return super().environment | told

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def is_now(self, moment: datetime) -> None:
        """From here on it is that moment."""
        (self.outside / "clock").write_text(moment.isoformat())

    def asked(self, question: str, *given: Any) -> list[tuple[Any, ...]]:
        """What the database itself says, to somebody whom no wall holds."""
        with psycopg.connect(dsn(self.data, "postgres"), autocommit=True) as connection:
            found = connection.execute(question, given)
            return found.fetchall() if found.description else []

    def becomes(self, slug: str, state: str, *, seconds: float = 60.0) -> None:
        """Wait until an account is in this state, without waiting for the next minute."""
        self.run("account", "look-after")
        awaited(lambda: self.state(slug) == state, seconds=seconds, what=lambda: self.told(slug))

    def state(self, slug: str) -> str:
        [(state,)] = self.asked("SELECT state FROM tenancy_account WHERE slug = %s", slug)
        return str(state)

    def told(self, slug: str) -> str:
        standing = self.asked("SELECT s::text FROM lifecycle_standing s")
        return f"{slug} is {self.state(slug)}; {standing}; the processes said:\n{self.log.read_text()[-4000:]}"

    def rows(self, account: str) -> dict[str, int]:
        """How many rows an account has in each of the tables that accounts own."""
        tables = [name for (name,) in self.asked(OWNED)]
        of = "SELECT count(*) FROM {} WHERE account_id = %s"
        counted = {table: self.asked(of.format(table), account)[0][0] for table in tables}
        return {table: number for table, number in counted.items() if number}

    def mentions(self, *words: str) -> dict[str, set[str]]:
        """In which tables a row, as text, has one of these words: in any column, also where bytes are stored."""
        found: dict[str, set[str]] = {}
        having = "SELECT 1 FROM {} t WHERE t::text ILIKE ANY (%s) LIMIT 1"
        for (table,) in self.asked(TABLES):
            for word in words:
                patterns = [f"%{word}%", f"%{word.encode().hex()}%"]
                if self.asked(having.format(table), patterns):
                    found.setdefault(table, set()).add(word)
        return found

    def files_that_mention(self, *words: str) -> list[str]:
        """Files of ours (PostgreSQL's own apart) that are called so, or hold one of these words."""
        ours = [path for path in self.data.rglob("*") if path.is_file() and "postgres" not in path.parts]
        beside = [path for path in self.outside.rglob("*") if path.is_file()]
        return sorted(
            str(path.relative_to(self.folder.parent))
            for path in [*ours, *beside, self.log]
            if any(word in path.name or word.encode() in path.read_bytes() for word in words)
        )

    @contextmanager
    def in_the_way(self, taking: str, *given: Any, of: str) -> Iterator[None]:
        """Hold a row that the deletion needs, and end the worker when it waits there, as a loss of power does."""
        with psycopg.connect(dsn(self.data, "postgres")) as connection:
            connection.execute(taking, given)
            yield
            self.run("account", "look-after")
            awaited(lambda: self.asked(BLOCKED, of), seconds=60, what=self.log.read_text)
            self.kill_worker()
            connection.rollback()

    def kill_worker(self) -> None:
        """SIGKILL for the process that does jobs, and for no other."""
        assert self._process is not None
        parts = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        [worker] = [pid for pid in parts if "\0--only\0jobs\0" in Path(f"/proc/{pid}/cmdline").read_text()]
        os.kill(int(worker), signal.SIGKILL)

    def goes_on(self) -> None:
        """The job that died is found and done again, as half a minute later."""
        self.asked(SILENT)
        assert "revived 1" in self.run("django", "shell", "-c", REVIVE)

    def moved(self, name: str, keys: Path) -> "House":
        """Another machine that has the master key and a copy of the keys, and nothing else of this one."""
        other = House(self.store, self.relay, self.outside, name)
        folder = other.data / "keys"
        folder.mkdir(parents=True)
        other.data.chmod(0o711)
        (folder / "master.key").write_bytes((self.data / "keys" / "master.key").read_bytes())
        (folder / "master.key").chmod(0o600)
        *_, copy = sorted(keys.glob("keys-*.json"))
        other.run("keys", "restore", str(copy))
        return other


class Somebody:
    """A browser at one host of the installation."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def sees(self, path: str, *, status: int = 200, to: str = "") -> str:
        """Look at a page, or write what comes into a file."""
        done = self.browser.ask(path=path, to=to)
        assert done["status"] == status, (path, done["status"], done["text"][-3000:])
        return str(done["text"])

    def sends(self, path: str, *, on: str = "", status: int = 303, **fields: Any) -> dict[str, Any]:
        """Send the form of a page."""
        done = self.browser.ask(path=path, on=on or path, fields=[[name, str(one)] for name, one in fields.items()])
        assert done["status"] == status, (path, done["status"], done["text"][-3000:])
        return dict(done)


def hidden(page: str, name: str) -> str:
    """What a hidden field of a form has."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def link(mail: str, beginning: str) -> str:
    """The path of the link in a mail that begins so."""
    text = message_from_string(mail).get_payload(decode=True)
    assert isinstance(text, bytes)
    found = re.search(rf"http://\S+?({beginning}\S*)", text.decode())
    assert found, text
    return found[1]


def rows_of(files: dict[str, bytes], label: str) -> list[dict[str, Any]]:
    """The rows of a table in a copy of everything."""
    return [json.loads(line) for line in files[f"tables/{label}.jsonl"].splitlines()]
