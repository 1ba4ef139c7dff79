"""Outside actors of the e-mail tests, each a process of its own: the listener, SMTP clients, a Dovecot."""

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_LISTENER = "import django, sys; django.setup(); from steward.channels.email.serving import run; sys.exit(run())"
_CLIENT = """
import json, smtplib, sys
PORT = int(sys.argv[1])
def say(value): print(json.dumps(value, default=lambda b: b.decode("utf-8", "replace")), flush=True)
def connect(): return smtplib.SMTP("127.0.0.1", PORT, local_hostname="client.example", timeout=30)
"""


class Listener:
    """`steward mail` on a free port of loopback."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _LISTENER],
                env={**os.environ, "STEWARD_SMTP_PORT": "0", **environment},
                stdout=output,
                stderr=output,
            )
        self.port = int(self._awaited(r"listening on 127\.0\.0\.1 port (\d+)")[1])

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.terminate()
        return self.process.wait(15)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def _awaited(self, pattern: str) -> "re.Match[str]":
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(pattern, self.log.read_text()):
                return found
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@pytest.fixture
def listener(transactional_db: None, child_processes: None, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    """`listener(STEWARD_MAX_MAIL="1000")` starts one; what it stores is in the test's database."""
    started: list[Listener] = []

    def start(**environment: str) -> Listener:
        started.append(Listener(tmp_path / f"listener{len(started)}.log", **environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def smtp_client(child_processes: None) -> Callable[[int, str], list[Any]]:
    """`smtp_client(port, code)` runs the code in another process, where `connect()` gives an `smtplib.SMTP`.

    Returns what the code gave to `say`.
    """

    def run(port: int, code: str) -> list[Any]:
        command = [sys.executable, "-c", _CLIENT + textwrap.dedent(code), str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


class Dovecot:
    """An IMAP server under TLS with one mailbox: `eva`, password `secret`. Mail is dropped into its Maildir."""

    def __init__(self, *, has_idle: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="steward-imap-", dir="/tmp"))  # its user must reach it
        self.folder.chmod(0o755)
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.maildir = self.folder / "mail" / "eva"
        self.port = _free_port()
        self.capability = "" if has_idle else "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS"
        self._delivered = 0
        self.make_mailbox()
        self._make_certificate()
        self.start()

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def make_mailbox(self) -> None:
        """A new, empty mailbox; in the place of another one it has another UIDVALIDITY."""
        shutil.rmtree(self.maildir, ignore_errors=True)
        for part in ("new", "cur", "tmp"):
            (self.maildir / part).mkdir(parents=True)
        self._hand_over(self.maildir.parent)

    def deliver(self, mail: bytes) -> None:
        """Put a mail into the mailbox, as a mail server would."""
        self._delivered += 1
        name = f"{int(time.time())}.{self._delivered}.test"
        draft = self.maildir / "tmp" / name
        draft.write_bytes(mail)
        self._hand_over(draft)
        draft.rename(self.maildir / "new" / name)

    def seen(self) -> int:
        """How many mails are marked as read."""
        return sum(1 for path in (self.maildir / "cur").iterdir() if "S" in path.name.partition(":2,")[2])

    def start(self) -> None:
        config = self.folder / "dovecot.conf"
        config.write_text(self._configuration())
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 15
        while not _is_listening(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(15)

    def remove(self) -> None:
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _hand_over(self, path: Path) -> None:
        if os.geteuid() == 0:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user.pw_uid, self.user.pw_gid)

    def _make_certificate(self) -> None:
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
        more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"]
        subprocess.run([*command.split(), *more], cwd=self.folder, check=True, capture_output=True)

    def _configuration(self) -> str:
        login = (
            ""
            if os.geteuid() == 0
            else f"default_internal_user = {self.user.pw_name}\ndefault_login_user = {self.user.pw_name}"
        )
        group = "" if os.geteuid() == 0 else f"default_internal_group = {self.user.pw_gid}"
        return textwrap.dedent(f"""
            base_dir = {self.folder}/run
            state_dir = {self.folder}/state
            log_path = {self.folder}/log
            protocols = imap
            listen = 127.0.0.1
            {self.capability}
            {login}
            {group}
            mail_location = maildir:{self.folder}/mail/%u
            first_valid_uid = 1
            ssl = required
            ssl_cert = <{self.folder}/certificate.pem
            ssl_key = <{self.folder}/key.pem
            passdb {{
              driver = static
              args = password=secret
            }}
            userdb {{
              driver = static
              args = uid={self.user.pw_uid} gid={self.user.pw_gid} home={self.folder}/mail/%u
            }}
            service imap-login {{
              chroot =
              inet_listener imap {{
                port = 0
              }}
              inet_listener imaps {{
                port = {self.port}
                ssl = yes
              }}
            }}
            service anvil {{
              chroot =
            }}
            service stats {{
              chroot =
            }}
        """)


@pytest.fixture
def dovecot(child_processes: None) -> Iterator[Callable[..., Dovecot]]:
    """`dovecot()` starts an IMAP server."""
    if shutil.which("dovecot") is None:
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    started: list[Dovecot] = []

    def start(**options: bool) -> Dovecot:
        started.append(Dovecot(**options))
        return started[-1]

    yield start
    for one in started:
        one.remove()


def _free_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _is_listening(port: int) -> bool:
    return f":{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()
