"""A whole installation in processes of its own, and a real browser in front of it."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright._impl.transport import PipeTransport
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from steward.privacy.egress import wall
from steward.testing import prepared

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
# As root it needs the first; the others keep it from drawing and asking for what no journey looks at.
CALM = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
]  # fmt: skip
# Milliseconds until what should come is given up: much, for a machine that does other things, too.
PATIENCE = 30_000
_SEND = """
import base64, json, smtplib, sys
port, sender, to, mails = json.load(sys.stdin)
with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=30) as server:
    for mail in mails:
        server.sendmail(sender, [to], base64.b64decode(mail))
"""

# The port is open before anybody answers there: the answer says that somebody does.
_ASK = """
import sys, urllib.request
urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz", timeout=240).read()
"""


@dataclass
class Installation:
    """A running demo: what `demo.json` says of it, and how to write to it."""

    told: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    log: Path | None = None

    def faults(self) -> str:
        """What the servers said of faults of their own: all from the first one on."""
        said = self.log.read_text(errors="replace") if self.log else ""
        return said[said.index("Traceback") :][:8000] if "Traceback" in said else ""

    def run(self, *arguments: str, typed: str = "") -> str:
        """What a command of `steward` says in this installation."""
        command = [sys.executable, "-m", "steward.project.cli", *arguments]
        done = subprocess.run(
            command, env=self.environment, input=typed, capture_output=True, text=True, check=True, timeout=180
        )
        return done.stdout

    def account(self, slug: str = "northwind") -> dict[str, Any]:
        return next(account for account in self.told["accounts"] if account["slug"] == slug)

    def person(self, role: str = "owner") -> dict[str, str]:
        return next(person for person in self.account()["people"] if role in person["role"].lower())

    @property
    def console(self) -> str:
        return f"{self.account()['url'].rstrip('/')}/console/"

    def send(self, mails: Sequence[bytes], *, sender: str, to: str = "") -> None:
        """Hand mails in by SMTP, as a mail client does: from another process."""
        post(self.told["smtp_port"], mails, sender=sender, to=to or self.account()["address"])


def post(port: int, mails: Sequence[bytes], *, sender: str, to: str) -> None:
    """Hand mails to a mail server of this machine, from another process."""
    said = json.dumps([port, sender, to, [base64.b64encode(mail).decode() for mail in mails]])
    subprocess.run([sys.executable, "-c", _SEND], input=said, text=True, check=True, timeout=180)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="module")
def installation(_wall: None) -> Iterator[Installation]:
    """One for the journeys of a file: `steward demo` in a place of its own, where PostgreSQL's user can come, too."""
    folder = Path(tempfile.mkdtemp(prefix="steward-journeys-", dir="/tmp"))
    folder.chmod(0o711)
    data, log = folder / "data", folder / "log"
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(("STEWARD_", "DATABASE_"))}
    ports = {"STEWARD_PORT": str(_free_port()), "STEWARD_SMTP_PORT": str(_free_port())}
    environment = {**inherited, **ports, "STEWARD_DATA": str(data)}

    def make(made: Path) -> None:
        with _running({**environment, "STEWARD_DATA": str(made)}, log):
            pass

    with wall.allow_child("the installation that the journeys visit"):
        try:
            prepared.fill(data, "demo", make)
            with _running(environment, log):
                subprocess.run([sys.executable, "-c", _ASK, ports["STEWARD_PORT"]], check=True, timeout=300)
                yield Installation(json.loads((data / "demo.json").read_text()), environment, log)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """`steward demo`, from when it serves until it has ended."""
    command = [sys.executable, "-m", "steward.project.cli", "demo"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        _await(server, log)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _await(server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 240
    while "Ctrl-C stops everything" not in log.read_text():
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def playwright(_wall: None) -> Iterator[Playwright]:
    """Playwright works in a greenlet, which has a context of its own: its driver is let through where it is started."""
    connect = PipeTransport.connect

    async def let_through(transport: PipeTransport) -> None:
        with wall.allow_child("the browser of the journeys"):
            await connect(transport)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PipeTransport, "connect", let_through)
        expect.set_options(timeout=PATIENCE)
        with sync_playwright() as started:
            yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: `make test` installs one")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
    yield browser
    browser.close()


class Visit:
    """A page, and everything in it that should not have happened."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = self.watched(context.new_page())

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def watched(self, page: Page) -> Page:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.set_default_timeout(PATIENCE)
        return page


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, installation: Installation) -> Any:
    """The cookies of somebody who signed in once; each journey begins with them in a browser of its own."""
    context = chromium.new_context()
    page = context.new_page()
    ada = installation.person()
    page.goto(installation.console)
    page.fill("input[name=login]", ada["email"])
    page.fill("input[name=password]", ada["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#rows")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(chromium: Browser, signed_in: Any, installation: Installation) -> Iterator[Visit]:
    """A browser with the owner signed in. At the end nothing may have been complained about."""
    context = chromium.new_context(storage_state=signed_in, viewport={"width": 1440, "height": 900})
    visit = Visit(context)
    yield visit
    context.close()
    assert visit.complaints == [], installation.faults()


@pytest.fixture
def stranger(chromium: Browser) -> Iterator[Visit]:
    """A browser in which nobody is signed in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    visit = Visit(context)
    yield visit
    context.close()
    assert visit.complaints == []
