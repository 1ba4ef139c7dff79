"""A whole installation, set up once by its own commands, and the world around it: each actor a process of its own."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steward.privacy.egress import wall
from steward.testing.dovecot import Dovecot
from steward.testing.installation import PASSWORD, Installation
from steward.testing.mail_servers import Authority, Postfix, free_port, open_folder

ACTORS = Path(__file__).with_name("actors")


class Actor:
    """One of the scripts beside this file, spoken to in lines of JSON."""

    def __init__(self, script: str, *arguments: str) -> None:
        command = [sys.executable, str(ACTORS / script), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.heard: list[dict[str, Any]] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self, *, seconds: float = 30.0) -> Any:
        """What it says next."""
        try:
            said = json.loads(self._lines.get(timeout=seconds))
        except queue.Empty:
            raise AssertionError(f"nothing more was heard after {self.heard}") from None
        self.heard.append(said)
        return said

    def ask(self, **wish: Any) -> Any:
        """Tell it to do something, and hear what came of it."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        return self.next()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)


class MailServer(Actor):
    """The mail server of `actors/smtp_server.py`."""

    def __init__(self, **options: Any) -> None:
        super().__init__("smtp_server.py", json.dumps(options))
        self.port = int(self.next()["port"])
        self.heard.clear()

    def mail(self, *, seconds: float = 30.0) -> Any:
        """The next mail it takes."""
        while "mail" not in (said := self.next(seconds=seconds)):
            continue
        return said


class Browser(Actor):
    """Somebody signed in at the console of `slug`."""

    def __init__(self, port: int, slug: str, email: str) -> None:
        super().__init__("browser.py", str(port), f"{slug}.example.test")
        done = self.ask(path="/console/sign-in", fields=[["login", email], ["password", PASSWORD]])
        assert (done["status"], done["location"]) == (302, "/console/"), done

    def reply(self, code: str, html: str, *, files: list[list[str]] | None = None, **more: str) -> None:
        """Answer a ticket."""
        fields = [["body_html", html], *map(list, more.items())]
        path = f"/console/tickets/{code}"
        done = self.ask(path=f"{path}/replies", on=path, fields=fields, files=files or [])
        assert done["status"] == 303, done["text"][-3000:]

    def write(self, department: str, to: str, subject: str, html: str) -> None:
        """Write to somebody first, from the department with this id."""
        fields = [["department", department], ["to", to], ["subject", subject], ["body_html", html]]
        done = self.ask(path="/console/tickets/new", fields=fields)
        assert done["status"] == 303, done["text"][-3000:]

    def resend(self, code: str, message_id: str) -> None:
        """Press "send again" on a message."""
        path = f"/console/messages/{message_id}/delivery"
        done = self.ask(path=path, on=f"/console/tickets/{code}", fields=[])
        assert done["status"] == 303, done["text"][-3000:]

    def page(self, code: str) -> str:
        """The page of a ticket."""
        shown: dict[str, Any] = self.ask(path=f"/console/tickets/{code}")
        assert shown["status"] == 200
        return str(shown["text"])


def needs(program: str, package: str) -> None:
    """Skip what cannot be tried here, saying why."""
    if shutil.which(program) is None:
        pytest.skip(f"needs {program} (Debian: {package})")


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """The certificate authority that the installation is told to trust."""
    yield from _authority()


@pytest.fixture(scope="session")
def strange_authority() -> Iterator[Authority]:
    """One it knows nothing of."""
    yield from _authority()


def _authority() -> Iterator[Authority]:
    with wall.allow_child("certificates of the tests"):
        folder = open_folder("steward-ca-")
        made = Authority(folder)
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Set up by the operator's commands: the account Acme with its owner Ada and its agent Ben. Not running yet."""
    with wall.allow_child("an installation to try"):
        made = Installation()
        try:
            made.set_up()
            owner = ["--owner", "ada@acme.example", "--owner-name", "Ada"]
            made.run("account", "create", "acme", "--name", "Acme", *owner, stdin=PASSWORD)
            agent = ["--email", "ben@acme.example", "--name", "Ben", "--department", "Support"]
            made.run("agent", "add", "acme", *agent, stdin=PASSWORD)
        except BaseException:
            made.remove()
            raise
    yield made
    with wall.allow_child("an installation to try"):
        made.remove()


@dataclass(frozen=True)
class World:
    """What the installation finds around it in most tests."""

    steward: Installation
    relay: Postfix | None
    authority: Authority
    ports: list[int]  # of loopback, that it may connect to and nobody uses yet
    zone: Path

    def publish(self, records: dict[str, Any]) -> None:
        """Put records into the DNS, as they stand in `actors/name_server.py`, beside those that are there."""
        self.zone.write_text(json.dumps(json.loads(self.zone.read_text()) | records))


@pytest.fixture(scope="session")
def _relay(installation: Installation, authority: Authority) -> Iterator[Postfix | None]:
    """The relay of the installation, which also hands mail for our domains to its listener."""
    if shutil.which("postfix") is None or os.geteuid() != 0:
        yield None
        return
    hop = f"smtp:[127.0.0.1]:{installation.smtp_port}"
    with wall.allow_child("a Postfix of the tests"):
        running = Postfix(next_hop={"example.test": hop, ".example.test": hop}, tls=authority)
    yield running
    with wall.allow_child("a Postfix of the tests"):
        running.remove()


@pytest.fixture(scope="session")
def _ports() -> tuple[int, ...]:
    return tuple(dict.fromkeys(free_port() for _ in range(20)))


@pytest.fixture(scope="session")
def _unused(_ports: tuple[int, ...]) -> list[int]:
    return list(_ports[:-1])


@pytest.fixture
def world(
    installation: Installation,
    authority: Authority,
    _relay: Postfix | None,
    _ports: tuple[int, ...],
    _unused: list[int],
    name_server: str,
    zone: Path,
) -> World:
    """The installation running as an exchanger, with the relay over STARTTLS, and mail servers it may reach."""
    relay_port = _relay.port if _relay else _ports[-1]
    allowed = ",".join(f"127.0.0.1:{port}" for port in [relay_port, *_ports])
    installation.up(
        STEWARD_SMTP_RELAY=f"smtp://relay.test:{relay_port}",  # not the name that is allowed: so TLS is asked for
        STEWARD_EGRESS_ALLOW=allowed,
        STEWARD_CA_FILE=str(authority.ca),
        STEWARD_EXCHANGER="1",
        STEWARD_RESOLVER=name_server,
        STEWARD_TLS_CERT=str(authority.certificate),
        STEWARD_TLS_KEY=str(authority.key),
        STEWARD_MAX_MAIL=str(2**20),
    )
    return World(installation, _relay, authority, _unused, zone)


@pytest.fixture
def relay(world: World) -> Postfix:
    """The world's relay."""
    if world.relay is None:
        pytest.skip("needs Postfix (Debian: postfix), and to be root for it")
    return world.relay


@pytest.fixture
def ben(installation: Installation) -> Iterator[Callable[[], Browser]]:
    """`ben()` signs Ben in, at the installation as it runs now."""
    started: list[Browser] = []

    def sign_in() -> Browser:
        started.append(Browser(installation.port, "acme", "ben@acme.example"))
        return started[-1]

    yield sign_in
    for browser in started:
        browser.end()


@pytest.fixture
def actor(child_processes: None) -> Iterator[Callable[..., Actor]]:
    """`actor("browser.py", ...)` starts one of the scripts."""
    started: list[Actor] = []

    def start(script: str, *arguments: str) -> Actor:
        started.append(Actor(script, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def mail_server() -> Iterator[Callable[..., MailServer]]:
    """`mail_server(tls="implicit", ...)` starts one."""
    started: list[MailServer] = []

    def start(authority: Authority | None = None, **options: Any) -> MailServer:
        if authority:
            options |= {"certificate": str(authority.certificate), "key": str(authority.key)}
        started.append(MailServer(**options))
        return started[-1]

    yield start
    for server in started:
        server.end()


@pytest.fixture
def postfix(installation: Installation) -> Iterator[Callable[..., Postfix]]:
    """`postfix(...)` starts one that hands everything for our domains to the installation's listener."""
    needs("postfix", "postfix")
    started: list[Postfix] = []

    def start(**options: Any) -> Postfix:
        hop = options.pop("hop", f"smtp:[127.0.0.1]:{installation.smtp_port}")
        started.append(Postfix(next_hop={"example.test": hop, ".example.test": hop}, **options))
        return started[-1]

    yield start
    for server in started:
        server.remove()


@pytest.fixture(scope="session")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zone file of the DNS server; tests write into it."""
    path = tmp_path_factory.mktemp("dns") / "zone.json"
    path.write_text('{"relay.test": {"A": ["127.0.0.1"]}}')
    return path


@pytest.fixture(scope="session")
def name_server(zone: Path) -> Iterator[str]:
    """Where the DNS server of the tests listens, as STEWARD_RESOLVER wants it."""
    with wall.allow_child("a DNS server of the tests"):
        server = Actor("name_server.py", str(zone))
    yield f"127.0.0.1:{server.next()}"
    server.end()


@pytest.fixture
def swaks(installation: Installation) -> Callable[..., tuple[int, str]]:
    """`swaks("--to", ...)` speaks to the listener; returns the exit status and the conversation."""
    needs("swaks", "swaks")

    def speak(*arguments: str, expect: int | None = 0) -> tuple[int, str]:
        done = subprocess.run(
            ["swaks", "--server", f"127.0.0.1:{installation.smtp_port}", "--helo", "mx.example.org", *arguments],
            capture_output=True,
            timeout=120,
            check=False,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert expect is None or done.returncode == expect, said[-3000:]
        return done.returncode, said

    return speak


@pytest.fixture
def dovecot() -> Iterator[Callable[..., Dovecot]]:
    """`dovecot(...)` starts an IMAP server with the mailbox `eva`, password `secret`."""
    needs("dovecot", "dovecot-imapd")
    started: list[Dovecot] = []

    def start(**options: Any) -> Dovecot:
        started.append(Dovecot(**options))
        return started[-1]

    yield start
    for server in started:
        server.remove()
